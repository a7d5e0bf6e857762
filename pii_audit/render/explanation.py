"""Why a flow is judged as it is, as text: each line of the policy that was weighed, quoted, with what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.errors import Position
from pii_audit.language import Language, Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.wording import FORMS, demanded
from pii_audit.policy.explanation import Explanation, Said, asked_of, elements_of, explain_properties
from pii_audit.render.labels import word
from pii_audit.render.safe import safe
from pii_audit.rules.catalogue import load_rules

MARKS = {Said.ALLOWS: "✓", Said.OBJECTS: "✗", Said.IS_SILENT: "·"}


@dataclass(frozen=True)
class Explainer:
    """Writes explanations in one language; `quote` gives the text of a policy's line, empty where it is not at hand."""

    language: Language
    quote: Callable[[Position], str]

    def element(self, found: Explanation) -> Iterator[str]:
        """The chain of lines about one element, then the verdict."""
        form = FORMS[found.seen.form].in_(self.language)
        yield f"{found.seen.element} ({form}): {self._verdict(found.verdict)}"
        for number, step in enumerate(found.steps, 1):
            yield f"  {number}. {MARKS[step.said]} {step.message.in_(self.language)}"
            yield from self._quoted(step.position)
        if found.verdict.outcome is not Outcome.COMPLIANT:
            yield f"  → {found.verdict.message.in_(self.language)}"
            if found.verdict.remedy is not None:
                yield f"    {found.verdict.remedy.in_(self.language)}"

    def flow(self, case: Case) -> Iterator[str]:
        """What may leave in a flow and in which form, and how the flow as a whole stands."""
        flow, recipient, purpose = case.flow, case.recipient, case.purpose
        yield f"{flow.id}: {purpose.title.in_(self.language)} → {recipient.title.in_(self.language)} ({recipient.id})"
        yield from self._quoted(flow.position)
        yield Text("可以提供：", "may leave:").in_(self.language)
        elements = elements_of(case)
        for identifier, subject in elements:
            yield f"  {self._asked(Seen(identifier, subject, Form.PLAIN), case)}"
        yield Text("  其余一律不可以：没有写的就是不允许", "  nothing else: what is not written is not allowed").in_(
            self.language
        )
        yield Text("数据流整体：", "the flow as a whole:").in_(self.language)
        for verdict in explain_properties(case):
            yield f"  {self._verdict(verdict)} {verdict.element}: {verdict.message.in_(self.language)}"
            if verdict.policy is not None:
                yield f"      {verdict.policy.to_line}"

    def _asked(self, seen: Seen, case: Case) -> str:
        title = case.title(seen.identifier).in_(self.language)
        name = seen.element if title == seen.identifier else f"{seen.element} {title}"
        asked = asked_of(seen.identifier, seen.subject, case)
        if asked is None:
            return f"✗ {name}: " + Text("任何形式都不可以", "in no form").in_(self.language)
        forms = [demanded(one).in_(self.language) for one in asked] or [FORMS[Form.PLAIN].in_(self.language)]
        return f"✓ {name}: {' + '.join(forms)}"

    def _verdict(self, verdict: Verdict) -> str:
        said = word(verdict.outcome, self.language)
        if verdict.rule is None:
            return said
        rule = load_rules().get(verdict.rule)
        return f"{said} {verdict.rule}" + (f" {rule.title.in_(self.language)}" if rule is not None else "")

    def _quoted(self, position: Position) -> Iterator[str]:
        text = self.quote(position).strip()
        yield f"       {position.to_line}" + (f"  | {text}" if text else "")


def as_text(lines: Sequence[str]) -> str:
    """The lines as one text, what came from files made harmless."""
    return "".join(f"{safe(line)}\n" for line in lines)


def as_json(found: Sequence[Explanation], language: Language) -> str:
    """Explanations of elements as one JSON document (version 1)."""
    document = {
        "version": 1,
        "explanations": [
            {
                "flow": one.verdict.flow,
                "element": one.seen.element,
                "form": one.seen.form.value,
                "outcome": one.verdict.outcome.value,
                "rule": one.verdict.rule,
                "message": one.verdict.message.in_(language),
                "steps": [
                    {"position": str(step.position), "said": step.said.value, "message": step.message.in_(language)}
                    for step in one.steps
                ],
            }
            for one in found
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
