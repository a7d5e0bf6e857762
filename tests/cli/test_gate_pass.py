"""`gate --pass-through`: nothing before the verdict, then all of it or nothing, whatever happens on the way."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from pii_audit.cli.main import main

WORDS = ("gate", "--flow", "sms-daily", "--pass-through")
ROW = "13800138000,张*\r\n".encode()
GOOD = b"\xef\xbb\xbfmobile,name\r\n" + ROW * 3
LARGE = b"mobile,name\r\n" + ROW * 80_000
EXCESS = b"mobile,id_no\n13800138000,11010519491231002X\n13900139000,440524188001010014\n"


@pytest.fixture
def piped(space, capsys, monkeypatch):
    """Runs the program in a pipe; gives its code, the bytes that came out, and what it said."""

    def run(stdin, *words):
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
        capsys.readouterr()
        code = main([*WORDS, *words])
        return code, out.getvalue(), capsys.readouterr().err

    return run


@contextmanager
def waiting(tmp_path, data, *words):
    """The program after it was fed some data and before its input ends; its temporary folder is one of its own."""
    (tmp_path / "spool").mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "pii_audit", *WORDS, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "spool")},
    ) as process:
        process.stdin.write(data)
        process.stdin.flush()
        yield process
        if process.poll() is None:
            process.kill()


def open_files(process):
    """The contents of the nameless files that a process has open."""
    files = Path(f"/proc/{process.pid}/fd").iterdir()
    return [path.read_bytes() for path in files if "spool" in str(path.readlink())]


@pytest.mark.parametrize(("data", "memory"), [(GOOD, "64M"), (LARGE, "1")], ids=["in memory", "on disk"])
def test_a_compliant_export_comes_out_as_it_went_in(piped, data, memory):
    code, out, said = piped(data, "--spool-memory", memory)
    assert (code, said) == (0, "")
    assert out == data


def test_nothing_of_an_export_that_may_not_leave_comes_out_and_the_reason_is_told(piped):
    code, out, said = piped(EXCESS)
    assert (code, out) == (1, b"")
    assert "SHR002" in said
    assert "nothing was released" in said


def test_one_bad_row_at_the_very_end_holds_back_everything(piped):
    code, out, _ = piped(LARGE + b"13800138000,11010519491231002X\r\n" * 40)
    assert (code, out) == (1, b"")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256))], ids=["empty", "broken"])
def test_what_could_not_be_inspected_does_not_leave(piped, data):
    code, out, said = piped(data)
    assert (code, out) == (3, b"")
    assert "could not be inspected" in said


def test_an_archive_passes_whole(piped):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", GOOD)
    code, out, _ = piped(buffer.getvalue())
    assert (code, out) == (0, buffer.getvalue())


def test_a_database_in_a_pipe_would_need_a_copy_in_clear_and_does_not_leave(piped, space):
    code, out, said = piped((space / "core.db").read_bytes())
    assert (code, out) == (3, b"")
    assert "file that has a name" in said


def test_report_and_receipt_go_to_files_of_their_own(piped, space, call):
    words = ("-o", "report.json", "--format", "json", "--receipt", "receipt.json", "--ticket", "T-9")
    code, out, _ = piped(GOOD, *words)
    assert (code, out) == (0, GOOD)
    assert json.loads((space / "report.json").read_text())["findings"] == []
    assert json.loads((space / "receipt.json").read_text())["ledger"]["ticket"] == "T-9"
    (space / "arrived.csv").write_bytes(out)
    assert call("gate", "--verify", "receipt.json", "arrived.csv").code == 0


def test_a_report_for_standard_error_reaches_it(piped):
    code, out, said = piped(EXCESS, "-o", "/dev/stderr", "--format", "gitlab")
    assert (code, out) == (1, b"")
    assert '"check_name": "SHR002"' in said


def test_where_the_receipt_cannot_be_written_nothing_leaves(piped):
    code, out, said = piped(GOOD, "--receipt", "nowhere/receipt.json")
    assert (code, out) == (2, b"")
    assert "nowhere/receipt.json" in said


@pytest.mark.parametrize(
    "words",
    [("outbox/sms_1.csv",), ("--format", "json"), ("-o", "-"), ("--spool-memory", "much"), ("--verify", "r.json")],
)
def test_a_call_that_cannot_be_meant_releases_nothing(piped, words):
    code, out, said = piped(GOOD, *words)
    assert (code, out) == (2, b"")
    assert len(said.splitlines()) == 1


def spooled(process):
    """What a process keeps in nameless files, as soon as there is something."""
    deadline = time.monotonic() + 30
    while not (found := any(open_files(process))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found, "nothing is kept on disk, so that the test shows nothing"
    return open_files(process)


def test_kill_9_in_the_middle_leaves_nothing_released_and_nothing_to_read(space, tmp_path):
    with waiting(tmp_path, LARGE, "--spool-memory", "1") as process:
        found = spooled(process)
        assert list((tmp_path / "spool").iterdir()) == []
        assert not any(ROW[:11] in content for content in found)
        process.kill()
        assert process.stdout.read() == b""
    assert process.returncode == -signal.SIGKILL
    assert list((tmp_path / "spool").iterdir()) == []


def idle(process):
    """Waits until a process uses no more time: it waits for somebody."""
    before, now, deadline = None, 0, time.monotonic() + 60
    while before != now and time.monotonic() < deadline:
        time.sleep(0.5)
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        before, now = now, (fields[0], fields[11], fields[12])


def test_kill_9_between_the_verdict_and_the_release_leaves_nothing_released(space, tmp_path):
    # The report goes where nobody reads it yet, and before it is told nothing leaves.
    os.mkfifo(tmp_path / "report")
    with waiting(tmp_path, LARGE, "--spool-memory", "1", "-o", str(tmp_path / "report"), "--format", "json") as process:
        process.stdin.close()
        idle(process)
        assert process.poll() is None
        assert not any(ROW[:11] in content for content in spooled(process))
        process.kill()
        assert process.stdout.read() == b""
    assert process.returncode == -signal.SIGKILL
    assert list((tmp_path / "spool").iterdir()) == []


def test_kill_9_in_the_middle_of_the_release_leaves_no_more_than_what_had_left(space, tmp_path):
    with waiting(tmp_path, LARGE, "--spool-memory", "1") as process:
        process.stdin.close()
        # The release has begun, and goes no further than a pipe that nobody reads on holds.
        begun = process.stdout.read(1)
        assert not any(ROW[:11] in content for content in open_files(process))
        process.kill()
        left = begun + process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    assert LARGE.startswith(left)
    assert len(left) < len(LARGE)
    assert list((tmp_path / "spool").iterdir()) == []


def test_whoever_ends_it_is_told_that_nothing_was_released(space, tmp_path):
    with waiting(tmp_path, LARGE, "--spool-memory", "1") as process:
        spooled(process)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert said.decode().splitlines() == ["interrupted; nothing was released"]


def test_a_disk_without_room_for_the_spool_releases_nothing(space):
    done = subprocess.run(
        [sys.executable, "-m", "pii_audit", *WORDS, "--spool-memory", "1"],
        input=LARGE,
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
    )
    assert (done.returncode, done.stdout) == (3, b""), done.stderr
    assert b"nothing was released" in done.stderr


def test_a_reader_that_goes_away_is_no_success(space, tmp_path):
    (tmp_path / "export.csv").write_bytes(LARGE)
    line = f"{sys.executable} -m pii_audit {' '.join(WORDS)} < {tmp_path}/export.csv | head -c 10 > {tmp_path}/head"
    done = subprocess.run(
        ["bash", "-c", f'{line}; exit "${{PIPESTATUS[0]}}"'], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert b"Broken pipe" in done.stderr
    assert b"void what arrived" in done.stderr
