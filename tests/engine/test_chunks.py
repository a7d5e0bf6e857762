"""One large file is read by one process and tallied by several: the same answer, and no process that dies is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import reduce
from operator import add

import pytest

from pii_audit.detection.tally import Detector
from pii_audit.engine import pool
from pii_audit.engine.chunks import DIED, LARGE, Tallying
from pii_audit.engine.local import LocalEngine
from pii_audit.engine.pool import PoolEngine
from pii_audit.engine.processors import processors
from pii_audit.errors import InspectionError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk, TextChunk
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.sources.file_share.local import FolderSource
from tests.engine.test_engines import Memory, task

ASSET = Asset("s", "a.csv", AssetKind.FILE, (Field("mobile"), Field("note")))


@pytest.fixture(scope="module")
def detector():
    return Detector(load_catalogue(), Fingerprinter(b"k" * 32))


def chunk(number, rows=400):
    mobiles = [f"138{number:04d}{row:04d}" for row in range(rows)]
    return TableChunk(str(number), range(rows), {"mobile": mobiles, "note": ["x"] * rows})


def test_processes_are_asked_only_once_it_has_taken_long_and_give_the_same(detector):
    given = [chunk(number) for number in range(8)]
    with Tallying(detector, 2, patience=0.001) as tallying:
        assert tallying._pool is None
        there = [tally for tally, _ in tallying.each(ASSET, given)]
        assert isinstance(tallying._pool, ProcessPoolExecutor)
    assert there == [detector.tally(ASSET, one) for one in given]
    with Tallying(detector, 2) as tallying:
        assert reduce(add, (tally for tally, _ in tallying.each(ASSET, given[:2]))) == reduce(add, there[:2])
        assert tallying._pool is None


def test_of_a_large_file_nothing_is_tallied_by_the_process_that_reads_it(detector, monkeypatch):
    given = [chunk(number) for number in range(2)]
    expected = [detector.tally(ASSET, one) for one in given]
    monkeypatch.setattr(Detector, "tally", lambda *_: pytest.fail("tallied by the process that reads"))
    with Tallying(detector, 2) as tallying:
        assert [tally for tally, _ in tallying.each(replace(ASSET, size=LARGE), given)] == expected


def test_what_was_read_before_a_failure_is_tallied(detector):
    def broken():
        yield from (chunk(number) for number in range(3))
        raise InspectionError(Text("坏了", "broken"))

    seen = []
    with Tallying(detector, 2, patience=0) as tallying, pytest.raises(InspectionError, match="broken"):
        seen.extend(tallying.each(ASSET, broken()))
    assert [one.rows for one, _ in seen] == [400, 400, 400]


class Deadly(Detector):
    """Kills the process that it tallies one chunk in, as the kernel does when memory is short."""

    def tally(self, asset, chunk):
        if isinstance(chunk, TextChunk):
            os._exit(9)
        return super().tally(asset, chunk)


def test_a_process_that_dies_is_told_and_the_next_asset_is_read():
    deadly = Deadly(load_catalogue(), Fingerprinter(b"k" * 32))
    with Tallying(deadly, 2, patience=0) as tallying:
        with pytest.raises(InspectionError) as told:
            list(tallying.each(ASSET, [TextChunk("t", 0, "x")]))
        assert told.value.what == DIED
        assert [one.rows for one, _ in tallying.each(ASSET, [chunk(1)])] == [400]


def test_a_large_file_of_a_share_is_tallied_by_all_and_resumed_on_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "LARGE_FILE", 100_000)
    monkeypatch.setattr("pii_audit.engine.local.SAVE_EVERY", 0.0)
    rows = "".join(f"138{row:08d},x\n" for row in range(64_000))
    (tmp_path / "large.csv").write_text("mobile,note\n" + rows)
    (tmp_path / "small.csv").write_text("mobile,note\n13800138000,x\n")
    share = FolderSource("share", tmp_path)
    expected = list(LocalEngine().inspect(task(share)))
    assert list(PoolEngine(2).inspect(task(share))) == expected
    memory = Memory(interrupt_after=1)
    with pytest.raises(KeyboardInterrupt):
        list(PoolEngine(2).inspect(task(share, checkpoint=memory)))
    [half] = memory.kept.values()
    assert 0 < half.rows < 64_000
    memory.interrupt_after = None
    assert list(PoolEngine(2).inspect(task(share, checkpoint=memory))) == expected


ORPHANS = """
import os, sys, time
from pii_audit.engine.workers import workers

def prepare(_): pass

def number():
    return os.getpid()

if __name__ == "__main__":
    print(workers(1, prepare, None).submit(number).result(), flush=True)
    time.sleep(600)
"""


def test_no_process_outlives_one_that_is_killed(tmp_path):
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the process is still there")


def test_the_processors_that_may_be_used_are_counted():
    assert processors() >= 1
