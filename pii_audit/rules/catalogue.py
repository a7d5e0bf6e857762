"""The rule catalogue: what each rule asks, why, how to put it right, and the clauses that stand behind it.

The texts are YAML under policies/, where a lawyer can read and change them. A clause that policies/instruments.yaml
does not list as read and verified is refused when the catalogue is loaded, so that no report can print it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, cast

from pii_audit import content
from pii_audit.document import (
    BOOLEAN,
    ID,
    MISSING,
    STRING,
    Choice,
    ListOf,
    MapOf,
    Reader,
    Record,
    Section,
    unknown,
    word,
)
from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.finding import Clause, Severity
from pii_audit.policy.rule_ids import rule_files

Stage = Literal["collect", "store", "use", "provide"]
Phase = Literal["ex_ante", "in_process", "ex_post"]

STAGES: tuple[Stage, ...] = ("collect", "store", "use", "provide")
"""收集、保存、使用、对外提供: the four stages of a self-inspection, in the order of reports."""
PHASES: tuple[Phase, ...] = ("ex_ante", "in_process", "ex_post")
"""事前、事中、事后 (PBOC Order 2020 No. 5, Art. 9)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, rule or standard; `clauses` are those whose number may be printed, by the name that rules use."""

    id: str
    title: Text
    binding: str
    clauses: Mapping[str, Clause]

    @property
    def by_title(self) -> Clause:
        """The citation of the instrument as a whole."""
        return Clause(self.id, self.title)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `check` is the check behind it, None for a rule about the inspection itself; `severity` is the base from which a
    finding's severity is reckoned; `scaled` says whether the number of persons raises it, `exceptable` whether a policy
    may except from it. `clauses` holds numbered clauses first, then instruments cited by title alone.
    """

    id: str
    check: str | None
    stage: Stage
    phases: tuple[Phase, ...]
    severity: Severity
    title: Text
    why: Text
    remediation: Text
    bad: Text
    good: Text
    clauses: tuple[Clause, ...]
    exceptable: bool
    scaled: bool
    position: Position


_BOTH = Record({"zh": STRING, "en": STRING}, ("zh", "en"))
RULE_ID = word(Text("规则编号，例如 SHR002", "a rule id such as SHR002"), r"[A-Z]{3}\d{3}")
_RULE = Record(
    {
        "check": word(Text("检查项编号，例如 CK-03", "a check such as CK-03"), r"CK-\d{2}"),
        "severity": Choice([severity.value for severity in Severity]),
        "stage": Choice(STAGES),
        "phases": ListOf(Choice(PHASES), at_least=1),
        "exceptable": BOOLEAN,
        "scaled": BOOLEAN,
        "title": _BOTH,
        "why": _BOTH,
        "remediation": _BOTH,
        "bad": _BOTH,
        "good": _BOTH,
        "clauses": ListOf(Record({"instrument": ID, "clause": STRING}, ("instrument", "clause"))),
        "other": ListOf(ID),
    },
    ("severity", "stage", "phases", "title", "why", "remediation", "bad", "good"),
)
RULES = Record({"version": Choice(["1"]), "rules": MapOf(_RULE, RULE_ID)}, ("version", "rules"))
"""The form of a file under policies/rules/."""

_INSTRUMENT = Record({"title": _BOTH, "binding": ID, "clauses": ListOf(STRING)}, ("title", "binding"))
_CITATION = Record({"clause": STRING, "zh": STRING, "en": STRING}, ("clause", "zh", "en"))
INSTRUMENTS = Record(
    {"version": Choice(["1"]), "citation": ListOf(_CITATION), "instruments": MapOf(_INSTRUMENT)},
    ("version", "citation", "instruments"),
)
"""The form of policies/instruments.yaml."""


@cache
def load_instruments() -> Mapping[str, Instrument]:
    """All instruments that may be cited, by the name that `standards` of audit.yaml uses."""
    reader = Reader()
    path = "policies/instruments.yaml"
    read = reader.read_bytes(content.data(path), INSTRUMENTS, shown_as=path)
    reader.raise_problems()
    forms = [(re.compile(form["clause"]), form) for form in read["citation"]]
    instruments = {}
    for id_, section in read["instruments"].items():
        title = _text(section["title"])
        clauses = {name: _clause(id_, title, name, forms) for name in section.get("clauses", ())}
        instruments[id_] = Instrument(id_, title, section["binding"], MappingProxyType(clauses))
    return MappingProxyType(instruments)


