"""The life of findings, driven at random beside a model of it that is a dictionary."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pii_audit.errors import UsageError
from pii_audit.findings.life import Accept, Assign, Rectify, Reject, Reopen
from pii_audit.language import same
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.lifecycle import Actor
from pii_audit.model.run import Run
from pii_audit.store import Store

MARKS = ("a", "b", "c")
WORK = ("open", "assigned", "rectifying")
DECIDED = ("accepted", "false_positive")
ALLOWED = {
    "assign": WORK,
    "rectify": ("assigned",),
    "accept": (*WORK, "accepted"),
    "reject": (*WORK, "false_positive"),
    "reopen": (*DECIDED, "closed"),
}
LEADS = {
    "assign": "assigned",
    "rectify": "rectifying",
    "accept": "accepted",
    "reject": "false_positive",
    "reopen": "open",
}


@dataclass
class Known:
    """What the model knows of one finding."""

    status: str = "open"
    unlooked: bool = False
    until: date | None = None
    given: int = 0
    persons: int = 0
    returns: int = 0

    def ran_out(self, today):
        return self.status in DECIDED and self.until is not None and self.until < today

    def shown(self, today):
        status = "open" if self.ran_out(today) else self.status
        return "not_rechecked" if status == "open" and self.unlooked else status


class Lives(RuleBasedStateMachine):
    """Runs, people and the calendar, in any order."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open("sqlite:store.db", Path(self.folder.name), key=b"k" * 32)
        self.now = datetime(2026, 7, 1, 12, tzinfo=UTC)
        self.runs = 0
        self.model: dict[str, Known] = {}

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(
        seen=st.dictionaries(st.sampled_from(MARKS), st.sampled_from([20, 30, 400]), max_size=3),
        unread=st.sets(st.sampled_from(MARKS)),
    )
    def scan(self, seen, unread):
        self.runs += 1
        today = self.now.date()
        text = same("t")
        findings = tuple(
            Finding(
                "STO002",
                (m,),
                Severity.HIGH,
                text,
                text,
                text,
                m * 32,
                asset=f"s:{m}",
                source="s",
                evidence={"persons": n},
            )
            for m, n in seen.items()
        )
        rows = tuple(
            Coverage("s", m, CoverageStatus.FAILED if m in unread and m not in seen else CoverageStatus.INSPECTED)
            for m in MARKS
        )
        self.store.record(Run(f"r{self.runs}", self.now, self.now, "0", "run", coverage=rows, findings=findings))
        for mark, persons in seen.items():
            known = self.model.setdefault(mark, Known())
            if known.status == "closed":
                known.status, known.returns = "open", known.returns + 1
            elif known.status in DECIDED and (known.ran_out(today) or persons >= 10 * known.given):
                known.status = "open"
            known.persons, known.unlooked = persons, False
        for mark, known in self.model.items():
            if mark not in seen and (known.status in WORK or known.ran_out(today)):
                if mark not in unread:
                    known.status, known.unlooked = "closed", False
                else:
                    known.status = "open" if known.status in DECIDED else known.status
                    known.unlooked = True

    @rule(mark=st.sampled_from(MARKS), verb=st.sampled_from(sorted(LEADS)), days=st.integers(0, 40))
    def step(self, mark, verb, days):
        today = self.now.date()
        until = today + timedelta(days=days)
        move = {
            "assign": Assign("owner"),
            "rectify": Rectify(),
            "accept": Accept("owner", "approver", "reason", until),
            "reject": Reject("reviewer", "reason", until),
            "reopen": Reopen("reason"),
        }[verb]
        known = self.model.get(mark)
        status = None if known is None else "open" if known.ran_out(today) else known.status
        if status not in ALLOWED[verb]:
            with pytest.raises(UsageError):
                self.store.move([mark], move, Actor("who", "who", self.now))
            return
        self.store.move([mark], move, Actor("who", "who", self.now))
        known.status = LEADS[verb]
        if verb in ("accept", "reject"):
            known.until, known.given = until, known.persons

    @rule(days=st.integers(1, 30))
    def wait(self, days):
        self.now += timedelta(days=days)

    @invariant()
    def the_store_says_what_the_model_says(self):
        if not hasattr(self, "store"):
            return
        today = self.now.date()
        stored = {one.finding.fingerprint[0]: one.finding for one in self.store.findings(as_of=today)}
        assert {mark: one.status.value for mark, one in stored.items()} == {
            mark: known.shown(today) for mark, known in self.model.items()
        }
        assert {mark: one.returns for mark, one in stored.items()} == {
            mark: known.returns for mark, known in self.model.items()
        }

    @invariant()
    def the_history_is_whole(self):
        if hasattr(self, "store"):
            assert self.store.verify().problems == ()


class TestLives(Lives.TestCase):
    settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
