"""What a store keeps of runs, and what becomes of findings between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from pii_audit.errors import StoreError, UsageError
from pii_audit.model.finding import Change, Severity, Status
from pii_audit.model.run import Suppressed
from pii_audit.render.interface import render
from pii_audit.store import Store, Wanted, schema


def _changes(run):
    return {finding.fingerprint[:4]: finding.change for finding in run.findings}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_renders_the_same_after_it_was_stored(store, make, language):
    recorded = store.record(make.full_run(1))
    assert render("json", store.load("r1"), language) == render("json", recorded, language)


def test_a_run_comes_back_with_inventory_sketches_grants_and_verdicts(store, make):
    recorded = store.record(make.full_run(1))
    loaded = store.load()
    assert loaded.inspected == recorded.inspected
    assert len(loaded.inspected[0].persons) == 50
    assert (loaded.grants, loaded.verdicts, loaded.coverage) == (recorded.grants, recorded.verdicts, recorded.coverage)
    assert (loaded.started, loaded.grouped, loaded.notes) == (recorded.started, 3, {"fail_on": "low"})


def test_a_finding_is_new_then_persistent_then_fixed_then_reopened(store, make):
    seen, ledger = [make.finding("aaaa")], [make.row("customer")]
    lives = []
    for number, findings in enumerate([seen, seen, [], seen], start=1):
        (finding,) = store.record(make.run(number, findings, ledger)).findings
        lives.append((finding.change, finding.status))
    assert lives == [
        (Change.NEW, Status.OPEN),
        (Change.PERSISTENT, Status.OPEN),
        (Change.FIXED, Status.CLOSED),
        (Change.REOPENED, Status.OPEN),
    ]


def test_every_sighting_is_in_the_history(store, make):
    for number, findings in enumerate([[make.finding("aaaa")], [], [make.finding("aaaa", severity=Severity.LOW)]], 1):
        store.record(make.run(number, findings, [make.row("customer")]))
    history = store.history("aaaa" * 8)
    assert [(one.run, one.change, one.severity) for one in history] == [
        ("r1", Change.NEW, Severity.HIGH),
        ("r2", Change.FIXED, Severity.HIGH),
        ("r3", Change.REOPENED, Severity.LOW),
    ]
    assert history[0].at == datetime(2026, 7, 1, 1, 30, 12, 500_000, tzinfo=UTC)


def test_what_is_fixed_is_said_once(store, make):
    ledger = [make.row("customer")]
    store.record(make.run(1, [make.finding("aaaa")], ledger))
    assert _changes(store.record(make.run(2, [], ledger))) == {"aaaa": Change.FIXED}
    assert _changes(store.record(make.run(3, [], ledger))) == {}


def test_a_run_of_one_source_fixes_nothing_of_another(store, make):
    b = make.finding("bbbb", asset="share:list.csv", source="share")
    ledger = [make.row("customer"), make.row("list.csv", source="share")]
    store.record(make.run(1, [make.finding("aaaa"), b], ledger))
    second = store.record(make.run(2, [], [make.row("customer")]))
    assert _changes(second) == {"aaaa": Change.FIXED, "bbbb": Change.NOT_RECHECKED}
    assert _changes(store.record(make.run(3, [], [make.row("list.csv", source="share")]))) == {"bbbb": Change.FIXED}


@pytest.mark.parametrize("row", [("customer", "failed"), ("customer", "sampled"), ("customer", "skipped")])
def test_what_was_not_looked_at_as_strongly_stays_and_keeps_the_exit_code_red(store, make, row):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")]))
    second = store.record(make.run(2, [], [make.row(*row, draws=5)]))
    assert [(one.change, one.status) for one in second.findings] == [(Change.NOT_RECHECKED, Status.NOT_RECHECKED)]
    assert second.exit_code(Severity.HIGH) == 1


def test_a_fixed_finding_does_not_fail_the_run_and_one_out_of_its_scope_neither(store, make):
    b = make.finding("bbbb", asset="share:list.csv", source="share")
    store.record(make.run(1, [make.finding("aaaa"), b], [make.row("customer"), make.row("list.csv", source="share")]))
    assert store.record(make.run(2, [], [make.row("customer")])).exit_code(Severity.INFO) == 0


def test_what_was_often_seen_by_a_sample_is_refuted_by_one_as_large(store, make):
    shown = {"asset": "core:customer", "field": "card", "identifier": "bank_card", "form": "plain"}
    often = make.finding("aaaa", evidence={"found": [{**shown, "hits": 90, "rows_inspected": 100}]})
    store.record(make.run(1, [often], [make.row("customer", "sampled", draws=100)]))
    smaller = store.record(make.run(2, [], [make.row("customer", "sampled", draws=99)]))
    assert _changes(smaller) == {"aaaa": Change.NOT_RECHECKED}
    # It is compared with the run that saw it, not with the one between.
    assert _changes(store.record(make.run(3, [], [make.row("customer", "sampled", draws=99)]))) == {
        "aaaa": Change.NOT_RECHECKED
    }
    assert _changes(store.record(make.run(4, [], [make.row("customer", "sampled", draws=100)]))) == {
        "aaaa": Change.FIXED
    }


def test_a_gate_that_is_recorded_fixes_nothing(store, make):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")]))
    gate = store.record(make.run(2, [make.finding("bbbb")], [make.row("customer")], kind="gate"))
    assert _changes(gate) == {"bbbb": Change.NEW}
    assert {one.finding.status for one in store.findings()} == {Status.OPEN}


@pytest.mark.parametrize("decided", [Status.ACCEPTED, Status.FALSE_POSITIVE])
def test_a_decision_of_a_person_is_carried_forward_even_through_absence(store, make, decided):
    ledger = [make.row("customer")]
    store.record(make.run(1, [make.finding("aaaa")], ledger))
    with store.database.write() as connection:
        connection.execute(update(schema.findings).values(status=decided.value))
    assert store.record(make.run(2, [], ledger)).findings == ()
    (again,) = store.record(make.run(3, [make.finding("aaaa")], ledger)).findings
    assert (again.change, again.status) == (Change.PERSISTENT, decided)
    assert store.load().exit_code(Severity.INFO) == 0


def test_an_assigned_finding_stays_assigned_while_it_is_seen_or_not_rechecked_and_closes_when_fixed(store, make):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")]))
    with store.database.write() as connection:
        connection.execute(update(schema.findings).values(status=Status.ASSIGNED.value))
    (seen,) = store.record(make.run(2, [make.finding("aaaa")], [make.row("customer")])).findings
    (unlooked,) = store.record(make.run(3, [], [])).findings
    (fixed,) = store.record(make.run(4, [], [make.row("customer")])).findings
    assert [one.status for one in (seen, unlooked, fixed)] == [Status.ASSIGNED, Status.ASSIGNED, Status.CLOSED]


def test_what_an_exception_hides_is_kept_as_accepted_and_never_called_fixed(store, make):
    ledger, hidden = [make.row("customer")], Suppressed(make.finding("aaaa"), "policies/exceptions.yaml:3")
    store.record(make.run(1, [make.finding("aaaa")], ledger))
    second = store.record(make.run(2, [], ledger, suppressed=(hidden,)))
    assert second.findings == ()
    assert [(one.exception, one.finding.status) for one in second.suppressed] == [(hidden.exception, Status.ACCEPTED)]
    assert store.load().suppressed == second.suppressed
    (kept,) = store.findings(Wanted([Status.ACCEPTED]))
    assert kept.finding.suppressed_by == hidden.exception
    assert store.findings(Wanted([Status.OPEN])) == ()
    # The exception lapses, and the finding is as open as before.
    (back,) = store.record(make.run(3, [make.finding("aaaa")], ledger)).findings
    assert (back.change, back.status, back.suppressed_by) == (Change.PERSISTENT, Status.OPEN, None)


def test_a_finding_that_is_not_seen_is_shown_as_it_was_seen_last(store, make):
    store.record(make.run(1, [make.finding("aaaa", evidence={"hits": 7})], [make.row("customer")]))
    for number in (2, 3):
        (shown,) = store.record(make.run(number, [], [])).findings
        assert shown.evidence == {"hits": 7}
        assert store.load(f"r{number}").findings == (shown,)
    assert store.finding("aaaa").last_run == "r1"


def test_findings_are_listed_worst_first_and_by_status_severity_rule_and_source(store, make):
    low = make.finding("aaaa", severity=Severity.LOW, rule="GOV001")
    high = make.finding("bbbb", asset="share:x", source="share")
    gone = make.finding("cccc", asset="core:gone")
    store.record(make.run(1, [low, high, gone], [make.row("gone"), make.row("x", source="share")]))
    store.record(make.run(2, [low], [make.row("gone")]))

    def listed(**wanted):
        return [one.finding.fingerprint[:4] for one in store.findings(Wanted(**wanted))]

    assert listed() == ["bbbb", "cccc", "aaaa"]
    assert listed(status=[Status.OPEN]) == ["aaaa"]
    assert listed(status=[Status.NOT_RECHECKED]) == ["bbbb"]
    assert listed(status=[Status.CLOSED, Status.OPEN]) == ["cccc", "aaaa"]
    assert listed(severity=Severity.MEDIUM) == ["bbbb", "cccc"]
    assert listed(rule="GOV001") == ["aaaa"]
    assert listed(source="share") == ["bbbb"]


def test_a_finding_is_found_by_the_beginning_of_its_id(store, make):
    store.record(make.run(1, [make.finding("ab12"), make.finding("ab34")], [make.row("customer")]))
    assert store.finding("AB12").finding.fingerprint == "ab12" * 8
    assert store.finding("ab12").first_seen == datetime(2026, 7, 1, 1, 30, 12, 500_000, tzinfo=UTC)
    with pytest.raises(UsageError, match="several findings"):
        store.finding("ab")
    for unknown in ("ff", "", "%", "_"):
        with pytest.raises(UsageError, match="no finding has an id"):
            store.finding(unknown)


def test_runs_are_listed_newest_first_whatever_the_clock_said(store, make):
    store.record(make.run(5, [make.finding("aaaa")], [make.row("x", "failed")]))
    store.record(make.run(2))
    assert [(one.id, one.findings, one.incomplete) for one in store.runs()] == [("r2", 0, False), ("r5", 1, True)]
    assert store.load().id == "r2"


def test_an_unknown_run_or_none_at_all_is_a_usage_error_that_says_what_to_do(store, make):
    with pytest.raises(UsageError, match="run `pii-audit run` first"):
        store.load()
    store.record(make.run(1))
    with pytest.raises(UsageError, match="no run r9 is recorded"):
        store.load("r9")
    with pytest.raises(UsageError, match="no run r9 is recorded"):
        store.inventory("r9")


def test_a_run_is_recorded_once(store, make):
    store.record(make.run(1))
    with pytest.raises(StoreError, match="already recorded"):
        store.record(make.run(1, [make.finding("aaaa")]))
    assert store.findings() == ()


def test_findings_without_a_fingerprint_of_their_own_are_refused(store, make):
    twice = [make.finding("aaaa"), make.finding("aaaa")]
    for findings in ([replace(make.finding("aaaa"), fingerprint="")], twice):
        with pytest.raises(ValueError, match="fingerprint"):
            store.record(make.run(1, findings))
    assert store.runs() == ()


def test_the_inventory_is_the_newest_reading_of_every_asset_there_still_is(store, make):
    def record(number, *items, rows=()):
        ledger = [*(item.coverage for item in items), *rows]
        store.record(make.run(number, [], ledger, inspected=tuple(items)))

    record(1, make.inspected("a", persons=10), make.inspected("b", persons=10), make.inspected("s", source="share"))
    record(2, make.inspected("a", persons=20))
    # b is no longer there; the share was not part of the second run.
    assert [(one.asset.id, len(one.persons)) for one in store.inventory()] == [("core:a", 20), ("share:s", 50)]
    assert [one.asset.id for one in store.inventory("r1")] == ["core:a", "core:b", "share:s"]
    record(3, rows=[make.row("a", "failed")])
    # What could not be read again is still known from before.
    assert ("core:a", 20) in [(one.asset.id, len(one.persons)) for one in store.inventory()]


def test_unchanged_sketches_are_kept_once_over_many_runs(store, make):
    for number in (1, 2, 3):
        item = make.inspected()
        store.record(make.run(number, [], [item.coverage], inspected=(item,)))
    with store.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.sketches)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(schema.inventory)).scalar_one() == 3


def test_names_of_any_characters_and_length_are_kept(store, make):
    hostile = "a\udcff\0'\"; DROP TABLE runs; --\u202e" + "长" * 5000
    item = make.inspected(hostile)
    shown = make.finding("aaaa", asset=item.asset.id, principal=hostile)
    store.record(make.run(1, [shown], [item.coverage], inspected=(item,)))
    loaded = store.load()
    assert loaded.findings[0].asset == item.asset.id
    assert loaded.inspected[0].asset.name == hostile
    assert _changes(store.record(make.run(2, [], [item.coverage]))) == {"aaaa": Change.FIXED}
    assert [one.finding.principal for one in store.findings()] == [hostile]


def test_names_that_differ_in_case_alone_are_two(store, make):
    items = (make.inspected("A.csv"), make.inspected("a.csv"))
    store.record(make.run(1, [], [one.coverage for one in items], inspected=items))
    assert [one.asset.name for one in store.inventory()] == ["A.csv", "a.csv"]


def test_a_checkpoint_gives_back_what_an_unfinished_run_had_and_only_to_that_run(tmp_path, make):
    first, second = make.inspected(persons=10).tally, make.inspected(persons=20).tally
    with Store.open("sqlite:s.db", tmp_path) as store:
        mine, other = store.begin("sources=core"), store.begin("sources=share")
        mine.save("core:customer", first)
        mine.save("core:customer", second)
        other.save("core:customer", first)
    with Store.open("sqlite:s.db", tmp_path) as store:
        again = store.begin("sources=core")
        assert again.load("core:customer") == second
        assert again.load("core:other") is None
        store.clear("sources=core")
        assert again.load("core:customer") is None
        assert store.begin("sources=share").load("core:customer") == first


def test_what_an_abandoned_run_had_is_gone_after_a_month(store, make):
    store.begin("old").save("core:customer", make.inspected().tally)
    with store.database.write() as connection:
        connection.execute(update(schema.checkpoints).values(saved=schema.moment(datetime(2026, 1, 1, tzinfo=UTC))))
    store.begin("new")
    assert store.begin("old").load("core:customer") is None


def test_a_deadline_does_not_move_when_the_finding_is_seen_again(store, make):
    first = replace(make.finding("aaaa", asset="core:t"), due=date(2026, 3, 1))
    store.record(make.run(1, [first], [make.row("t")]))
    again = store.record(make.run(2, [replace(first, due=date(2026, 4, 1))], [make.row("t")]))
    assert [finding.due for finding in again.findings] == [date(2026, 3, 1)]
    graver = store.record(make.run(3, [replace(first, due=date(2026, 2, 1))], [make.row("t")]))
    assert [finding.due for finding in graver.findings] == [date(2026, 2, 1)]
