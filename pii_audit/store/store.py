"""The store: everything that outlives a run, behind one door."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection

from pii_audit.findings.life import Move
from pii_audit.model.course import Course
from pii_audit.model.lifecycle import Actor, RunEntry, Sighting, Step, Tracked, Verification
from pii_audit.model.run import Inspected, Run
from pii_audit.model.unchanged import Scope
from pii_audit.store import course, deciding, history, owning, reading, tracked, writing
from pii_audit.store.checkpoints import StoreCheckpoint
from pii_audit.store.connection import Database, connect
from pii_audit.store.earlier import earlier
from pii_audit.store.migrate import migrate
from pii_audit.store.provided import first, provided
from pii_audit.store.tracked import Wanted
from pii_audit.store.unchanged import StoreMemory
from pii_audit.workspace import resolve


@dataclass(frozen=True, slots=True)
class Store:
    """Runs, inventory, findings and their lives; a context manager. Every method may raise StoreError."""

    database: Database
    key: bytes = field(default=b"", repr=False)

    @classmethod
    def open(cls, url: str, root: Path, *, create: bool = True, key: bytes = b"") -> Store:
        """The store at `sqlite:PATH` (relative to `root`), a SQLAlchemy URL or a reference to one, brought to the newest form.

        With `create` off, one that does not exist yet is a StoreError. `key` is the workspace's: whatever adds to the
        history or examines it needs it, and with another one than the store was made under it is a StoreError.
        """
        database = connect(resolve(url), root, create=create)
        try:
            migrate(database)
            with database.read() as connection:
                owning.refuse_other(connection, key, database.where)
        except BaseException:
            database.close()
            raise
        return cls(database, key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self.database.close()

    def record(self, run: Run) -> Run:
        """Writes a run in one transaction; gives it back with each finding's `change` and `status`.

        A run of kind `run` also gets the findings of earlier runs that it no longer shows, as fixed where it looked at
        least as hard (`lifecycle.rechecked`), else as not re-checked. Other kinds, such as a gate, close nothing.
        """
        with self._changing() as connection:
            return writing.record(connection, run, self.database.where, self.key)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction that alone judges findings, in a store that is of our key."""
        with self.database.write() as connection:
            history.lock(connection)
            owning.own(connection, self.key, self.database.where)
            yield connection

    def runs(self) -> tuple[RunEntry, ...]:
        """All recorded runs, the newest first."""
        with self.database.read() as connection:
            return reading.runs(connection)

    def load(self, run_id: str | None = None) -> Run:
        """A run as `record` gave it back, the newest without an id; UsageError when there is none."""
        with self.database.read() as connection:
            return reading.load(connection, run_id)

    def inventory(self, run_id: str | None = None) -> tuple[Inspected, ...]:
        """What one run opened, or, without an id, the newest reading of every asset that there still is."""
        with self.database.read() as connection:
            return reading.inventory(connection, run_id)

    def provided(self, sources: Collection[str], since: datetime) -> tuple[Inspected, ...]:
        """What recorded runs saw in these sources since a moment: every different reading of every asset."""
        with self.database.read() as connection:
            return tuple(provided(connection, sources, since))

    def held(self, source: str) -> bool:
        """Whether any recorded self-check read something in a source."""
        with self.database.read() as connection:
            return reading.held(connection, source)

    def first(self, sources: Collection[str], since: datetime) -> tuple[Inspected, ...]:
        """What the first recorded run since a moment saw in these sources, each for itself."""
        with self.database.read() as connection:
            return tuple(first(connection, sources, since))

    def earlier(
        self, sources: Collection[str], wanted: Callable[[str], bool], than: str | None = None
    ) -> Iterator[tuple[Inspected, ...]]:
        """What recorded self-checks saw of the wanted assets of these sources, run by run, the oldest first, up to a run or all."""
        with self.database.read() as connection:
            yield from earlier(connection, sources, wanted, than)

    def findings(
        self, wanted: Wanted | None = None, *, as_of: date | None = None, limit: int | None = None
    ) -> tuple[Tracked, ...]:
        """Findings of all time, the worst first: those that are meant (all), the first so many (all).

        A decision whose last day is before `as_of` (default today, UTC) counts no longer.
        """
        with self.database.read() as connection:
            return tracked.findings(connection, wanted or Wanted(), as_of or datetime.now(UTC).date(), limit)

    def count(self, wanted: Wanted | None = None, *, as_of: date | None = None) -> int:
        """How many findings `findings` would give without a limit."""
        with self.database.read() as connection:
            return tracked.count(connection, wanted or Wanted(), as_of or datetime.now(UTC).date())

    def rules(self) -> frozenset[str]:
        """The rules of which there ever was a finding, those of policies that are gone included."""
        with self.database.read() as connection:
            return tracked.rules(connection)

    def finding(self, prefix: str, as_of: date | None = None) -> Tracked:
        """The finding whose fingerprint begins with `prefix`; UsageError when none or several do."""
        with self.database.read() as connection:
            return tracked.finding(connection, prefix, as_of or datetime.now(UTC).date())

    def known(self, fingerprints: Collection[str], as_of: date | None = None) -> dict[str, Tracked]:
        """Those of some findings (full fingerprints) that there are, by fingerprint."""
        with self.database.read() as connection:
            return tracked.by_fingerprint(connection, fingerprints, as_of or datetime.now(UTC).date())

    def move(self, prefixes: Sequence[str], move: Move, actor: Actor) -> tuple[Tracked, ...]:
        """One step with each of some findings (the first digits of their fingerprints): with all, or with none.

        UsageError when one is not known, or the step does not lead on from where it is.
        """
        with self._changing() as connection:
            return deciding.move(connection, [(prefix, move) for prefix in prefixes], actor, self.key)

    def move_each(self, moves: Sequence[tuple[str, Move]], actor: Actor) -> tuple[Tracked, ...]:
        """A step of its own with each of some findings, in one transaction; as `move`."""
        with self._changing() as connection:
            return deciding.move(connection, moves, actor, self.key)

    def steps(self, fingerprint: str | None = None) -> tuple[Step, ...]:
        """Every step of a finding's life (full fingerprint), or of all findings, the oldest first."""
        with self.database.read() as connection:
            return history.steps(connection, fingerprint)

    def verify(self, expected: str | None = None) -> Verification:
        """Examines the chain of all steps, the seals of all runs, and that each finding is what both say; `expected` is a head noted earlier."""
        with self.database.read() as connection:
            return history.verify(connection, self.key, expected)

    def history(self, fingerprint: str) -> tuple[Sighting, ...]:
        """What every run said of a finding (full fingerprint), the oldest first."""
        with self.database.read() as connection:
            return reading.history(connection, fingerprint)

    def course(self, units: Collection[str] | None = None, as_of: date | None = None) -> Course:
        """How it went over the recorded runs, for some units or for all."""
        with self.database.read() as connection:
            return course.course(connection, units, as_of or datetime.now(UTC).date())

    def memory(self, scope: Scope, shown: Callable[[str], str]) -> StoreMemory:
        """What is known of the files of a source from earlier runs; `shown` gives a name as it may be told."""
        return StoreMemory(self.database, self.key, scope, shown)

    def begin(self, run_key: str) -> StoreCheckpoint:
        """The checkpoint of a run; `run_key` names what makes two runs the same one: sources, sampling, version."""
        checkpoint = StoreCheckpoint(self.database, run_key)
        checkpoint.begin()
        return checkpoint

    def clear(self, run_key: str) -> None:
        """Drops the checkpoint of a run: it has ended, or is to start afresh."""
        StoreCheckpoint(self.database, run_key).clear()
