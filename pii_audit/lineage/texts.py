"""Texts of which each character knows where it came from: what functions of SQL leave to be seen of a value.

A sample of the value stands in for all; a character is its place in the sample (an int), a character of another text (a str), or text of
unknown length and content (None) that says nothing of the value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pii_audit.model.forms import Form

Character: TypeAlias = "int | str | None"
Characters: TypeAlias = tuple[Character, ...]
HIDDEN = "*"
_QUANTIFIER = re.compile(r"(?<!\\)[*+{?]")
_NESTED = re.compile(r"(?<!\\)\)[*+{]")
_QUANTIFIERS, _LONGEST_PATTERN = 4, 100
"""A pattern with more of them, or with one over another, may take for ever on a text that it does not fit."""
_LONGEST_TEXT = 1_000
"""Characters of the longest text whose order is kept: a CTE that doubles a text, over another, is soon longer than memory."""
_REFERENCE = re.compile(r"(?:\\|\$)(\d)|\\(.)", re.DOTALL)
SHIELDS = (
    Form.ENCODED, Form.BARE_HASH, Form.ENCRYPTED, Form.PASSWORD_HASH, Form.MASKED, Form.KEYED_HASH, Form.TOKENISED,
)  # fmt: skip
"""Forms that stand for a whole value, the weakest first."""
_OPENABLE = frozenset({Form.ENCODED, Form.ENCRYPTED, Form.TOKENISED})


@dataclass(frozen=True, slots=True)
class Value:
    """A text, or the number that stands for one. `shields` are the forms in which the whole value stands in it besides.

    `opened`: something was done to it that may turn a ciphertext or a token back.
    """

    characters: Characters = ()
    shields: frozenset[Form] = frozenset()
    number: int | None = None
    opened: bool = False

    @property
    def visible(self) -> frozenset[int]:
        """The places of the sample that can be seen."""
        return frozenset(one for one in self.characters if isinstance(one, int))

    @property
    def carries(self) -> bool:
        """Whether anything of the value is in it, in whatever form."""
        return bool(self.shields) or any(isinstance(one, int) for one in self.characters)

    def known(self, sample: str) -> str | None:
        """The text itself, None where it is not known."""
        if self.shields or None in self.characters:
            return None
        return "".join(sample[one] if isinstance(one, int) else str(one) for one in self.characters)

    def with_(self, characters: Iterable[Character]) -> Value:
        """The same with other characters; a number no more."""
        return replace(self, characters=_bounded(tuple(characters)), number=None)


def _bounded(characters: Characters) -> Characters:
    """The characters; of a text that has grown out of bounds, all that can be seen in it."""
    if len(characters) <= _LONGEST_TEXT:
        return characters
    return (None, *dict.fromkeys(one for one in characters if isinstance(one, int)), None)


UNKNOWN = Value((None,))
"""Whatever says nothing of the value."""


def literal(text: str) -> Value:
    """A text of the script itself."""
    return Value(tuple(text))


def counted(number: int) -> Value:
    """A number."""
    return Value(tuple(str(number)), number=number)


def loosened(value: Value, size: int) -> Value:
    """What is left of a value after something that nobody knows: all that could be seen, and what can be turned back."""
    shown: Characters = tuple(range(size)) if value.shields & _OPENABLE else value.characters
    places = [one for one in shown if isinstance(one, int)]
    return Value((None, *places, None), value.shields - _OPENABLE, opened=value.carries or value.opened)


def shielded(value: Value, form: Form) -> Value:
    """The value hashed, encrypted or encoded; what is in a stronger form already stays in it."""
    kept = {max(form, one, key=SHIELDS.index) for one in value.shields}
    shields = frozenset({*kept, form} if value.visible else kept)
    return Value((None,), shields, opened=value.opened)


def joined(values: Sequence[Value]) -> Value:
    """Texts one after another."""
    characters = _bounded(tuple(one for value in values for one in value.characters))
    shields = frozenset().union(*(value.shields for value in values))
    return Value(characters, shields, opened=any(value.opened for value in values))


def somewhere(value: Value) -> Value:
    """The value within a text of which no place can be told: so many characters as there were, and who knows what around them."""
    return value.with_((None, *value.characters, None))


def substring(value: Value, start: int | None, length: int | None, *, from_end: bool = False) -> Value:
    """From the place `start` (from 1) on so many characters, to the end without a `length`; None for `start` is not known.

    A negative place counts from the end (`from_end`), or from before the beginning, as the standard has it (ISO/IEC 9075-2, 6.32).
    What databases differ in, or what is not known, keeps all that may be meant, at no place that can be told.
    """
    characters = value.characters
    if start is None:
        return somewhere(value)
    if start < 0 and from_end:
        ending = value.with_(_first(_from_end(characters, -start), length))
        return ending if -start <= len(characters) else somewhere(ending)
    if start < 0:
        return value.with_(_first(characters, None if length is None else length + start - 1))
    if start == 0:
        return somewhere(value.with_(_first(characters, length)))
    return value.with_(_first(_after(characters, start - 1), length))


def right(value: Value, length: int) -> Value:
    """The last so many characters."""
    return value.with_(_from_end(value.characters, length))


def _after(characters: Characters, count: int) -> Characters:
    """Without the first so many; behind text of unknown length nothing can be counted."""
    return characters[min(count, _unknown(characters)) :]


def _first(characters: Characters, count: int | None) -> Characters:
    if count is None:
        return characters
    return characters[: max(0, count)] if count <= _unknown(characters) else (*characters, None)


def _from_end(characters: Characters, count: int) -> Characters:
    return _first(characters[::-1], count)[::-1]


def _unknown(characters: Characters) -> int:
    """How many characters stand before text of unknown length; of a text without, any number is counted."""
    return characters.index(None) if None in characters else sys.maxsize


def padded(value: Value, length: int | None, fill: str, *, left: bool) -> Value:
    """Filled up to a length, or cut to it."""
    if length is None or None in value.characters:
        return somewhere(value)
    missing = length - len(value.characters)
    if missing <= 0:
        return value.with_(value.characters[: max(0, length)])
    filling = tuple((fill or " ") * missing)[:missing]
    return value.with_((*filling, *value.characters) if left else (*value.characters, *filling))


def replaced(value: Value, old: Value, new: Value, sample: str) -> Value:
    """One text for another. A constant that is replaced hides nothing, a part of the value itself does."""
    text, searched = value.known(sample), old.known(sample)
    if text is None or not searched or (not old.visible and any(map(str.isalnum, searched))):
        return joined((UNKNOWN, value, UNKNOWN, new, UNKNOWN))
    characters: list[Character] = []
    at = 0
    while (found := text.find(searched, at)) >= 0:
        characters += (*value.characters[at:found], *new.characters)
        at = found + len(searched)
    return Value((*characters, *value.characters[at:]), new.shields, opened=value.opened)


def overlaid(value: Value, start: int | None, length: int | None, new: Value) -> Value:
    """Another text in place of so many characters from `start` (from 1) on: STUFF, OVERLAY, INSERT."""
    if start is None or length is None or start < 1 or None in value.characters[: start - 1 + length]:
        return joined((UNKNOWN, value, UNKNOWN, new, UNKNOWN))
    head, tail = value.characters[: start - 1], value.characters[start - 1 + length :]
    return Value((*head, *new.characters, *tail), value.shields | new.shields, opened=value.opened)


def substituted(value: Value, pattern: str | None, template: str | None, sample: str, *, once: bool) -> Value:
    """REGEXP_REPLACE; what cannot be tried out hides nothing."""
    text = value.known(sample)
    if text is None or pattern is None or template is None or not _harmless(pattern):
        return somewhere(value)
    try:
        found = list(re.compile(pattern).finditer(text))
    except (re.error, OverflowError, RecursionError):
        return somewhere(value)
    characters: list[Character] = []
    at = 0
    for match in found[:1] if once else found:
        characters += (*value.characters[at : match.start()], *_filled(template, match, value.characters))
        at = match.end()
    return value.with_((*characters, *value.characters[at:]))


def _harmless(pattern: str) -> bool:
    return (
        len(pattern) <= _LONGEST_PATTERN
        and len(_QUANTIFIER.findall(pattern)) <= _QUANTIFIERS
        and not _NESTED.search(pattern)
    )


def _filled(template: str, match: re.Match[str], characters: Characters) -> list[Character]:
    filled: list[Character] = []
    at = 0
    for found in _REFERENCE.finditer(template):
        filled += template[at : found.start()]
        number = int(found[1]) if found[1] else None
        if number is None:
            filled += found[2]
        elif number <= (match.re.groups or 0) and match.start(number) >= 0:
            filled += characters[match.start(number) : match.end(number)]
        at = found.end()
    return [*filled, *template[at:]]


def translated(value: Value, old: str | None, new: str | None, sample: str) -> Value:
    """TRANSLATE: it hides where every digit, or every letter, that there may be becomes one and the same."""
    if old is None or new is None or len(set(new)) > 1 or not set("0123456789") <= set(old):
        return value if old is not None and new is not None and len(old) == len(new) else somewhere(value)
    gone = set(old)
    put: Characters = tuple(new[:1])
    characters: list[Character] = []
    for one in value.characters:
        shown = sample[one] if isinstance(one, int) else one
        characters += put if shown in gone else (one,)
    return value.with_(characters)


def masked(value: Value, sample: str, first: int, last: int, *, shows: bool) -> Value:
    """The functions that mask letters and digits: they show the first and last so many, or hide just these."""
    if None in value.characters:
        return value
    size = len(value.characters)
    characters: list[Character] = []
    for place, one in enumerate(value.characters):
        outer = place < first or place >= size - last
        shown = sample[one] if isinstance(one, int) else str(one)
        characters.append(one if outer is shows or not shown.isalnum() else HIDDEN)
    return value.with_(characters)


def picture(places: Iterable[int], sample: str) -> str:
    """The sample as it can be seen, with all else hidden but the @ of an address, which says nothing."""
    seen = frozenset(places)
    return "".join(one if place in seen or one == "@" else HIDDEN for place, one in enumerate(sample))


Mask: TypeAlias = Callable[[Value, str, Sequence[int | None]], Value]
_HIVE: Mapping[str, Mask] = {
    "mask": lambda value, sample, _: masked(value, sample, 0, 0, shows=True),
    "mask_first_n": lambda value, sample, n: masked(value, sample, _number(n, 0, 4), 0, shows=False),
    "mask_last_n": lambda value, sample, n: masked(value, sample, 0, _number(n, 0, 4), shows=False),
    "mask_show_first_n": lambda value, sample, n: masked(value, sample, _number(n, 0, 4), 0, shows=True),
    "mask_show_last_n": lambda value, sample, n: masked(value, sample, 0, _number(n, 0, 4), shows=True),
}
"""Hive's (LanguageManual UDF, Data Masking Functions); a number that is not given is their default."""
_MYSQL: Mapping[str, Mask] = {
    "mask_inner": lambda value, sample, n: masked(value, sample, _number(n, 0, 99), _number(n, 1, 99), shows=True),
    "mask_outer": lambda value, sample, n: masked(value, sample, _number(n, 0, 0), _number(n, 1, 0), shows=False),
    "mask_pan": lambda value, sample, _: masked(value, sample, 0, 4, shows=True),
    "mask_pan_relaxed": lambda value, sample, _: masked(value, sample, 6, 4, shows=True),
    "mask_ssn": lambda value, sample, _: masked(value, sample, 0, 4, shows=True),
}
"""MySQL's (Enterprise Data Masking)."""
MASKS: Mapping[str, Mapping[str, Mask]] = {
    **dict.fromkeys(("hive", "spark", "databricks"), _HIVE),
    **dict.fromkeys(("mysql", "doris", "starrocks"), _MYSQL),
}
"""The masks of a dialect, by the name of its parser: elsewhere a function of such a name is somebody's own."""


def _number(arguments: Sequence[int | None], at: int, default: int) -> int:
    given = arguments[at] if at < len(arguments) else default
    return default if given is None else max(0, given)
