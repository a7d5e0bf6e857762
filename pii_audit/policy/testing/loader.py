"""Files of cases beside the policies → cases, everything that is wrong in them reported at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pii_audit.document import MISSING, Reader, Section, unknown
from pii_audit.errors import ConfigurationError, Position, Problem, UsageError
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import Form
from pii_audit.policy.build import element
from pii_audit.policy.evaluation.case import Seen
from pii_audit.policy.files import CASES, files_of
from pii_audit.policy.model import CUSTOMER, SUBJECTS, Element, Flow, Policy
from pii_audit.policy.rule_ids import exceptable_rules
from pii_audit.policy.testing.language import CASE_FILE
from pii_audit.policy.testing.model import Given, TestCase
from pii_audit.workspace import from_here

SUFFIX = CASES
Noun = TypeVar("Noun")
_KNOWN = (
    "persons_this_year",
    "persons_this_day",
    "abroad_this_year",
    "sensitive_this_year",
    "population_share",
    "consent_proved",
)


def load_cases(
    entries: Sequence[str], root: Path, policy: Policy, catalogue: Catalogue, as_of: date
) -> tuple[TestCase, ...]:
    """The cases of these files, and of all `*.cases.yaml` below these folders and in these packs.

    A case that names no day is judged on its file's, else on `as_of`. Raises ConfigurationError with every problem of
    every file, UsageError when there is no such file.
    """
    reader = Reader()
    cases: list[TestCase] = []
    files = [file for entry in entries for file in files_of(entry, root, reader, cases=True)]
    for file in {file.shown: file for file in files}.values():
        document = reader.read_bytes(file.content, CASE_FILE, shown_as=file.shown)
        if document is not MISSING:
            builder = _Builder(policy, catalogue, reader, document.get("as_of", as_of))
            cases += (case for section in document.get("cases", ()) for case in builder.case(section))
    if reader.problems:
        raise ConfigurationError([from_here(problem, root) for problem in reader.problems])
    if not files:
        raise UsageError(
            Text("没有找到用例文件", "there is no file of cases"),
            where=", ".join(entries),
            todo=Text(f"在策略旁写一个 *{CASES}", f"write a *{CASES} beside the policies"),
        )
    return tuple(cases)


class _Builder:
    """Cases of one file."""

    def __init__(self, policy: Policy, catalogue: Catalogue, reader: Reader, as_of: date) -> None:
        self._policy, self._catalogue, self._reader, self._as_of = policy, catalogue, reader, as_of

    def case(self, section: Section) -> Iterator[TestCase]:
        """The case, unless something is wrong with it."""
        before = len(self._reader.problems)
        flow = self._flow(section)
        self._check_rules(section)
        given = tuple(self._given(section, flow))
        self._check_elements(section)
        if flow is None or len(self._reader.problems) > before or not {"title", "given", "expect"} <= section.keys():
            return
        known = section.get("known", {})
        yield TestCase(
            section["title"],
            section.position,
            flow,
            "flow" in section,
            section.get("as_of", self._as_of),
            given,
            Outcome(section["expect"]),
            frozenset(section["rules"]) if "rules" in section else None,
            {word: Outcome(outcome) for word, outcome in section.get("elements", {}).items()},
            section.get("persons", 1),
            **{name: known[name] for name in _KNOWN if name in known},
        )

    def _flow(self, section: Section) -> Flow | None:
        by_name, apart = "flow" in section.positions, {"recipient", "purpose"} & section.positions.keys()
        if by_name == bool(apart) or len(apart) == 1:
            said = Text("写 flow，或 recipient 加 purpose", "write flow, or recipient and purpose")
            self._reader.note(section.position, said)
            return None
        if by_name:
            return self._one(section, "flow", Text("数据流", "flow"), self._policy.flows)
        recipient = self._one(section, "recipient", Text("接收方", "recipient"), self._policy.recipients)
        purpose = self._one(section, "purpose", Text("用途", "purpose"), self._policy.purposes)
        if recipient is None or purpose is None:
            return None
        return Flow(f"{recipient.id}/{purpose.id}", recipient.position, recipient.id, purpose.id)

    def _one(self, section: Section, key: str, kind: Text, there: Mapping[str, Noun]) -> Noun | None:
        name = section.get(key)
        if name is None:
            return None
        if name not in there:
            self._reader.note(section.at(key), unknown(kind, name, there))
        return there.get(name)

    def _given(self, section: Section, flow: Flow | None) -> Iterator[Given]:
        given = section.get("given", Section(section.position))
        for word, position in given.positions.items():
            found, as_seen = self._element(word, position), given.get(word)
            if found is None or as_seen is None:
                continue
            options = as_seen if isinstance(as_seen, Section) else {"form": as_seen}
            if "form" not in options:
                continue
            show = options.get("show", {"first": 0, "last": 0})
            in_text = options.get("in_text", False)
            column = None if in_text else options.get("column") or self._column(found, flow)
            seen = Seen(
                found.word,
                found.subject or CUSTOMER,
                Form(options["form"]),
                adequate=not options.get("inadequate", False),
                shown=(show["first"], show["last"]),
            )
            yield Given(seen, column)

    def _element(self, word: str, position: Position) -> Element | None:
        found = element(word, position)
        if found.word not in self._catalogue:
            self._reader.note(position, unknown(Text("识别项", "identifier"), found.word, self._catalogue))
            return None
        if found.subject is not None and found.subject not in SUBJECTS:
            self._reader.note(position, unknown(Text("信息主体", "subject"), found.subject, SUBJECTS))
            return None
        return found

    def _column(self, found: Element, flow: Flow | None) -> str:
        """The column that the flow declares for such an element; one of its own name where it declares none."""
        for column, declared in ((flow.fields if flow else None) or {}).items():
            same_subject = (declared.subject or CUSTOMER) == (found.subject or CUSTOMER)
            if not declared.is_none and same_subject and found.word in self._catalogue.expand(declared.word):
                return column
        return str(found)

    def _check_rules(self, section: Section) -> None:
        rules = section.get("rules")
        for rule, position in zip(rules, rules.positions, strict=True) if rules else ():
            known = {*exceptable_rules(), *self._policy.rules}
            if rule not in known:
                self._reader.note(position, unknown(Text("规则", "rule"), rule, known))

    def _check_elements(self, section: Section) -> None:
        elements, given = section.get("elements", Section(section.position)), section.get("given", {})
        for word in elements:
            if word not in given:
                said = Text(f"given 中没有 “{word}”", f'"{word}" is not given')
                self._reader.problems.append(Problem(elements.at(word), said))
