"""The YAML form of an identifier: its schema, and what a schema cannot say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pii_audit.document import (
    BOOLEAN,
    INTEGER,
    STRING,
    TITLE,
    Choice,
    Either,
    ListOf,
    Reader,
    Record,
    Scalar,
    Section,
    number,
    unknown,
)
from pii_audit.errors import Position
from pii_audit.identifiers.canonical import CANONICAL_FORMS
from pii_audit.identifiers.checksums import VALIDATORS
from pii_audit.identifiers.classifiers import CLASSIFIERS
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.masking import MASKINGS
from pii_audit.identifiers.model import USUAL, Adequacy, ColumnHints, Display, Example, Identifier, Pattern
from pii_audit.identifiers.patterns import compiled, not_portable
from pii_audit.identifiers.vocabulary import NAME, Vocabulary, called, without_calls
from pii_audit.language import Text
from pii_audit.model.levels import CLASSES, Levels

_SCORE = number(0, 1)


def _fraction(text: str) -> float:
    above, _, below = text.partition("/")
    if not re.fullmatch(r"[0-9]{1,4}(?:/[1-9][0-9]{0,4})?|0\.[0-9]{1,6}", text):
        raise ValueError
    value = float(above) / float(below or 1)
    if value > 1:
        raise ValueError
    return value


_CHANCE = Scalar(
    Text("0 到 1 之间的数或分数（如 1/11）", "a number or a fraction from 0 to 1 (such as 1/11)"),
    _fraction,
    {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": "^[0-9]{1,4}/[1-9][0-9]{0,4}$"},
        ]
    },
)
_WORDS = ListOf(STRING)
_EXAMPLES = ListOf(Either(scalar=STRING, mapping=Record({"text": STRING, "why": STRING, "column": STRING}, ("text",))))
_PATTERN = Record(
    {
        "name": NAME,
        "regex": STRING,
        "boundary": Choice(("ascii_alnum", "digit", "none")),
        "score": _SCORE,
        "validated": _SCORE,
        "ignore_case": BOOLEAN,
        "requires": _WORDS,
        "group": INTEGER,
        "needs_context": BOOLEAN,
        "needs_label": BOOLEAN,
        "validate": BOOLEAN,
    },
    ("name", "regex", "boundary", "score"),
)

SPEC = Record(
    {
        "id": NAME,
        "title": TITLE,
        "source": STRING,
        "groups": ListOf(NAME, at_least=1),
        "levels": Record({"jrt0171": Choice(CLASSES), "jrt0197": INTEGER, "pci": Choice(("chd", "sad"))}),
        "sensitive": ListOf(Choice(("pipl28", "gbt35273", "gbt45574"))),
        "patterns": ListOf(_PATTERN),
        "validator": Choice(tuple(VALIDATORS)),
        "chance": _CHANCE,
        "check_digit": BOOLEAN,
        "lookalike": STRING,
        "context": _WORDS,
        "against": ListOf(NAME),
        "columns": Record(
            {"zh": _WORDS, "en": _WORDS, "pinyin": _WORDS, "comment": _WORDS, "weak": _WORDS, "not": _WORDS}
        ),
        "column_only": Choice(tuple(CLASSIFIERS)),
        "mask": Choice(MASKINGS),
        "show": Record({"first": INTEGER, "last": INTEGER, "fill": STRING}, ("first", "last")),
        "adequate": Record({"first": INTEGER, "last": INTEGER, "hidden": INTEGER}, ("first", "last", "hidden")),
        "canonical": Choice(tuple(CANONICAL_FORMS)),
        "person_key": BOOLEAN,
        "enumerable": BOOLEAN,
        "attribute": BOOLEAN,
        "precedence": INTEGER,
        "match": _EXAMPLES,
        "no_match": _EXAMPLES,
    },
    ("id", "title", "source", "groups", "levels", "show", "adequate"),
)
"""One identifier file."""


@dataclass(frozen=True)
class Definition:
    """One file as read, what it may call by name, and the reader that collects what is wrong with it.

    `proven`: the file ships with the program, whose tests compile its expressions; every start would pay for doing it again.
    """

    section: Section
    vocabulary: Vocabulary
    reader: Reader
    proven: bool = False

    def build(self) -> Identifier | None:
        """The identifier, or None when the file is too broken for one; every problem is noted."""
        section, problems = self.section, self.reader.problems
        before = len(problems)
        self._check_references()
        patterns = tuple(
            pattern for entry in section.get("patterns", ()) if (pattern := self._pattern(entry)) is not None
        )
        whole = all(name in section for name in SPEC.required) and len(patterns) == len(section.get("patterns", ()))
        if len(problems) > before or not self._complete() or not whole:
            return None
        identifier = self._identifier(patterns)
        if not self.proven:
            self._check_requires(identifier)
        return identifier

    def _note(self, position: Position, message: Text) -> None:
        self.reader.note(position, message)

    def _complete(self) -> bool:
        wanted = len(self.section.get("patterns", ())), "column_only" in self.section
        if not any(wanted):
            self._note(
                self.section.position,
                Text(
                    "既没有 patterns，也没有 column_only，无法识别任何内容",
                    "neither patterns nor column_only: nothing could be recognised",
                ),
            )
        return any(wanted)

    def _check_references(self) -> None:
        section = self.section
        self._check_names("groups", Text("分组", "group"), self.vocabulary.groups)
        self._check_names("against", Text("标签表", "list of labels"), self.vocabulary.labels)
        if section.get("chance", 1.0) < 1 and "validator" not in section:
            self._note(
                section.at("chance"),
                Text("没有 validator 就没有偶然通过率", "without a validator there is no chance of passing it"),
            )
        if "lookalike" in section and not self.proven:
            self._check_regex(section["lookalike"], section.at("lookalike"))

    def _check_names(self, key: str, kind: Text, known: Collection[str]) -> None:
        named = self.section.get(key)
        for name, position in zip(named, named.positions, strict=True) if named else ():
            if name not in known:
                self._note(position, unknown(kind, name, known))

    def _check_regex(self, regex: str, position: Position) -> re.Pattern[str] | None:
        for name in called(regex):
            if name not in self.vocabulary.fragments:
                self._note(position, unknown(Text("正则片段", "fragment"), name, self.vocabulary.fragments))
                return None
        regex = without_calls(regex)
        at = not_portable(regex)
        if at is not None:
            self._note(
                position,
                Text(
                    f"正则第 {at + 1} 个字符处：此写法并非所有引擎都支持（零宽断言、反向引用、占有量词、\\d \\w \\s \\b）；字符类请写全，如 [0-9]",
                    f"regex, character {at + 1}: not what all engines read alike (look-around, back-reference, possessive, \\d \\w \\s \\b); "
                    "write classes out, as in [0-9]",
                ),
            )
            return None
        try:
            return re.compile(regex, re.ASCII)
        except re.error as error:
            self._note(
                position,
                Text(
                    f"正则第 {(error.pos or 0) + 1} 个字符处：{error.msg}",
                    f"regex, character {(error.pos or 0) + 1}: {error.msg}",
                ),
            )
            return None

    def _pattern(self, entry: Section) -> Pattern | None:
        good = self.proven or self._check_pattern(entry)
        if not good or any(name not in entry for name in _PATTERN.required):
            return None
        score = entry["score"]
        return Pattern(
            name=entry["name"],
            regex=self.vocabulary.written_out(entry["regex"]),
            boundary=entry["boundary"],
            score=score,
            validated=entry.get("validated", score),
            ignore_case=entry.get("ignore_case", False),
            requires=tuple(entry.get("requires", ())),
            group=entry.get("group", 0),
            needs_context=entry.get("needs_context", False) or entry.get("needs_label", False),
            needs_label=entry.get("needs_label", False),
            validate=entry.get("validate", True),
        )

    def _check_pattern(self, entry: Section) -> bool:
        """Notes what is wrong with a pattern; whether its expression can be read."""
        regex = self._check_regex(entry["regex"], entry.at("regex")) if "regex" in entry else None
        if regex is None or "score" not in entry:
            return False
        group, score = entry.get("group", 0), entry["score"]
        validated = entry.get("validated", score)
        if not 0 <= group <= regex.groups:
            self._note(
                entry.at("group"), Text(f"正则只有 {regex.groups} 个分组", f"the regex has {regex.groups} group(s)")
            )
        if regex.fullmatch("") is not None:
            self._note(entry.at("regex"), Text("正则能匹配空文本", "the regex matches nothing at all"))
        if validated < score:
            self._note(entry.at("validated"), Text("validated 不得低于 score", "validated must not be below score"))
        if validated > score and ("validator" not in self.section or not entry.get("validate", True)):
            self._note(
                entry.at("validated"),
                Text("没有适用的 validator,validated 应省略", "no validator applies; leave validated out"),
            )
        for literal in entry.get("requires", ()):
            if literal != literal.lower():
                self._note(
                    entry.at("requires"),
                    Text(f"requires 须为小写：“{literal}”", f'requires must be lower case: "{literal}"'),
                )
        return True

    def _identifier(self, patterns: tuple[Pattern, ...]) -> Identifier:
        section = self.section
        levels, show, adequate = section["levels"], section["show"], section["adequate"]
        return Identifier(
            id=section["id"],
            title=section["title"],
            groups=tuple(section["groups"]),
            levels=Levels(levels.get("jrt0171"), levels.get("jrt0197"), levels.get("pci")),
            sensitive=frozenset(section.get("sensitive", ())),
            patterns=patterns,
            validator=section.get("validator"),
            chance=section.get("chance", 1.0),
            check_digit=section.get("check_digit", True),
            lookalike=section.get("lookalike"),
            context=_lower(section.get("context", ())),
            columns=_hints(section.get("columns", {})),
            column_only=section.get("column_only"),
            display=Display(show["first"], show["last"], show.get("fill", "*")),
            adequacy=Adequacy(adequate["first"], adequate["last"], adequate["hidden"]),
            person_key=section.get("person_key", False),
            enumerable=section.get("enumerable", False),
            attribute=section.get("attribute", False),
            source=section["source"],
            match=_examples(section.get("match", ())),
            no_match=_examples(section.get("no_match", ())),
            mask_as=section.get("mask", "ends"),
            canonical_as=section.get("canonical", "alphanumeric"),
            precedence=section.get("precedence", USUAL),
            against=tuple(word for name in section.get("against", ()) for word in self.vocabulary.labels[name]),
        )

    def _check_requires(self, identifier: Identifier) -> None:
        """A literal that a matching example lacks would make the prefilter miss what the pattern finds."""
        for pattern, entry in zip(identifier.patterns, self.section.get("patterns", ()), strict=True):
            for example in identifier.match if pattern.requires else ():
                text = fold(example.text)
                if not any(literal in text.lower() for literal in pattern.requires) and compiled(pattern).search(text):
                    self._note(
                        entry.at("requires"),
                        Text(
                            "有 match 示例不含任何 requires 文字",
                            "a match example holds none of the literals of requires",
                        ),
                    )


def _lower(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(text).lower() for text in words)


def _hints(columns: Mapping[str, Any]) -> ColumnHints:
    return ColumnHints(
        zh=_lower(columns.get("zh", ())),
        en=_lower(columns.get("en", ())),
        pinyin=_lower(columns.get("pinyin", ())),
        comment=_lower(columns.get("comment", ())),
        weak=_lower(columns.get("weak", ())),
        not_=_lower(columns.get("not", ())),
    )


def _examples(entries: Iterable[Any]) -> tuple[Example, ...]:
    return tuple(
        Example(entry["text"], entry.get("why"), entry.get("column")) if isinstance(entry, Section) else Example(entry)
        for entry in entries
        if entry
    )
