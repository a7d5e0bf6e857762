"""What people decide of findings, and what becomes of it in the runs that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from pii_audit.errors import UsageError
from pii_audit.findings.life import Accept, Assign, Rectify, Reject, Reopen
from pii_audit.model.finding import Change, Severity, Status
from pii_audit.model.lifecycle import Action, Actor
from pii_audit.model.run import Suppressed
from pii_audit.store import Wanted

SHANGHAI = timezone(timedelta(hours=8))
A = "aaaa" * 8
LATER = date(2026, 12, 31)
ACCEPT = Accept("张某", "李某", "until the new system is live", LATER)


def _actor(day=1):
    return Actor("王某", "wang", datetime(2026, 7, day, 12, tzinfo=SHANGHAI))


def _evidence(persons=50, fields=("id_no",), **more):
    return {"persons": persons, "fields": list(fields), **more}


@pytest.fixture
def ledger(make):
    return [make.row("customer")]


@pytest.fixture
def found(store, make, ledger):
    """A store in which run 1 found one thing."""
    store.record(make.run(1, [make.finding("aaaa", evidence=_evidence(), owner="Retail")], ledger))
    return store


def _actions(store):
    return [step.action.value for step in store.steps(A)]


def test_from_open_over_assigned_and_rectifying_to_closed_by_a_clean_rescan_alone(found, make, ledger):
    (assigned,) = found.move(["aaaa"], Assign("张某", "hz", date(2026, 8, 1), "as agreed"), _actor())
    assert (assigned.finding.status, assigned.finding.owner, assigned.finding.unit, assigned.finding.due) == (
        Status.ASSIGNED,
        "张某",
        "hz",
        date(2026, 8, 1),
    )
    (working,) = found.move(["aaaa"], Rectify("started"), _actor())
    assert working.finding.status is Status.RECTIFYING
    weaker = found.record(make.run(2, [], [make.row("customer", "sampled", draws=5)]))
    assert weaker.findings[0].status is Status.RECTIFYING
    (fixed,) = found.record(make.run(3, [], ledger)).findings
    assert (fixed.change, fixed.status) == (Change.FIXED, Status.CLOSED)
    assert _actions(found) == ["found", "assigned", "rectifying", "closed"]
    first, second, *_ = found.steps(A)
    assert (first.run, first.by, first.before) == ("r1", "pii-audit", None)
    assert (second.by, second.account, second.reason.en, second.before) == ("王某", "wang", "as agreed", Status.OPEN)


def test_who_it_was_assigned_to_outlives_the_next_run_and_its_return(found, make, ledger):
    found.move([A], Assign("张某", "hz", date(2026, 8, 1)), _actor())
    seen = make.finding("aaaa", evidence=_evidence(), owner="Retail", due=date(2026, 7, 20))
    (again,) = found.record(make.run(2, [seen], ledger)).findings
    assert (again.owner, again.unit, again.due) == ("张某", "hz", date(2026, 8, 1))
    assert [one.finding.unit for one in found.findings(Wanted(units=["hz"]))] == ["hz"]
    found.record(make.run(3, [], ledger))
    (back,) = found.record(make.run(4, [replace(seen, due=date(2026, 9, 1))], ledger)).findings
    assert (back.change, back.status, back.owner, back.due, back.returns) == (
        Change.REOPENED,
        Status.OPEN,
        "张某",
        date(2026, 9, 1),
        1,
    )
    assert _actions(found)[-1] == "returned"


def test_an_accepted_risk_does_not_count_until_its_last_day_has_passed(found, make, ledger):
    found.move(["aaaa"], Accept("张某", "李某", "x", date(2026, 7, 3)), _actor())
    seen = make.finding("aaaa", evidence=_evidence())
    held = found.record(make.run(3, [seen], ledger))
    assert held.exit_code(Severity.INFO) == 0
    assert held.findings[0].decision.approver == "李某"
    assert found.finding("aaaa", date(2026, 7, 3)).finding.status is Status.ACCEPTED
    # Without any further run it is open to whoever looks, and to whoever asks for what is open.
    assert found.finding("aaaa", date(2026, 7, 4)).finding.status is Status.OPEN
    assert len(found.findings(Wanted([Status.OPEN]), as_of=date(2026, 7, 4))) == 1
    assert found.findings(Wanted([Status.ACCEPTED]), as_of=date(2026, 7, 4)) == ()
    lapsed = found.record(make.run(4, [seen], ledger))
    assert [(one.change, one.status) for one in lapsed.findings] == [(Change.REOPENED, Status.OPEN)]
    assert lapsed.exit_code(Severity.HIGH) == 1
    assert found.steps(A)[-1].reason.en == "its last day was 2026-07-03"


def test_one_that_ran_out_can_be_assigned_before_the_next_run(found):
    found.move(["aaaa"], Accept("张某", "李某", "x", date(2026, 7, 3)), _actor())
    (assigned,) = found.move(["aaaa"], Assign("张某"), _actor(day=4))
    assert (assigned.finding.status, assigned.life.decision) == (Status.ASSIGNED, None)
    assert found.verify().problems == ()


def test_a_decision_that_ran_out_on_what_is_not_there_any_more_is_closed_and_unlooked_at_is_open(found, make, ledger):
    found.move(["aaaa"], Accept("张某", "李某", "x", date(2026, 7, 2)), _actor())
    (unlooked,) = found.record(make.run(3, [], [make.row("customer", "failed")])).findings
    assert (unlooked.change, unlooked.status) == (Change.NOT_RECHECKED, Status.NOT_RECHECKED)
    (gone,) = found.record(make.run(4, [], ledger)).findings
    assert gone.status is Status.CLOSED
    assert _actions(found)[-2:] == ["lapsed", "closed"]


@pytest.mark.parametrize("move", [ACCEPT, Reject("李某", "test data")], ids=["accepted", "false positive"])
@pytest.mark.parametrize(
    ("evidence", "holds"),
    [
        (_evidence(persons=60), True),
        (_evidence(persons=5000), False),
        (_evidence(fields=("id_no", "name")), False),
        (_evidence(fields=()), True),
    ],
    ids=["a little more", "a hundred times the people", "a new field", "less"],
)
def test_a_decision_is_about_the_content_that_it_was_given_for(found, make, ledger, move, evidence, holds):
    found.move(["aaaa"], move, _actor())
    (seen,) = found.record(make.run(2, [make.finding("aaaa", evidence=evidence)], ledger)).findings
    assert (seen.status is not Status.OPEN) is holds
    assert (_actions(found)[-1] == "lapsed") is not holds


def test_other_values_in_the_place_of_those_that_were_looked_at_end_a_false_positive(store, make, ledger):
    def shown(proof):
        return make.finding("aaaa", evidence=_evidence(persons=3, proof=proof))

    store.record(make.run(1, [shown("p1")], ledger))
    store.move(["aaaa"], Reject("李某", "our own test numbers"), _actor())
    assert store.record(make.run(2, [shown("p1")], ledger)).exit_code(Severity.INFO) == 0
    assert store.record(make.run(3, [shown("p2")], ledger)).exit_code(Severity.HIGH) == 1


def test_a_policy_exception_lapses_by_the_same_rule_until_it_is_renewed(store, make, ledger):
    def run(number, persons, basis):
        hidden = make.finding("aaaa", evidence=_evidence(persons=persons))
        return store.record(
            make.run(number, [], ledger, suppressed=(Suppressed(hidden, "policies/x.yaml:3: r", basis),))
        )

    assert run(1, 50, "until 2026").exit_code(Severity.INFO) == 0
    assert run(2, 5000, "until 2026").exit_code(Severity.HIGH) == 1
    assert run(3, 5000, "until 2026").exit_code(Severity.HIGH) == 1
    assert run(4, 50, "until 2026").exit_code(Severity.HIGH) == 0
    assert run(5, 5000, "until 2026").exit_code(Severity.HIGH) == 1
    assert run(6, 5000, "until 2027").exit_code(Severity.HIGH) == 0
    assert _actions(store) == ["found", "excepted", "lapsed", "lapsed", "excepted"]
    (kept,) = store.findings(Wanted([Status.ACCEPTED]))
    assert kept.finding.suppressed_by == "policies/x.yaml:3: r"


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Accept("张某", "张某", "x", LATER), "one person"),
        (Accept("ｚhang San", "ZHANG  san", "x", LATER), "one person"),
        (Accept("张某", "·张某.", "x", LATER), "one person"),
        (Accept("张某", "李某", "x", None), "no day is given"),
        (Accept("张某", "李某", " ", LATER), "--reason is missing"),
        (Accept("", "李某", "x", LATER), "--owner is missing"),
        (Accept("张某", "", "x", LATER), "--approver is missing"),
        (Accept("张某", "李某", "x", date(2026, 6, 30)), "its last day was"),
        (Accept("张某", "李某", "x" * 2001, LATER), "longer than 2000"),
        (Reject("Retail", "x"), "one person"),
        (Reject("ｒｅｔａｉｌ", "x"), "one person"),
        (Reject("", "x"), "--reviewer is missing"),
        (Reject("李某", ""), "--reason is missing"),
        (Assign(), "nobody is named"),
        (Rectify(), "assign it first"),
        (Reopen("x"), "still to be put right"),
    ],
)
def test_a_step_that_lacks_something_is_refused_and_changes_nothing(found, move, said):
    with pytest.raises(UsageError, match=said):
        found.move(["aaaa"], move, _actor())
    assert _actions(found) == ["found"]


def test_prohibited_data_is_never_accepted_but_may_be_none(store, make, ledger):
    store.record(make.run(1, [make.finding("aaaa", rule="STO001")], ledger))
    with pytest.raises(UsageError, match=r"STO001 can never be excepted.*has to be put right"):
        store.move(["aaaa"], ACCEPT, _actor())
    store.move(["aaaa"], Reject("李某", "a product code"), _actor())
    assert store.record(make.run(2, [make.finding("aaaa", rule="STO001")], ledger)).exit_code(Severity.INFO) == 0


def test_an_acceptance_is_renewed_by_accepting_again_and_taken_back_by_reopening(found):
    found.move(["aaaa"], ACCEPT, _actor())
    (renewed,) = found.move(["aaaa"], replace(ACCEPT, until=date(2027, 6, 30)), _actor(2))
    assert renewed.finding.decision.until == date(2027, 6, 30)
    with pytest.raises(UsageError, match="it is accepted"):
        found.move(["aaaa"], Assign("张某"), _actor(2))
    (open_again,) = found.move(["aaaa"], Reopen("the approver has left"), _actor(3))
    assert (open_again.finding.status, open_again.finding.decision) == (Status.OPEN, None)


def test_several_findings_move_together_or_not_at_all(store, make, ledger):
    b = make.finding("bbbb", rule="STO001", evidence=_evidence())
    store.record(make.run(1, [make.finding("aaaa", evidence=_evidence()), b], ledger))
    with pytest.raises(UsageError, match="STO001"):
        store.move(["aaaa", "bbbb"], ACCEPT, _actor())
    assert {one.finding.status for one in store.findings()} == {Status.OPEN}
    store.move(["aaaa", "bbbb"], Assign("张某"), _actor())
    assert {one.finding.status for one in store.findings()} == {Status.ASSIGNED}


def test_overdue_is_what_is_past_its_day_and_not_settled(store, make, ledger):
    store.record(make.run(1, [make.finding("aaaa", due=date(2026, 7, 10))], ledger))
    assert not store.finding("aaaa").finding.is_overdue(date(2026, 7, 10))
    assert store.finding("aaaa").finding.is_overdue(date(2026, 7, 11))
    store.move(["aaaa"], ACCEPT, _actor())
    assert not store.finding("aaaa", date(2026, 7, 11)).finding.is_overdue(date(2026, 7, 11))


HELD = {"fields": ["id_no"], "hits": 9, "persons": 50}


@pytest.mark.parametrize(
    ("evidence", "follows"),
    [(HELD, True), ({**HELD, "hits": 10}, False), ({**HELD, "fields": ["id"]}, False)],
    ids=["the very same", "another row", "another column"],
)
def test_what_was_said_of_a_renamed_asset_goes_with_it_where_the_content_says_so(store, make, evidence, follows):
    store.record(make.run(1, [make.finding("aaaa", evidence=HELD)], [make.row("customer")]))
    store.move(["aaaa"], ACCEPT, _actor())
    new = make.finding("bbbb", asset="core:customer_2026", evidence=evidence)
    done = store.record(make.run(2, [new], [make.row("customer_2026")]))
    by_mark = {one.fingerprint[:4]: one for one in done.findings}
    assert (by_mark["bbbb"].status is Status.ACCEPTED) is follows
    if follows:
        assert by_mark["aaaa"].status is Status.CLOSED
        assert [step.action for step in store.steps("bbbb" * 8)] == [Action.FOUND, Action.FOLLOWED]
        assert "core:customer " in store.steps("bbbb" * 8)[-1].reason.en
        again = store.record(make.run(3, [new], [make.row("customer_2026")]))
        assert again.exit_code(Severity.INFO) == 0
    assert store.verify().problems == ()


def test_what_is_out_of_reach_is_not_renamed_but_there_twice(store, make):
    """A copy of an accepted file, found while its folder cannot be read, is no accepted one."""
    before = [make.row("hz/a.csv"), make.row("b.csv")]
    store.record(make.run(1, [make.finding("aaaa", asset="core:hz/a.csv", evidence=HELD)], before))
    store.move(["aaaa"], ACCEPT, _actor())
    copy = make.finding("bbbb", asset="core:public/a.csv", evidence=HELD)
    out_of_reach = [make.row("hz/", "failed"), make.row("public/a.csv"), make.row("b.csv")]
    done = store.record(make.run(2, [copy], out_of_reach))
    assert [(one.fingerprint[:4], one.status) for one in done.findings] == [("bbbb", Status.OPEN)]
    assert store.finding("aaaa").finding.status is Status.ACCEPTED


def test_of_two_that_look_alike_none_is_followed(store, make):
    store.record(make.run(1, [make.finding("aaaa", evidence=HELD)], [make.row("customer")]))
    store.move(["aaaa"], ACCEPT, _actor())
    twins = [make.finding(mark, asset=f"core:{mark}", evidence=HELD) for mark in ("bbbb", "cccc")]
    done = store.record(make.run(2, twins, [make.row("bbbb"), make.row("cccc")]))
    assert {one.status for one in done.findings} == {Status.OPEN}


def test_a_clock_that_goes_back_moves_nothing_back(store, make, ledger):
    store.record(make.run(9, [make.finding("aaaa")], ledger))
    store.record(make.run(2, [make.finding("aaaa")], ledger))
    store.move(["aaaa"], Assign("张某"), _actor(1))
    tracked = store.finding("aaaa")
    assert tracked.last_seen >= tracked.first_seen
    verified = store.verify()
    assert (verified.problems, verified.backwards) == ((), 1)
    assert _actions(store) == ["found", "assigned"]


def test_who_puts_it_right_does_not_approve_that_its_risk_is_borne(found):
    found.move([A], Assign("李某"), _actor())
    with pytest.raises(UsageError, match="one person"):
        found.move([A], ACCEPT, _actor())


def test_where_nobody_answers_for_it_who_sets_it_aside_does_not_review_that(store, make, ledger):
    store.record(make.run(1, [make.finding("aaaa")], ledger))
    with pytest.raises(UsageError, match="whoever sets it aside are one person"):
        store.move([A], Reject("王 某", "x"), _actor())
    (set_aside,) = store.move([A], Reject("李某", "x"), _actor())
    assert set_aside.finding.status is Status.FALSE_POSITIVE
