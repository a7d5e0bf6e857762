"""Identifiers as compiled from their YAML: patterns, hints, display rules and levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pii_audit.document import suggestion
from pii_audit.errors import UsageError
from pii_audit.identifiers.canonical import CANONICAL_FORMS
from pii_audit.identifiers.checksums import VALIDATORS
from pii_audit.identifiers.fold import fold, visible
from pii_audit.identifiers.masking import Adequacy, Display, masking
from pii_audit.language import Text
from pii_audit.model.levels import Levels, LevelSelector

Boundary = Literal["ascii_alnum", "digit", "none"]
Sensitivity = Literal["pipl28", "gbt35273", "gbt45574"]

USUAL = 50
"""Precedence of an identifier that does not ask for another."""

__all__ = [
    "Adequacy",
    "Boundary",
    "Catalogue",
    "ColumnHints",
    "Display",
    "Example",
    "Finder",
    "Found",
    "Identifier",
    "Pattern",
    "Sensitivity",
]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One shape that an identifier is written in.

    `regex` is applied to folded text (`fold`); it has no look-around, back-reference or possessive quantifier, so that RE2 and Hyperscan
    take it. `boundary` says what may not stand directly before (of one that begins beyond ASCII, `free`: anything may) and after the match. `score`
    (0 to 1) is that of a match before the validator, `validated` that of one which the validator proves. `requires` are lower-case literals,
    one of which is in every match. `group` is the part of the match that is the value. `needs_context`: in text only beside a context word, in a column only with a column hint;
    `needs_label` (implies it): in text only directly behind one.
    """

    name: str
    regex: str
    boundary: Boundary
    score: float
    validated: float
    ignore_case: bool = False
    requires: tuple[str, ...] = ()
    group: int = 0
    needs_context: bool = False
    needs_label: bool = False
    validate: bool = True


@dataclass(frozen=True, slots=True)
class ColumnHints:
    """Names and comments of columns that speak for an identifier, and names that speak against it (`not_`); all lower case.

    `weak` names say little of themselves: `name`, in a table of anything.
    """

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    pinyin: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A text in which the identifier is, or is not, recognised; `column` is the name of the column that it stands in."""

    text: str
    why: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a finder found: offsets in characters, `end` exclusive; a base score (0 to 1); a verdict as a validator gives it."""

    start: int
    end: int
    score: float
    verdict: bool | None


class Finder(Protocol):
    """Finds values by itself, where an identifier is not written in patterns and validators of ours."""

    def find(self, texts: Sequence[str]) -> Iterable[tuple[int, Found]]:
        """Every value with the place (from 0) of its text, refuted ones (with a score of 0) and overlaps included."""
        ...


@dataclass(frozen=True, slots=True)
class Identifier:
    """One kind of personal identifier, as its YAML file defines it.

    `chance` is the share of look-alikes that pass the validator by accident (1 where passing says nothing), where there is a `check_digit`
    also of what has the structure of the patterns; `lookalike` matches a whole
    folded cell that looks like the identifier, validator aside. `column_only` names the classifier of cells where values cannot stand alone.
    `person_key`: one value is one person. `enumerable`: few enough values that a bare hash can be reversed. `precedence`: the smaller comes first
    where spans or names of columns leave it open. `attribute`: a fact about a person (a balance, a diagnosis) and no key to one, so that distinct
    values are not people. `finder` is asked besides the patterns, as adopted recognizers are. `against` are the labels of other things: directly
    before a value, one of them lowers its score.
    """

    id: str
    title: Text
    groups: tuple[str, ...]
    levels: Levels
    sensitive: frozenset[str]
    patterns: tuple[Pattern, ...]
    validator: str | None
    chance: float
    lookalike: str | None
    context: tuple[str, ...]
    columns: ColumnHints
    column_only: str | None
    display: Display
    adequacy: Adequacy
    person_key: bool
    enumerable: bool
    source: str
    match: tuple[Example, ...] = ()
    no_match: tuple[Example, ...] = ()
    mask_as: str = "ends"
    canonical_as: str = "alphanumeric"
    precedence: int = USUAL
    attribute: bool = False
    finder: Finder | None = None
    against: tuple[str, ...] = ()
    check_digit: bool = True

    def validate(self, value: str) -> bool | None:
        """True proven, False refuted, None when there is nothing to tell by."""
        return VALIDATORS[self.validator](fold(value).strip()) if self.validator else None

    def canonical(self, value: str) -> str:
        """The value without separators, country prefix and case: one person, one string."""
        return self.canonicals((value,))[0]

    def canonicals(self, values: Iterable[str]) -> list[str]:
        """The same of many values."""
        form = CANONICAL_FORMS[self.canonical_as]
        return [form(value if value.isascii() else fold(visible(value))) for value in values]

    def mask(self, value: str) -> str:
        """What a report may show of the value."""
        return masking(self.mask_as).mask(visible(value), self.display, self.adequacy)

    def adequately_masked(self, value: str) -> bool:
        """Whether a value seen with mask characters hides enough."""
        return masking(self.mask_as).adequate(fold(value), self.adequacy)


class Catalogue(Mapping[str, Identifier]):
    """All identifiers that can be recognised, by id, in the order of their definition."""

    def __init__(self, identifiers: Mapping[str, Identifier], group_titles: Mapping[str, Text]) -> None:
        self._identifiers = dict(identifiers)
        self.group_titles: Mapping[str, Text] = dict(group_titles)
        self.groups: Mapping[str, frozenset[str]] = {
            group: frozenset(name for name, identifier in identifiers.items() if group in identifier.groups)
            for group in group_titles
        }

    def __getitem__(self, name: str) -> Identifier:
        return self._identifiers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._identifiers)

    def __len__(self) -> int:
        return len(self._identifiers)

    def __add__(self, others: Iterable[Identifier]) -> Catalogue:
        """These and others, which come after them; raises UsageError for an id that is taken."""
        more = {one.id: one for one in others}
        for name in more:
            if name in self._identifiers:
                raise UsageError(
                    Text(f"标识符 “{name}” 已存在", f'the identifier "{name}" exists already'),
                    todo=Text("请换一个名称", "give it another name"),
                )
        return Catalogue({**self._identifiers, **more}, self.group_titles)

    @property
    def words(self) -> tuple[str, ...]:
        """All ids and groups, for a "did you mean"."""
        return (*self._identifiers, *self.groups)

    def known(self, word: str) -> bool:
        """Whether a word is an identifier, a group or a level."""
        return word in self._identifiers or word in self.groups or LevelSelector.parse(word) is not None

    def expand(self, word: str) -> frozenset[str]:
        """The identifiers that an id, a group or a level (`C3`, `C2+`, `jrt0197:4`, `pci:sad`) stands for.

        Raises UsageError for any other word: an empty set would let a prohibition pass in silence.
        """
        if word in self._identifiers:
            return frozenset({word})
        if word in self.groups:
            return self.groups[word]
        selector = LevelSelector.parse(word)
        if selector is not None:
            return frozenset(
                name for name, identifier in self._identifiers.items() if selector.matches(identifier.levels)
            )
        hint = suggestion(word, self.words)
        raise UsageError(
            Text(
                f"没有名为 “{word}” 的标识符、分组或级别{hint.zh}",
                f'no identifier, group or level is called "{word}"{hint.en}',
            ),
            todo=Text("用 identifiers list 查看可用名称", "see `pii-audit identifiers list` for the names"),
        )
