"""Engines: the same answer in one process and in several, progress kept, no process waited for in vain."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from pii_audit.detection.tally import Detector
from pii_audit.engine import engine
from pii_audit.engine.interface import NoCheckpoint, Task, resumable
from pii_audit.engine.local import LocalEngine
from pii_audit.engine.pool import PoolEngine
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.interface import Sampling
from pii_audit.store import Store


@pytest.fixture
def share(tmp_path):
    """A folder of files, one of which cannot be read."""
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(4):
        rows = "".join(f"138{number:03d}{row:05d},x\n" for row in range(100 if number else 20_050))
        (folder / f"{number}.csv").write_text("mobile,note\n" + rows)
    (folder / "note.txt").write_text("call 13800138000\n" * 50)
    (folder / "a.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    return FolderSource("share", folder)


def task(source, **more):
    return Task(source, Sampling(), Detector(load_catalogue(), Fingerprinter(b"k" * 32)), **more)


@dataclass
class Memory:
    """A checkpoint in a dictionary, which notes what was asked of it; may interrupt after so many saves."""

    kept: dict = field(default_factory=dict)
    interrupt_after: int | None = None

    def load(self, asset):
        return self.kept.get(asset)

    def save(self, asset, tally):
        self.kept[asset] = tally
        if self.interrupt_after is not None and len(self.kept) >= self.interrupt_after:
            raise KeyboardInterrupt


class Suicidal(FolderSource):
    """Kills the process that reads one of its files, as the kernel does when memory is short."""

    def open(self, asset, sampling):
        if asset.name == "2.csv":
            os._exit(9)
        return super().open(asset, sampling)


@dataclass
class Counting:
    """A detector that notes the chunks it is given."""

    detector: Detector
    seen: list = field(default_factory=list)

    def tally(self, asset, chunk):
        self.seen.append((asset.name, chunk.id))
        return self.detector.tally(asset, chunk)

    def __getattr__(self, name):
        return getattr(self.detector, name)


def test_one_job_runs_here_and_more_run_side_by_side():
    assert isinstance(engine(1), LocalEngine)
    assert engine(3) == PoolEngine(3)


def test_several_processes_give_the_same_answer_in_the_same_order(share):
    here, there = list(LocalEngine().inspect(task(share))), list(PoolEngine(2).inspect(task(share)))
    assert there == here
    read = [one for one in here if isinstance(one, Inspected)]
    assert [one.asset.name for one in read] == ["0.csv", "1.csv", "2.csv", "3.csv", "a.zip", "note.txt"]
    assert [len(one.persons) for one in read[1:]] == [100, 100, 100, 0, 1]


def test_a_process_that_dies_is_told_and_waited_for_by_nobody(share):
    source = Suicidal("share", share.root)
    given = list(PoolEngine(2).inspect(task(source)))
    told = {one.asset.name if isinstance(one, Inspected) else one.asset: one for one in given}
    assert set(told) == {"0.csv", "1.csv", "2.csv", "3.csv", "note.txt", "a.zip"}
    assert told["2.csv"].status is CoverageStatus.FAILED
    assert "died" in told["2.csv"].reason.en


@pytest.mark.parametrize("chosen", [LocalEngine(), PoolEngine(2)], ids=["local", "pool"])
def test_an_interrupted_run_keeps_what_is_done_and_goes_on_to_the_same_answer(share, chosen):
    memory = Memory(interrupt_after=2)
    with pytest.raises(KeyboardInterrupt):
        list(chosen.inspect(task(share, checkpoint=memory)))
    assert len(memory.kept) == 2
    memory.interrupt_after = None
    resumed = list(chosen.inspect(task(share, checkpoint=memory)))
    assert resumed == list(LocalEngine().inspect(task(share)))


def test_a_chunk_that_the_checkpoint_holds_is_not_looked_at_again(share):
    whole = Counting(Detector(load_catalogue(), Fingerprinter(b"k" * 32)))
    memory = Memory()
    first = list(LocalEngine().inspect(replace(task(share, checkpoint=memory), detector=whole)))
    assert len(set(whole.seen)) == len(whole.seen) > 4
    again = Counting(whole.detector)
    second = list(LocalEngine().inspect(replace(task(share, checkpoint=memory), detector=again)))
    assert again.seen == []
    assert second == first


@pytest.mark.parametrize("chosen", [LocalEngine(), PoolEngine(2)], ids=["local", "pool"])
def test_what_was_odd_about_rows_is_told_whoever_parses_them_and_again_when_a_run_goes_on(
    chosen, tmp_path, monkeypatch
):
    monkeypatch.setattr("pii_audit.engine.pool.LARGE_FILE", 100_000)
    rows = [b"138%08d,x\n" % row for row in range(50_000)]
    rows[30_000], rows[40_000], rows[45_000] = b"13800000000\n", b"\xff\xfe,x\n", b'13800000000,"x\n'
    (tmp_path / "odd.csv").write_bytes(b"mobile,note\n" + b"".join(rows))
    share, memory = FolderSource("share", tmp_path), Memory()
    [first] = chosen.inspect(task(share, checkpoint=memory))
    assert first.coverage.reason.en == (
        "2 place(s) could not be decoded, the first in line 40002; "
        "1 row(s) have more or fewer cells, the first in line 30002; 1 quotation mark(s) are never closed"
    )
    assert (first.coverage.status, first.coverage.rows) == (CoverageStatus.FAILED, 50_000)
    assert list(chosen.inspect(task(share, checkpoint=memory))) == [first]


def test_a_column_that_appears_late_has_as_many_rows_as_the_others(tmp_path):
    rows = [b"138%08d,x\n" % row for row in range(50_000)]
    rows[30_000] = b"1,x,13800138000\n"
    (tmp_path / "a.csv").write_bytes(b"mobile,note\n" + b"".join(rows))
    [one] = LocalEngine().inspect(task(FolderSource("share", tmp_path)))
    assert {name: (field.rows, field.filled) for name, field in one.tally.fields.items()} == {
        "mobile": (50_000, 50_000),
        "note": (50_000, 50_000),
        "column 3": (50_000, 1),
    }


def test_half_an_asset_in_the_store_is_gone_on_with_and_each_chunk_counted_once(share, tmp_path):
    detector = Detector(load_catalogue(), Fingerprinter(b"k" * 32))
    asset = next(one for one in share.assets() if isinstance(one, Asset) and one.name == "0.csv")
    [(_, reading)] = share.open(asset, Sampling())
    chunks = list(reading)
    assert len(chunks) > 1
    with Store.open("sqlite:store.db", tmp_path) as store:
        checkpoint = store.begin("k")
        checkpoint.save(resumable(asset), detector.tally(asset, chunks[0]))
        watching = Counting(detector)
        resumed = list(LocalEngine().inspect(replace(task(share, checkpoint=checkpoint), detector=watching)))
        assert ("0.csv", chunks[0].id) not in watching.seen
        assert {place for place in watching.seen if place[0] == "0.csv"} == {("0.csv", one.id) for one in chunks[1:]}
    assert resumed == list(LocalEngine().inspect(task(share)))


def test_a_file_that_changed_since_is_read_anew(share, tmp_path):
    memory = Memory()
    list(LocalEngine().inspect(task(share, checkpoint=memory)))
    (tmp_path / "share" / "note.txt").write_text("write to a@example.com\n")
    answer = list(LocalEngine().inspect(task(share, checkpoint=memory)))
    [note] = [one for one in answer if isinstance(one, Inspected) and one.asset.name == "note.txt"]
    assert {one.identifier for one in note.fields} == {"email"}


def test_progress_counts_every_asset_once(share):
    seen = []

    class Watch:
        def source(self, name, assets, size):
            seen.append((name, assets))

        def asset(self, name):
            seen.append(name)

        def advance(self, rows, size):
            assert rows >= 0 <= size

        def done(self):
            seen.append("done")

    list(LocalEngine().inspect(task(share, progress=Watch())))
    assert seen[0] == ("share", 6)
    assert seen[1::2] == ["0.csv", "1.csv", "2.csv", "3.csv", "a.zip", "note.txt"]
    assert seen.count("done") == 6


def test_without_a_checkpoint_nothing_is_known():
    NoCheckpoint().save("a", AssetTally())
    assert NoCheckpoint().load("a") is None


def test_an_asset_is_another_one_when_its_size_or_date_is():
    asset = Asset("s", "a", AssetKind.FILE, size=1)
    assert resumable(asset) != resumable(replace(asset, size=2))
    assert resumable(asset) != resumable(replace(asset, modified=datetime(2026, 6, 30, tzinfo=UTC)))
