"""How functions of texts and numbers work: substrings, concatenations, replacements, masks, places in texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from sqlglot import exp

from pii_audit.lineage import texts
from pii_audit.lineage.texts import UNKNOWN, Value

ALTERNATIVES = 24
"""Of so many different values of one expression each is kept; of more, all that any of them shows."""
_STANDARD = frozenset({"postgres", "redshift", "tsql", ""})
"""Parsers in whose dialects places in texts, and REGEXP_REPLACE, are PostgreSQL's and SQL Server's."""
_MIDDLE = frozenset({"mid", "substrb", "substrc"})
Values: TypeAlias = tuple[Value, ...]


class Arguments:
    """The arguments of one function, by name or place."""

    def __init__(self, expression: exp.Expr, values_of: Callable[[exp.Expr], Values], sample: str, parser: str) -> None:
        self.expression = expression
        self.sample = sample
        self.parser = parser
        self.from_end = parser not in _STANDARD
        self.once = parser in _STANDARD
        self._values_of = values_of

    def of(self, part: object) -> Values:
        """The values of a part; of none, nothing."""
        if not isinstance(part, exp.Expr):
            return (Value(),)
        return self._values_of(part)

    def __getitem__(self, name: str) -> Values:
        return self.of(self.expression.args.get(name))

    def has(self, name: str) -> bool:
        """Whether the argument is there."""
        return isinstance(self.expression.args.get(name), exp.Expr)

    def number(self, part: object) -> int | None:
        """A part as a number, None where it is not known or may be several."""
        values = self.of(part) if isinstance(part, exp.Expr) else ()
        return values[0].number if len(values) == 1 else None

    def text(self, name: str) -> str | None:
        """An argument as a text of the script, None where it is none."""
        values = self[name]
        return values[0].known(self.sample) if len(values) == 1 and not values[0].visible else None


def literal(expression: exp.Literal) -> Value:
    """A text or a number of the script."""
    text = str(expression.this)
    return texts.counted(int(text)) if not expression.is_string and text.isdecimal() else texts.literal(text)


def products(parts: Sequence[Values], *, apart: bool = False) -> list[Value]:
    """Each combination of values, one after another; `apart` with something unknown between them."""
    combined: list[Value] = [Value()]
    for number, values in enumerate(parts):
        between = (UNKNOWN,) if apart and number else ()
        combined = [texts.joined((head, *between, value)) for head, value in product(combined, values)]
        if len(combined) > ALTERNATIVES:
            places = sorted(frozenset().union(*(value.visible for value in combined)))
            shields = frozenset().union(*(value.shields for value in combined))
            combined = [Value((None, *places, None), shields, opened=any(value.opened for value in combined))]
    return combined


Special = Callable[[Arguments], Iterable[Value]]


def _substring(arguments: Arguments) -> Iterable[Value]:
    args = arguments.expression.args
    start = arguments.number(args["start"]) if args.get("start") is not None else 1
    return _cut(arguments, arguments["this"], start, args.get("length"))


def _middle(arguments: Arguments) -> Iterable[Value]:
    """MID and the like, which sqlglot knows by name only."""
    text, *numbers = arguments.expression.expressions
    start, length = [*numbers, None, None][:2]
    return _cut(arguments, arguments.of(text), arguments.number(start), length)


def _cut(arguments: Arguments, values: Values, start: int | None, length: object) -> Iterable[Value]:
    """From a place on so many characters, where a length is given at all."""
    number = arguments.number(length)
    for value in values:
        if number is not None and number < 0:
            # SQLite gives the characters before the place, others nothing.
            yield texts.somewhere(value)
        elif length is not None and number is None:
            yield texts.somewhere(texts.substring(value, start, None, from_end=arguments.from_end))
        else:
            yield texts.substring(value, start, number, from_end=arguments.from_end)


def _left(arguments: Arguments) -> Iterable[Value]:
    """LEFT; below 0 all but the last so many, as PostgreSQL and DuckDB have it."""
    length = arguments.number(arguments.expression.expression)
    for value in arguments["this"]:
        known = length is not None and (length >= 0 or None not in value.characters)
        size = length if length is None or length >= 0 else max(0, len(value.characters) + length)
        yield texts.substring(value, 1, size) if known else texts.somewhere(value)


def _right(arguments: Arguments) -> Iterable[Value]:
    """RIGHT; below 0 all but the first so many."""
    length = arguments.number(arguments.expression.expression)
    for value in arguments["this"]:
        if length is None:
            yield texts.somewhere(value)
        else:
            yield texts.right(value, length) if length >= 0 else texts.substring(value, 1 - length, None)


def _cast(arguments: Arguments) -> Iterable[Value]:
    """A type with a length may cut the value short, or fill it up."""
    sized = bool(arguments.expression.args["to"].expressions)
    return [value.with_((*value.characters, None)) if sized else value for value in arguments["this"]]


def _trim(arguments: Arguments) -> Iterable[Value]:
    """Without blanks, of which there are none; whatever else is taken away moves the rest."""
    other = arguments.has("expression")
    return [texts.somewhere(value) if other else value for value in arguments["this"]]


def _concat(arguments: Arguments) -> Iterable[Value]:
    return products([arguments.of(one) for one in arguments.expression.expressions])


def _concat_ws(arguments: Arguments) -> Iterable[Value]:
    separator, *parts = [arguments.of(one) for one in arguments.expression.expressions]
    spaced = [part for number, values in enumerate(parts) for part in ((separator, values) if number else (values,))]
    return products(spaced)


def _pipe(arguments: Arguments) -> Iterable[Value]:
    return products([arguments["this"], arguments["expression"]])


def _whatever(arguments: Arguments, *names: str) -> Iterable[Value]:
    """All of some arguments, in a text of which no place can be told."""
    return map(texts.somewhere, products([arguments[name] for name in names], apart=True))


def _pad(arguments: Arguments) -> Iterable[Value]:
    args = arguments.expression.args
    length = arguments.number(args.get("expression"))
    fill = arguments.text("fill_pattern") if arguments.has("fill_pattern") else " "
    left = bool(args.get("is_left"))
    if fill is None:
        return _whatever(arguments, "this", "fill_pattern")
    return [texts.padded(value, length, fill, left=left) for value in arguments["this"]]


def _replace(arguments: Arguments) -> Iterable[Value]:
    triples = product(arguments["this"], arguments["expression"], arguments["replacement"])
    return [texts.replaced(value, old, new, arguments.sample) for value, old, new in triples]


def _regexp_replace(arguments: Arguments) -> Iterable[Value]:
    modifiers = arguments.text("modifiers") if arguments.has("modifiers") else ""
    single = bool(arguments.expression.args.get("single_replace")) or arguments.once
    once = single and "g" not in (modifiers or "")
    plain = not any(arguments.has(name) for name in ("position", "occurrence"))
    pattern = arguments.text("expression") if plain else None
    template = arguments.text("replacement") if arguments.has("replacement") else ""
    if template is None:
        return _whatever(arguments, "this", "replacement")
    return [texts.substituted(value, pattern, template, arguments.sample, once=once) for value in arguments["this"]]


def _overlay(arguments: Arguments) -> Iterable[Value]:
    args = arguments.expression.args
    start = arguments.number(args.get("start") or args.get("from_"))
    length = arguments.number(args.get("length") or args.get("for_"))
    pairs = product(arguments["this"], arguments["expression"])
    if length is None and isinstance(arguments.expression, exp.Overlay) and not arguments.has("for_"):
        return [texts.overlaid(value, start, len(new.characters), new) for value, new in pairs]
    return [texts.overlaid(value, start, length, new) for value, new in pairs]


def _reverse(arguments: Arguments) -> Iterable[Value]:
    return [value.with_(value.characters[::-1]) for value in arguments["this"]]


def _repeat(arguments: Arguments) -> Iterable[Value]:
    times = arguments.number(arguments.expression.args.get("times"))
    if times is None or times > _REPEATED:
        return [value.with_((None, *value.characters, None)) for value in arguments["this"]]
    return [value.with_(value.characters * times) for value in arguments["this"]]


_REPEATED = 64


def _translate(arguments: Arguments) -> Iterable[Value]:
    old, new = arguments.text("from_"), arguments.text("to")
    if new is None:
        return _whatever(arguments, "this", "to")
    return [texts.translated(value, old, new, arguments.sample) for value in arguments["this"]]


def _part(arguments: Arguments) -> Iterable[Value]:
    """SUBSTRING_INDEX and SPLIT_PART: what stands before, after or between delimiters of the sample."""
    expression = arguments.expression
    delimiter = arguments.text("delimiter")
    by_index = isinstance(expression, exp.SubstringIndex)
    number = arguments.number(expression.args.get("count" if by_index else "part_index"))
    for value in arguments["this"]:
        text = value.known(arguments.sample)
        if text is None or not delimiter or not number or (number < 0 and not by_index):
            yield value.with_((None, *value.characters, None))
            continue
        pieces = text.split(delimiter)
        if number < 0:
            yield texts.right(value, len(delimiter.join(pieces[number:])))
            continue
        before = delimiter.join(pieces[:number] if by_index else pieces[: number - 1])
        if by_index:
            yield value.with_(value.characters[: len(before)])
        else:
            start = len(before) + (len(delimiter) if number > 1 else 0)
            piece = pieces[number - 1] if number <= len(pieces) else ""
            yield value.with_(value.characters[start : start + len(piece)])


def _length(arguments: Arguments) -> Iterable[Value]:
    for value in arguments["this"]:
        text = value.known(arguments.sample)
        yield UNKNOWN if text is None else texts.counted(len(text))


def _position(arguments: Arguments) -> Iterable[Value]:
    args = arguments.expression.args
    for value, wanted in product(arguments["this"], arguments["substr"]):
        text, searched = value.known(arguments.sample), wanted.known(arguments.sample)
        simple = text is not None and searched and not args.get("position") and not args.get("occurrence")
        yield texts.counted(str(text).find(str(searched)) + 1) if simple else UNKNOWN


def _arithmetic(arguments: Arguments) -> Iterable[Value]:
    """Numbers of places are reckoned; a value that is reckoned with still shows."""
    expression = arguments.expression
    for left, right in product(arguments["this"], arguments["expression"]):
        if left.number is None or right.number is None:
            # SQL Server's way to put texts together.
            both = texts.joined((left, right) if isinstance(expression, exp.Add) else (left, UNKNOWN, right))
            yield both if both.carries else UNKNOWN
        else:
            sum_ = left.number + right.number if isinstance(expression, exp.Add) else left.number - right.number
            yield texts.counted(sum_)


def _negative(arguments: Arguments) -> Iterable[Value]:
    for value in arguments["this"]:
        yield texts.counted(-value.number) if value.number is not None else value


def _mask(arguments: Arguments) -> Iterable[Value]:
    function = texts.MASKS[arguments.parser][arguments.expression.name.lower()]
    first, *others = arguments.expression.expressions
    numbers = [arguments.number(one) for one in others]
    if any(not _says_how(one, number) for one, number in zip(others, numbers, strict=True)):
        # NULL and -1 keep characters of a kind; of a number that is not known it may be any.
        return map(texts.somewhere, arguments.of(first))
    return [function(value, arguments.sample, numbers) for value in arguments.of(first)]


def _says_how(expression: exp.Expr, number: int | None) -> bool:
    """Whether an argument of a mask is a sign to put, or a number of characters that can be reckoned."""
    return number >= 0 if number is not None else isinstance(expression, exp.Literal) and expression.is_string


_SPECIAL: Mapping[type, Special] = {
    exp.Cast: _cast,
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.Left: _left,
    exp.Right: _right,
    exp.ConcatWs: _concat_ws,
    exp.Concat: _concat,
    exp.DPipe: _pipe,
    exp.Pad: _pad,
    exp.Replace: _replace,
    exp.RegexpReplace: _regexp_replace,
    exp.Stuff: _overlay,
    exp.Overlay: _overlay,
    exp.Reverse: _reverse,
    exp.Repeat: _repeat,
    exp.Translate: _translate,
    exp.SubstringIndex: _part,
    exp.SplitPart: _part,
    exp.Length: _length,
    exp.StrPosition: _position,
    exp.Add: _arithmetic,
    exp.Sub: _arithmetic,
    exp.Neg: _negative,
}


def special(expression: exp.Expr, parser: str) -> Special | None:
    """What knows how an expression works in the dialect of a parser; None where none does."""
    if isinstance(expression, exp.Anonymous) and expression.expressions:
        name = expression.name.lower()
        if name in texts.MASKS.get(parser, ()):
            return _mask
        if name in _MIDDLE:
            return _middle
    return next((known for type_, known in _SPECIAL.items() if isinstance(expression, type_)), None)
