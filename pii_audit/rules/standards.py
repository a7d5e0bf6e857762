"""Standard by standard: what each provision asks, which rules check it, and what only a human can.

The texts are YAML under policies/standards/. A provision is named by its clause where number and content were verified
(policies/instruments.yaml), else by its topic; a rule that there is not, or a clause that was not verified, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Literal, cast

from pii_audit import content
from pii_audit.document import MISSING, STRING, Choice, ListOf, Reader, Record, Section, unknown
from pii_audit.language import Text
from pii_audit.rules.catalogue import Instrument, load_instruments, load_rules

How = Literal["automatic", "semi_automatic", "manual", "information"]
HOWS: tuple[How, ...] = ("automatic", "semi_automatic", "manual", "information")
FOLDER = "policies/standards"
_BOTH = Record({"zh": STRING, "en": STRING}, ("zh", "en"))
STANDARD = Record(
    {
        "version": Choice(["1"]),
        "clauses": ListOf(
            Record(
                {
                    "clause": STRING,
                    "topic": _BOTH,
                    "how": Choice(HOWS),
                    "what": _BOTH,
                    "rules": ListOf(STRING, at_least=1),
                    "human": _BOTH,
                },
                ("how", "what"),
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
    how: How
    rules: tuple[str, ...] = ()
    human: Text | None = None


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
    how = cast("How", section.get("how", "manual"))
    rules = tuple(section.get("rules", ()))
    for rule, position in zip(rules, section["rules"].positions, strict=True) if rules else ():
        if rule not in load_rules():
            reader.note(position, unknown(Text("规则", "rule"), rule, load_rules()))
    if how in ("automatic", "semi_automatic") and not rules:
        reader.note(section.position, Text("没有写由哪条规则检查", "no rule that checks it is named"))
    if ("human" in section) != (how == "semi_automatic"):
        said = Text(
            "半自动(且仅半自动)的条款写明 human", "human is what a semi-automatic provision leaves, and no other"
        )
        reader.note(section.position, said)
    human = section.get("human")
    return Provision(
        _name(section, instrument, reader),
        _text(section["what"]) if "what" in section else Text("", ""),
        how,
        rules,
        _text(human) if human is not None else None,
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
        said = Text(f"条款未经核实:{clause}", f"not a verified clause: {clause}")
        reader.note(section.at("clause"), said)
        return Text("", "")
    return Text(known.ref_zh or known.ref or "", known.ref or "")


def _text(section: Section) -> Text:
    return Text(section.get("zh", ""), section.get("en", ""))
