from __future__ import annotations

import io
import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pii_audit.sources.format.files import readings_of_stream
from pii_audit.sources.format.isolated import client

SEVENZIP = b"7z\xbc\xaf\x27\x1c"
PARSERS = """
    import ctypes, os, time
    from pii_audit.model.asset import Field
    from pii_audit.language import Text
    from pii_audit.sources.format import parsers
    from pii_audit.sources.format.isolated import server
    from pii_audit.sources.format.isolated.frames import Part, PartKind

    def parse(file, name, sink):
        sink.begin(Part(PartKind.TABLE, "t", (Field("phone"),)))
        sink.row(["13800138000"])
        sink.flush()
        sink._pipe.flush()
        what = file.read()[6:]
        if what == b"dies":
            os.abort()
        if what == b"hangs":
            time.sleep(60)
        if what == b"grows":
            bytearray(3 << 30)
        if what == b"writes":
            os.write(os.open(os.path.join(os.path.dirname(__file__), "written"), os.O_CREAT | os.O_WRONLY), b"x")
        if what == b"raises":
            raise ValueError("13900139000")
        if what == b"large":
            sink.columns([["x" * (65 << 20) + "13700137000", "13700137001"]])
        if what == b"tells":
            sink.note(Text("注", "a note" if "SECRET_URL" not in os.environ else "knows too much"))
        sink.row(["13900139000"])

    def serve(descriptor):
        parsers.PARSERS["sevenzip"] = parsers.Parser("hostile")
        server.serve(descriptor)
"""


@pytest.fixture
def read_hostile(tmp_path, monkeypatch, read_all):
    """Reads with a parser that does what the file says."""
    (tmp_path / "hostile.py").write_text(textwrap.dedent(PARSERS), encoding="utf-8")
    monkeypatch.setattr(client, "_SERVER", "hostile")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("SECRET_URL", "postgresql://secret")
    mine = client._servers().pop(os.getpid(), None)

    def read(what):
        [read] = read_all(readings_of_stream(io.BytesIO(SEVENZIP + what), "a.7z"))
        return read

    yield read
    client._servers().pop(os.getpid()).close()
    if mine:
        client._servers()[os.getpid()] = mine


def test_a_row_that_is_too_large_for_a_frame_is_read_as_text(read_hostile):
    read = read_hostile(b"large")
    assert [row["phone"] for row in read.rows.values()] == ["13800138000", "13700137001", "13900139000"]
    assert read.text.endswith("x13700137000")
    assert read.status == "inspected"


def test_a_parser_gives_rows_and_notes(read_hostile):
    read = read_hostile(b"tells")
    assert (read.asset.name, read.status, read.reason) == ("a.7z!t", "inspected", "a note")
    assert read.rows == {0: {"phone": "13800138000"}, 1: {"phone": "13900139000"}}


@pytest.mark.parametrize("what", [b"dies", b"grows", b"writes", b"raises"])
def test_a_parser_that_breaks_down_harms_nothing_and_what_it_gave_is_kept(read_hostile, tmp_path, what):
    read = read_hostile(what)
    assert read.status == "failed"
    assert read.rows == {0: {"phone": "13800138000"}}
    assert "139" not in read.reason
    assert not (tmp_path / "written").exists() or (tmp_path / "written").stat().st_size == 0
    assert read_hostile(b"fine").status == "inspected"


def test_a_parser_that_hangs_is_stopped(read_hostile, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 2.0)
    began = time.monotonic()
    read = read_hostile(b"hangs")
    assert time.monotonic() - began < 20
    assert (read.status, len(read.rows)) == ("failed", 1)
    assert "longer than 2 seconds" in read.reason


def test_a_reading_that_is_given_up_ends_its_parser(read_hostile, monkeypatch):
    found = readings_of_stream(io.BytesIO(SEVENZIP + b"hangs"), "a.7z")
    _, reading = next(found)
    began = time.monotonic()
    found.close()
    assert time.monotonic() - began < 5
    assert reading.coverage().incomplete


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="tells processes by Linux's /proc")
def test_a_parser_ends_with_the_audit_that_was_killed(read_hostile):
    read_hostile(b"fine")
    mine, theirs = os.pipe()
    audit = os.fork()
    if audit == 0:
        found = readings_of_stream(io.BytesIO(SEVENZIP + b"hangs"), "a.7z")
        next(found)
        os.write(theirs, str(client._servers()[os.getpid()]._process.pid).encode())
        time.sleep(60)
        os._exit(0)
    server = os.read(mine, 20).decode()
    [parser] = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    os.kill(audit, signal.SIGKILL)
    os.waitpid(audit, 0)
    began = time.monotonic()
    while Path(f"/proc/{parser}").exists():
        assert time.monotonic() - began < 10
        time.sleep(0.05)
