"""The chain of all steps: whoever touches it is told of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, update

from pii_audit.errors import StoreError
from pii_audit.findings.life import Accept, Assign
from pii_audit.model.lifecycle import Actor
from pii_audit.model.run import Suppressed
from pii_audit.store import Store, schema

URL = "sqlite:.pii-audit/store.db"
KEY = b"k" * 32
ACTOR = Actor("王某", "wang", datetime(2026, 7, 1, 12, tzinfo=UTC))


@pytest.fixture
def store(tmp_path, make):
    """A store with a key and five steps: two found, two assigned, one accepted."""
    with Store.open(URL, tmp_path, key=KEY) as opened:
        findings = [make.finding("aaaa"), make.finding("bbbb")]
        opened.record(make.run(1, findings, [make.row("customer")]))
        opened.move(["aaaa", "bbbb"], Assign("张某"), ACTOR)
        opened.move(["aaaa"], Accept("张某", "李某", "x", date(2026, 12, 31)), ACTOR)
        yield opened


def _problems(store, statement):
    with store.database.write() as connection:
        connection.execute(statement)
    return [problem.en for problem in store.verify().problems]


def test_a_history_that_nobody_touched_is_whole(store):
    verified = store.verify()
    assert (verified.steps, verified.problems, verified.older) == (5, (), 0)
    assert len(verified.head) == 64


def test_the_head_changes_with_each_step_and_a_head_of_before_is_still_known(store):
    before = store.verify().head
    store.move(["bbbb"], Assign("赵某"), ACTOR)
    assert store.verify().head != before
    assert store.verify(before).problems == ()


def test_another_key_does_not_confirm_it(store):
    assert Store(store.database, b"x" * 32).verify().problems != ()


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store, run: store.record(run), id="run"),
        pytest.param(lambda store, _: store.move(["aaaa"], Assign("赵某"), ACTOR), id="step"),
    ],
)
def test_under_another_key_nothing_is_written(store, tmp_path, make, write):
    """All findings would have other fingerprints: those that stand would be put right, and new ones stand in their place."""
    before = store.verify(), store.runs()
    with pytest.raises(StoreError, match="made under another key"):
        Store.open(URL, tmp_path, key=b"x" * 32)
    # Opened while the store was still empty, it meets the other's run when it writes.
    with pytest.raises(StoreError, match="made under another key"):
        write(Store(store.database, b"x" * 32), make.run(2, [make.finding("cccc")], [make.row("customer")]))
    assert (store.verify(), store.runs()) == before


def test_looking_at_an_empty_store_does_not_make_it_that_of_a_key(tmp_path, make):
    with Store.open(URL, tmp_path, key=b"x" * 32) as wrong:
        wrong.runs()
    with Store.open(URL, tmp_path, key=KEY) as right:
        assert right.record(make.run(1, [make.finding("aaaa")], [make.row("customer")])).findings


def test_a_changed_word_is_told_once_with_its_place(store):
    with store.database.read() as connection:
        document = connection.execute(
            select(schema.history.c.document).where(schema.history.c.number == 3)
        ).scalar_one()
    assert "wang" in document
    changed = update(schema.history).where(schema.history.c.number == 3)
    assert _problems(store, changed.values(document=document.replace("wang", "zhao"))) == [
        "step 3, or what stood before it, was changed"
    ]


def test_a_step_that_is_no_step_any_more_is_told(store):
    changed = update(schema.history).where(schema.history.c.number == 2).values(document="{")
    assert "step 2, or what stood before it, was changed" in _problems(store, changed)


def test_a_removed_step_is_told(store):
    assert "steps from 3 on are missing; the next one is 4" in _problems(
        store, delete(schema.history).where(schema.history.c.number == 3)
    )


def test_a_step_moved_to_another_finding_is_told(store):
    changed = update(schema.history).where(schema.history.c.number == 5).values(fingerprint="b" * 32)
    assert "step 5 is not what its index says" in _problems(store, changed)


def test_steps_cut_off_at_the_end_are_told_by_the_findings_and_by_a_head_noted_elsewhere(store):
    head = store.verify().head
    cut = delete(schema.history).where(schema.history.c.number == 5)
    assert any("aaaaaaaaaaaa: status was changed" in one for one in _problems(store, cut))
    assert any("cut off or rewritten" in one.en for one in store.verify(head).problems)


TAMPERED = {
    "rule": "STO009",
    "severity": "info",
    "status": "false_positive",
    "change": "not_rechecked",
    "suppressed_by": "policies/x.yaml:3: r (李某)",
    "source": "hr",
    "asset": "core:other",
    "flow": "sms",
    "recipient": "acme",
    "principal": "world",
    "unit": "hz",
    "owner": "赵某",
    "due": "2099-12-31",
    "until": "2099-12-31",
    "life": "{}",
    "first_seen": "2026-06-01T00:00:00.000000",
    "last_seen": "2026-08-01T00:00:00.000000",
    "first_run": 2,
    "last_run": 1,
}


def test_every_column_of_a_finding_is_examined():
    assert set(TAMPERED) == set(schema.findings.c.keys()) - {"fingerprint"}


@pytest.fixture
def seen_twice(store, make):
    """The same store after a second run."""
    store.record(make.run(2, [make.finding(mark, due=date(2026, 8, 1)) for mark in ("aaaa", "bbbb")]))
    return store


@pytest.mark.parametrize("column", TAMPERED)
def test_a_finding_changed_past_its_history_is_told_with_its_column(seen_twice, column):
    changed = update(schema.findings).where(schema.findings.c.fingerprint == "bbbb" * 8)
    problems = _problems(seen_twice, changed.values({column: TAMPERED[column]}))
    assert problems == [f"bbbbbbbbbbbb: {column} was changed, and is not what its history and its sightings say"]


@pytest.mark.parametrize("column", ["due", "owner", "unit", "severity", "suppressed_by"])
def test_a_column_that_was_emptied_is_told(store, make, column):
    hidden = make.finding("cccc", due=date(2026, 8, 1), owner="Retail", unit="hz")
    store.record(make.run(2, suppressed=[Suppressed(hidden, "policies/x.yaml:3: r")]))
    assert store.verify().problems == ()
    changed = update(schema.findings).where(schema.findings.c.fingerprint == "cccc" * 8)
    empty = "" if column == "severity" else None
    assert [one for one in _problems(store, changed.values({column: empty})) if column in one]


@pytest.mark.parametrize("column", ["severity", "change", "status", "suppressed_by", "document", "seal"])
def test_a_sighting_that_was_changed_is_told(seen_twice, column):
    said = schema.observations.c
    changed = update(schema.observations).where(said.fingerprint == "bbbb" * 8, said.run == 1)
    problems = _problems(seen_twice, changed.values({column: "{}"}))
    assert problems[0] == "bbbbbbbbbbbb: what run r1 said of it was changed"


def test_a_run_that_was_changed_is_told(seen_twice):
    changed = update(schema.runs).where(schema.runs.c.number == 1).values(finished="2026-06-01T00:00:00.000000")
    problems = _problems(seen_twice, changed)
    assert "run r1, what it said of findings, or the run before it was changed or removed" in problems


def _without_runs(store, first):
    with store.database.write() as connection:
        for table, run in ((schema.observations, "run"), (schema.coverage, "run"), (schema.runs, "number")):
            connection.execute(delete(table).where(table.c[run] >= first))


def test_a_run_that_was_taken_back_is_told_by_the_steps_that_came_after_it(seen_twice):
    seen_twice.move(["bbbb"], Assign("赵某"), ACTOR)
    back = {"last_run": 1, "last_seen": "2026-07-01T01:30:12.500000", "due": None, "change": "new"}
    with seen_twice.database.write() as connection:
        connection.execute(update(schema.findings).values(back))
    _without_runs(seen_twice, 2)
    assert [one.en for one in seen_twice.verify().problems] == [
        "a run that had been recorded before step 6 was removed or rewritten"
    ]


def test_seals_that_were_removed_are_no_older_store(seen_twice):
    with seen_twice.database.write() as connection:
        connection.execute(update(schema.observations).values(seal=None))
    problems = _problems(seen_twice, update(schema.runs).values(seal=None))
    assert "a run that had been recorded before step 1 was removed or rewritten" in problems


def test_a_record_that_cannot_even_be_read_is_told(seen_twice):
    with seen_twice.database.write() as connection:
        connection.execute(update(schema.observations).where(schema.observations.c.run == 2).values(document="{"))
    assert any("what run r2 said of it was changed" in one.en for one in seen_twice.verify().problems)


def test_a_finding_whose_history_was_wiped_out_is_told(store):
    problems = _problems(store, delete(schema.history))
    assert "the history of aaaaaaaaaaaa was removed" in problems


def test_a_finding_that_was_removed_is_told(store):
    with store.database.write() as connection:
        connection.execute(delete(schema.observations).where(schema.observations.c.fingerprint == "bbbb" * 8))
    gone = delete(schema.findings).where(schema.findings.c.fingerprint == "bbbb" * 8)
    assert _problems(store, gone) == [
        "run r1, what it said of findings, or the run before it was changed or removed",
        "bbbbbbbbbbbb was removed from the store",
    ]
