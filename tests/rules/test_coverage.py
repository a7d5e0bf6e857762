"""COV001: what could not be inspected, grouped by source and reason."""

from __future__ import annotations

import pytest

from pii_audit.language import Text, same
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Outcome
from pii_audit.rules.coverage import not_inspected


def failed(source, asset, reason):
    return Coverage(source, asset, CoverageStatus.FAILED, same(reason) if reason else None)


def test_one_reason_in_one_source_is_one_finding_however_many_objects_it_befell(policy_of, facts):
    rows = [failed("share", f"{n}.zip", "not a known format") for n in range(500)]
    [draft] = not_inspected(facts(policy_of("purposes: {}\n"), coverage=rows))
    assert (draft.rule, draft.outcome, draft.source) == ("COV001", Outcome.GAP, "share")
    assert draft.evidence["assets_total"] == 500
    assert "499 more" in draft.message.en


def test_numbers_in_a_reason_do_not_make_it_another_one(policy_of, facts):
    rows = [failed("share", f"{n}.csv", f"broken at byte {n}") for n in (17, 4096)]
    assert len(list(not_inspected(facts(policy_of("purposes: {}\n"), coverage=rows)))) == 1


def test_another_source_or_reason_is_another_finding(policy_of, facts):
    rows = [failed("a", "x", "locked"), failed("b", "x", "locked"), failed("a", "y", "broken"), failed("a", "z", None)]
    assert len({draft.resource for draft in not_inspected(facts(policy_of("purposes: {}\n"), coverage=rows))}) == 4


@pytest.mark.parametrize("status", ["inspected", "sampled", "skipped"])
def test_what_was_inspected_or_is_excluded_by_a_rule_is_no_finding(policy_of, facts, status):
    row = Coverage("share", "x", CoverageStatus(status), Text("原因", "reason"))
    assert list(not_inspected(facts(policy_of("purposes: {}\n"), coverage=[row]))) == []
