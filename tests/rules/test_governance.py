"""GOV001: what holds personal information has an owner; GOV002: and the grade that its content asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.sketch import Sketch
from pii_audit.rules.governance import graded_too_low, officer_and_audit, review_overdue, without_owner


def test_a_source_with_personal_information_and_no_owner_is_one_finding(policy_of, asset, facts, source):
    held = [asset(f"core:t{n}", {"m": "cn_mobile"}) for n in range(3)]
    nobody = {"core": source("core", owner=None)}
    [draft] = without_owner(facts(policy_of("purposes: {}\n"), *held, sources=nobody))
    assert (draft.rule, draft.resource, draft.source) == ("GOV001", ("core",), "core")
    assert (draft.policy.file, draft.policy.line) == ("audit.yaml", 4)


def test_an_owner_or_nothing_to_own_is_fine(policy_of, asset, facts, source):
    policy = policy_of("purposes: {}\n")
    assert list(without_owner(facts(policy, asset("core:t", {"m": "cn_mobile"})))) == []
    nobody = {"core": source("core", owner=None)}
    assert list(without_owner(facts(policy, asset("core:t", {}), sources=nobody))) == []


GRADES = """\
classification:
  raise: [{together: [person_name, identity_document], to: "jrt0197:4"}]
  grades: [{asset: "core.low*", grade: 1}, {asset: "core.fit*", grade: 3}]
"""


def _together(one, *rows):
    return replace(one, tally=replace(one.tally, together={frozenset(row): 10 for row in rows}))


def test_an_asset_is_graded_at_least_by_what_it_holds(policy_of, asset, facts):
    assets = [asset(f"core:{name}", {"m": "cn_mobile"}) for name in ("low1", "fit1", "nowhere")]
    drafts = list(graded_too_low(facts(policy_of(GRADES), *assets)))
    assert [(draft.rule, draft.asset, draft.policy and draft.policy.line) for draft in drafts] == [
        ("GOV002", "core:low1", 4),
        ("GOV002", "core:nowhere", None),
    ]
    assert drafts[1].message.en == "core:nowhere is not graded; it holds grade 3"


@pytest.mark.parametrize(("grade", "found"), [(4, 0), (2, 1)])
@pytest.mark.parametrize("first", ["core.*", "core.t"])
def test_the_grade_of_an_asset_by_its_name_comes_before_that_of_many(policy_of, asset, facts, first, grade, found):
    lines = [f"{{asset: 'core.*', grade: {6 - grade}}}", f"{{asset: core.t, grade: {grade}}}"]
    several = ", ".join(lines if first == "core.*" else reversed(lines))
    policy = policy_of(f"classification: {{grades: [{several}]}}\n")
    assert len(list(graded_too_low(facts(policy, asset("core:t", {"m": "cn_mobile"}))))) == found


def test_what_stands_together_in_a_row_is_graded_higher(policy_of, asset, facts):
    both = asset("core:fit2", {"n": "person_name", "i": "cn_resident_id"})
    assert list(graded_too_low(facts(policy_of(GRADES), both))) == []
    [draft] = graded_too_low(facts(policy_of(GRADES), _together(both, ("person_name", "cn_resident_id"))))
    assert draft.message.en == "core:fit2 is graded 3 (p.yaml:4) and holds grade 4"


def test_without_a_register_of_grades_nothing_is_compared(policy_of, asset, facts):
    assert list(graded_too_low(facts(policy_of("purposes: {}\n"), asset("core:t", {"m": "cn_mobile"})))) == []


@pytest.mark.parametrize(("last", "due"), [("2025-06-30", False), ("2025-06-29", True)])
def test_a_review_of_rights_is_due_when_its_interval_has_passed(policy_of, facts, last, due):
    policy = policy_of(f"governance: {{access_review: {{every: 12m, last: {last}}}}}\n")
    assert [draft.rule for draft in review_overdue(facts(policy))] == (["GOV003"] if due else [])
    assert list(review_overdue(facts(policy_of("governance: {access_review: {last: 2020-01-01}}\n")))) == []


def test_a_review_or_an_audit_that_is_yet_to_come_proves_nothing(policy_of, asset, facts):
    for key, rule in (("access_review", review_overdue), ("compliance_audit", officer_and_audit)):
        for every in ("", ", every: 6m"):
            policy = policy_of(f"governance: {{{key}: {{last: 2026-07-01{every}}}}}\n")
            [draft] = rule(facts(policy, asset("core:t", {"m": "cn_mobile"})))
            assert (draft.resource, draft.outcome.value, draft.policy.line) == ((key,), "gap", 2)
            assert "2026-07-01" in draft.message.en
        today = policy_of(f"governance: {{{key}: {{last: 2026-06-30, every: 6m}}}}\n")
        assert list(rule(facts(today))) == []


@pytest.mark.parametrize(("last", "due"), [("2025-06-30", False), ("2025-06-29", True), ("2019-01-01", True)])
def test_an_audit_is_due_as_often_as_the_policy_says(policy_of, asset, facts, last, due):
    policy = policy_of(f"governance: {{compliance_audit: {{last: {last}, every: 12m}}}}\n")
    found = list(officer_and_audit(facts(policy, asset("core:t", {"m": "cn_mobile"}))))
    assert [(one.rule, one.outcome.value) for one in found] == ([("GOV004", "gap")] if due else [])


def _millions(asset, count: float):
    return replace(
        asset("core:t", {"m": "cn_mobile"}), persons=Sketch.of(range(1, 5001)) if not count else _Many(count)
    )


class _Many(Sketch):
    """A sketch of so many people, which no test can afford to count."""

    def __init__(self, count):
        object.__setattr__(self, "payload", b"x")
        object.__setattr__(self, "count", int(count))

    def __radd__(self, other):
        return self

    def __add__(self, other):
        return self

    def __len__(self):
        return self.count


@pytest.mark.parametrize(
    ("count", "stated", "lacking"),
    [
        (999_999, "{}", []),
        (1_000_000, "{}", ["officer"]),
        (1_000_000, "{officer: Zhou}", []),
        (10_000_000, "{officer: Zhou}", []),
        (10_000_001, "{officer: Zhou}", ["compliance_audit"]),
        (10_000_001, "{officer: Zhou, compliance_audit: {last: 2024-06-30}}", []),
        (10_000_001, "{compliance_audit: {last: 2024-06-29}}", ["officer", "compliance_audit"]),
    ],
)
def test_many_people_call_for_an_officer_and_for_audits(policy_of, asset, facts, count, stated, lacking):
    drafts = list(officer_and_audit(facts(policy_of(f"governance: {stated}\n"), _millions(asset, count))))
    assert [(draft.rule, draft.resource[0]) for draft in drafts] == [("GOV004", one) for one in lacking]