def _clause(instrument: str, title: Text, name: str, forms: Iterable[tuple[re.Pattern[str], Section]]) -> Clause:
    for pattern, form in forms:
        found = pattern.fullmatch(name)
        if found:
            return Clause(instrument, title, found.expand(form["en"]), found.expand(form["zh"]))
    return Clause(instrument, title, name)


@cache
def load_rules() -> Mapping[str, Rule]:
    """All shipped rules by id, in the order of stages and files.

    Raises ConfigurationError when a file is wrong or cites a clause that was not verified.
    """
    return read_rules({path: content.data(path) for path in rule_files()}, load_instruments())


def read_rules(files: Mapping[str, bytes], instruments: Mapping[str, Instrument]) -> Mapping[str, Rule]:
    """The rules of some files, by id; `files` maps the name to show in diagnostics to the content.

    Raises ConfigurationError with everything that is wrong in all of them.
    """
    reader = Reader()
    rules: dict[str, Rule] = {}
    for name, raw in files.items():
        read = reader.read_bytes(raw, RULES, shown_as=name)
        if read is MISSING or "rules" not in read:
            continue
        for id_, section in read["rules"].items():
            position = read["rules"].positions[id_]
            if id_ in rules:
                first = rules[id_].position.to_line
                reader.note(
                    position, Text(f"规则 {id_} 重复（首次在 {first}）", f"duplicate rule {id_} (first in {first})")
                )
            elif _is_whole(section):
                rules[id_] = _rule(id_, section, position, _clauses(section, instruments, reader))
    reader.raise_problems()
    ordered = sorted(rules.values(), key=lambda rule: STAGES.index(rule.stage))
    return MappingProxyType({rule.id: rule for rule in ordered})


def _is_whole(section: Section) -> bool:
    """Whether everything that a rule needs was read; what was not is already noted."""
    texts = ("title", "why", "remediation", "bad", "good")
    return all(key in section for key in _RULE.required) and all({"zh", "en"} <= section[key].keys() for key in texts)


def _clauses(section: Section, instruments: Mapping[str, Instrument], reader: Reader) -> tuple[Clause, ...]:
    clauses = []
    for cited_ in section.get("clauses", ()):
        instrument = instruments.get(cited_.get("instrument"))
        if instrument is None:
            _note_unknown(reader, cited_.at("instrument"), cited_.get("instrument", ""), instruments)
        elif cited_.get("clause") in instrument.clauses:
            clauses.append(instrument.clauses[cited_["clause"]])
        else:
            said = f"{instrument.id} {cited_.get('clause', '')}"
            message = Text(f"条款未经核实，不得引用：{said}", f"not a verified clause, may not be cited: {said}")
            reader.note(cited_.at("clause"), message)
    for index, id_ in enumerate(section.get("other", ())):
        if id_ in instruments:
            clauses.append(instruments[id_].by_title)
        else:
            _note_unknown(reader, section["other"].positions[index], id_, instruments)
    return tuple(clauses)


def _note_unknown(reader: Reader, position: Position, id_: str, instruments: Mapping[str, Instrument]) -> None:
    reader.note(position, unknown(Text("法规或标准", "instrument"), id_, instruments))


def _rule(id_: str, section: Section, position: Position, clauses: tuple[Clause, ...]) -> Rule:
    return Rule(
        id=id_,
        check=section.get("check"),
        stage=cast("Stage", section["stage"]),
        phases=tuple(section["phases"]),
        severity=Severity(section["severity"]),
        title=_text(section["title"]),
        why=_text(section["why"]),
        remediation=_text(section["remediation"]),
        bad=_text(section["bad"]),
        good=_text(section["good"]),
        clauses=clauses,
        exceptable=section.get("exceptable", True),
        scaled=section.get("scaled", True),
        position=position,
    )


def _text(section: Mapping[str, Any]) -> Text:
    return Text(section["zh"], section["en"])


def cited(rule: Rule, standards: Collection[str]) -> tuple[Clause, ...]:
    """The clauses of a rule that a report may cite: only those of the workspace's `standards`."""
    return tuple(clause for clause in rule.clauses if clause.instrument in standards)
