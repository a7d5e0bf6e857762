"""Standard by standard: what each provision asks, which rules check it, and what only a human can.

The texts are YAML under policies/standards/. A provision is named by its clause where number and content were verified
(policies/instruments.yaml), else by its topic; a rule that there is not, or a clause that was not verified, is refused.
How it is checked is not written but follows from its rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Literal

from pii_audit import content
from pii_audit.document import BOOLEAN, MISSING, STRING, Choice, ListOf, Reader, Record, Section, unknown
from pii_audit.language import Text
from pii_audit.rules.cases import load_cases
from pii_audit.rules.catalogue import Instrument, load_instruments, load_rules

How = Literal["automatic", "semi_automatic", "manual", "information"]
HOWS: tuple[How, ...] = ("automatic", "semi_automatic", "manual", "information")
FOLDER = "policies/standards"
ATTESTED = "MAN"
"""The family of rules that only a human can answer."""
_BOTH = Record({"zh": STRING, "en": STRING}, ("zh", "en"))
STANDARD = Record(
    {
        "version": Choice(["1"]),
        "clauses": ListOf(
            Record(
                {
                    "clause": STRING,
                    "topic": _BOTH,
                    "what": _BOTH,
                    "rules": ListOf(STRING, at_least=1),
                    "human": _BOTH,
                    "information": BOOLEAN,
                },
                ("what",),
            ),
            at_least=1,
        ),
    },
    ("version", "clauses"),
)
"""The form of a file under policies/standards/."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision: its name as it may be printed, what it asks, the rules that check it, what is left to a human."""

    name: Text
    what: Text
    rules: tuple[str, ...] = ()
    human: Text | None = None
    information: bool = False

    @property
    def how(self) -> How:
        """Automatic where rules that look for themselves check it and leave nothing to a human; else semi-automatic or manual.

        Rules that ask for an attestation (MAN) check nothing themselves, nor does a rule that no case shows to find anything.
        """
        if self.information:
            return "information"
        if not any(rule in load_cases() and not rule.startswith(ATTESTED) for rule in self.rules):
            return "manual"
        return "automatic" if self.human is None else "semi_automatic"


@dataclass(frozen=True, slots=True)
class Standard:
    """An instrument, provision by provision."""

    instrument: Instrument
    provisions: tuple[Provision, ...]

    def count(self, how: How) -> int:
        """How many provisions are checked in that way."""
        return sum(provision.how == how for provision in self.provisions)


@cache
def load_standards() -> Mapping[str, Standard]:
    """The standards of policies/standards/, in the order of policies/instruments.yaml.

    Raises ConfigurationError when a file is wrong.
    """
    reader = Reader()
    instruments = load_instruments()
    found: dict[str, Standard] = {}
    for path in content.walk(FOLDER, ".yaml"):
        name = PurePosixPath(path).stem
        read = reader.read_bytes(content.data(path), STANDARD, shown_as=path)
        if read is MISSING or name not in instruments:
            continue
        instrument = instruments[name]
        sections = read.get("clauses", ())
        found[name] = Standard(instrument, tuple(_provision(one, instrument, reader) for one in sections))
    reader.raise_problems()
    return {name: found[name] for name in instruments if name in found}


def _provision(section: Section, instrument: Instrument, reader: Reader) -> Provision:
    rules = tuple(section.get("rules", ()))
    for rule, position in zip(rules, section["rules"].positions, strict=True) if rules else ():
        if rule not in load_rules():
            reader.note(position, unknown(Text("规则", "rule"), rule, load_rules()))
    human, information = section.get("human"), section.get("information", False)
    if information and (rules or human is not None):
        said = Text("仅供说明的条款没有规则和 human", "what stands for information alone has neither rules nor human")
        reader.note(section.position, said)
    if human is not None and all(rule.startswith(ATTESTED) for rule in rules):
        said = Text("human 是规则之外留给人的部分", "human is what rules leave over, and there is none that checks it")
        reader.note(section.position, said)
    return Provision(
        _name(section, instrument, reader),
        _text(section["what"]) if "what" in section else Text("", ""),
        rules,
        _text(human) if human is not None else None,
        information,
    )


def _name(section: Section, instrument: Instrument, reader: Reader) -> Text:
    topic, clause = section.get("topic"), section.get("clause")
    if (topic is None) == (clause is None):
        reader.note(section.position, Text("写 clause 或 topic 之一", "write a clause or a topic"))
        return Text("", "")
    if topic is not None:
        return _text(topic)
    known = instrument.clauses.get(str(clause))
    if known is None:
        said = Text(f"条款未经核实：{clause}", f"not a verified clause: {clause}")
        reader.note(section.at("clause"), said)
        return Text("", "")
    return Text(known.ref_zh or known.ref or "", known.ref or "")


def _text(section: Section) -> Text:
    return Text(section.get("zh", ""), section.get("en", ""))
