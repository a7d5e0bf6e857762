"""The chain of all steps: whoever touches it is told of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, update

from pii_audit.errors import StoreError
from pii_audit.findings.life import Accept, Assign
from pii_audit.model.lifecycle import Actor
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
    assert any("aaaaaaaaaaaa is accepted" in one for one in _problems(store, cut))
    assert any("cut off or rewritten" in one.en for one in store.verify(head).problems)


@pytest.mark.parametrize(
    "values", [{"status": "accepted"}, {"life": "{}"}, {"until": "2099-12-31"}], ids=["status", "life", "until"]
)
def test_a_finding_changed_past_its_history_is_told(store, values):
    changed = update(schema.findings).where(schema.findings.c.fingerprint == "bbbb" * 8).values(values)
    (problem,) = _problems(store, changed)
    assert problem.startswith("bbbbbbbbbbbb is ")


def test_a_finding_whose_history_was_wiped_out_is_told(store):
    problems = _problems(store, delete(schema.history))
    assert "the history of aaaaaaaaaaaa was removed" in problems


def test_a_finding_that_was_removed_is_told(store):
    with store.database.write() as connection:
        connection.execute(delete(schema.observations).where(schema.observations.c.fingerprint == "bbbb" * 8))
    gone = delete(schema.findings).where(schema.findings.c.fingerprint == "bbbb" * 8)
    assert _problems(store, gone) == ["bbbbbbbbbbbb was removed from the store"]
