"""Standard streams that are full, closed or read by nobody, and signals: no exit code but the one that is due."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing

import pytest

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PASS = ("gate", "-", "--flow", "sms-daily", "--pass-through")
CALLS = {
    "may leave": (("gate", "outbox/sms_1.csv", "--flow", "sms-daily"), 0),
    "may not leave": (("gate", "outbox/sms_2.csv", "--flow", "sms-daily"), 1),
    "passed through": (PASS, 1),
    "a usage error": (("gate", "none.csv", "--flow", "sms-daily"), 2),
    "not read": (("inspect", "gone.csv"), 3),
    "a warning": (("policy", "check", "--strict"), 2),
}


def ran(words, root, **streams):
    with (root / "outbox" / "sms_2.csv").open("rb") as export:
        wanted = {"stdin": export, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams}
        done = subprocess.run([sys.executable, "-m", "pii_audit", *words], cwd=root, timeout=120, check=False, **wanted)
    return done.returncode


@pytest.fixture
def unread():
    """The writing end of a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.fixture
def place(space, excess):
    """A workspace with an export that may not leave, a link to nothing, and an exception that will never be asked for."""
    (space / "gone.csv").symlink_to("nowhere.csv")
    text = (space / "policies" / "flows.yaml").read_text()
    (space / "policies" / "flows.yaml").write_text(text.replace("    pia: PIA-1\n", ""))
    (space / "policies" / "old.yaml").write_text(
        "version: 1\nexceptions:\n"
        "  - {rule: SHR009, flow: sms-daily, owner: A, approver: B, reason: c, until: 2020-01-01}\n"
        "  - {rule: SHR009, flow: sms-daily, owner: A, approver: B, reason: c, until: 2099-01-01}\n"
    )
    return space


@pytest.mark.parametrize(("words", "code"), CALLS.values(), ids=CALLS.keys())
def test_a_log_that_is_full_or_that_nobody_reads_changes_no_exit_code(place, unread, words, code):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        assert ran(words, place, stderr=full) == code
    assert ran(words, place, stderr=unread) == code


@pytest.mark.parametrize(("words", "code"), [CALLS["may leave"], CALLS["may not leave"]], ids=["may leave", "may not"])
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_stream_that_is_closed_changes_no_exit_code(place, words, code, closed):
    def close():
        for number in closed:
            os.close(number)

    assert ran([*words, "--record"], place, preexec_fn=close) == code
    with closing(sqlite3.connect(place / ".pii-audit" / "store.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_closed_standard_input_is_no_export(space, program, told):
    told(program(*PASS[:4], cwd=space, setup=lambda: os.close(0)), 3)


def test_a_check_whose_reader_has_gone_away_is_still_broken(space, unread):
    (space / "audit.yaml").write_text("version: 2\n")
    (space / "outbox" / "sms_2.csv").touch()
    assert ran(["doctor"], space, stdout=unread) == 2
    assert ran(["--help"], space, stdout=unread) == 0


@pytest.fixture
def reading(space, tmp_path):
    """Begins a run in so many processes; gives it, and the folder of its copies, once it reads one of a database in an archive."""
    copies = tmp_path / "copies"
    copies.mkdir()
    with closing(sqlite3.connect(tmp_path / "base.db")) as base:
        base.execute("CREATE TABLE customer (id INTEGER, mobile TEXT)")
        base.executemany("INSERT INTO customer VALUES (?, ?)", ((n, f"138{n:08d}") for n in range(400_000)))
        base.commit()
    with zipfile.ZipFile(space / "share" / "all.zip", "w") as archive:
        archive.write(tmp_path / "base.db", "base.db")

    def begin(jobs):
        running = subprocess.Popen(
            [sys.executable, "-m", "pii_audit", "run", "--source", "share", "--jobs", str(jobs)],
            cwd=space,
            env={**os.environ, "TMPDIR": str(copies)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in ENDING],  # noqa: PLW1509 - no thread runs here
        )
        assert until(lambda: list(copies.glob("*/entry")))
        return running, copies

    return begin


def until(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not holds():
        time.sleep(0.01)
    return holds()


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_whoever_ends_a_run_ends_it_in_words_and_without_a_copy_of_what_it_read(reading, number, jobs):
    running, copies = reading(jobs)
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert b"--resume" in err
    assert list(copies.iterdir()) == []


def test_processes_whose_run_was_killed_put_their_copies_away(reading):
    running, copies = reading(2)
    running.kill()
    running.communicate(timeout=60)
    assert until(lambda: not list(copies.iterdir()), 30)


@pytest.mark.parametrize("module", ["pii_audit.cli.program", "pii_audit.cli.session", "pii_audit.errors"])
def test_who_interrupts_it_before_it_has_begun_sees_no_traceback(module):
    interrupted = f"""if 1:
        import runpy, sys
        class Interrupting:
            def find_spec(self, name, *_):
                if name == {module!r}:
                    raise KeyboardInterrupt
        sys.meta_path.insert(0, Interrupting())
        sys.argv = ["pii-audit", "--version"]
        runpy.run_module("pii_audit", run_name="__main__")
    """
    done = subprocess.run([sys.executable, "-c", interrupted], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
