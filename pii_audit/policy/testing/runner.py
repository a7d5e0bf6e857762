"""One case before the judge: the file that it describes, the verdicts on it, and what differs from what was expected."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text, same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FREE_TEXT, AssetTally, Evidence, FieldEvidence, FieldTally
from pii_audit.model.finding import Outcome, Use, Verdict
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation import ConsentProof, Knowledge, Observed, evaluate_flow
from pii_audit.policy.model import Policy
from pii_audit.policy.testing.model import Given, Result, TestCase

OF_A_FLOW = frozenset({"legal_basis", "consent", "consent.field", "pia", "channel", "population"})
"""What only a declared flow states; a case about recipient and purpose alone is not judged by it."""
_WORST = (Outcome.VIOLATION, Outcome.GAP)


def run_case(case: TestCase, policy: Policy, catalogue: Catalogue) -> Result:
    """Judges a case. Whether a declaration is used up (QLT) is no question to a file that somebody made up."""
    asset = _asset(case, catalogue)
    proof = {}
    if case.consent_proved is not None:
        missing = 0 if case.consent_proved else case.persons
        proof = {asset.asset.id: ConsentProof(case.persons - missing, missing)}
    knowledge = Knowledge(
        persons_this_run=case.persons,
        persons_this_year=case.persons_this_year,
        persons_per_day=None if case.persons_this_day is None else {case.as_of: case.persons_this_day},
        abroad_this_year=case.abroad_this_year,
        sensitive_this_year=case.sensitive_this_year,
        population_share=case.population_share,
        consent=proof,
    )
    judged = evaluate_flow(policy, case.flow, Observed((asset,)), catalogue, as_of=case.as_of, knowledge=knowledge)
    verdicts = tuple(
        verdict
        for verdict in judged
        if verdict.use is not Use.NOT_SEEN
        and not (verdict.rule or "").startswith("QLT")
        and (case.declared or verdict.element not in OF_A_FLOW)
    )
    return Result(case, verdicts, tuple(_differences(case, verdicts)))


def overall(verdicts: tuple[Verdict, ...]) -> Outcome:
    """The worst of some verdicts."""
    found = {verdict.outcome for verdict in verdicts}
    return next((outcome for outcome in _WORST if outcome in found), Outcome.COMPLIANT)


def _asset(case: TestCase, catalogue: Catalogue) -> Inspected:
    asset = Asset(case.flow.source or "", "case", AssetKind.FEED)
    evidence = tuple(_evidence(asset.id, one, case.persons, catalogue) for one in case.given)
    fields: dict[str, FieldTally] = {}
    for one in case.given:
        kind = Evidence(forms={one.seen.form: case.persons}, whole=case.persons if one.column else 0)
        tally = FieldTally(case.persons, case.persons, evidence={one.seen.identifier: kind})
        name = one.column or FREE_TEXT
        fields[name] = fields[name] + tally if name in fields else tally
    columns = frozenset(one.seen.identifier for one in case.given if one.column)
    tally_ = AssetTally(
        frozenset({"0"}),
        case.persons,
        fields=fields,
        together={columns: case.persons} if len(columns) > 1 else {},
    )
    coverage = Coverage(asset.source, asset.name, CoverageStatus.INSPECTED)
    return Inspected(asset, coverage, tally_, evidence)


def _evidence(asset: str, given: Given, rows: int, catalogue: Catalogue) -> FieldEvidence:
    seen = given.seen
    return FieldEvidence(
        asset=asset,
        field=given.column,
        identifier=seen.identifier,
        form=seen.form,
        rows_inspected=rows,
        hits=rows,
        prevalence=1.0,
        bound=1.0,
        confidence=1.0,
        level=catalogue[seen.identifier].levels,
        why=(),
        subject=seen.subject,
        persons=rows,
        inadequate=0 if seen.adequate else rows,
        shown=seen.shown,
    )


def _differences(case: TestCase, verdicts: tuple[Verdict, ...]) -> Iterator[Text]:
    found = overall(verdicts)
    if found is not case.expected:
        yield _differs(same("expect"), case.expected, found)
    broken = {verdict.rule for verdict in verdicts if verdict.rule is not None}
    if case.rules is not None and broken != case.rules:
        named = [", ".join(sorted(rules)) or "-" for rules in (case.rules, broken)]
        yield Text(f"rules: 预期 {named[0]}，实为 {named[1]}", f"rules: expected {named[0]}, got {named[1]}")
    for word, expected in case.elements.items():
        element = word.removesuffix("@customer")
        about = tuple(one for one in verdicts if one.element == element and one.identifier is not None)
        if overall(about) is not expected:
            yield _differs(same(word), expected, overall(about))
    if found is not case.expected or (case.rules is not None and broken != case.rules):
        yield from (
            Text(f"  {one.rule} {one.message.zh}", f"  {one.rule} {one.message.en}") for one in verdicts if one.rule
        )


def _differs(what: Text, expected: Outcome, found: Outcome) -> Text:
    return Text(
        f"{what.zh}：预期 {expected.value}，实为 {found.value}",
        f"{what.en}: expected {expected.value}, got {found.value}",
    )
