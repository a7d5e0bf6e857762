"""An output is written whole or not at all."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pii_audit.errors import OutputError
from pii_audit.render.output import write_output


def test_a_new_file_holds_the_payload_and_is_for_its_owner_alone(tmp_path):
    write_output(tmp_path / "r.json", "结果\n")
    assert (tmp_path / "r.json").read_bytes() == "结果\n".encode()
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o600


def test_an_old_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "r.bin"
    target.write_bytes(b"old" * 1000)
    write_output(str(target), b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["r.bin"]


def test_the_old_output_survives_a_disk_that_is_full(tmp_path):
    target = tmp_path / "r.json"
    target.write_text("old")
    script = (
        "import sys; from pii_audit.render.output import write_output; from pii_audit.errors import OutputError\n"
        "try: write_output(sys.argv[1], 'x' * 100_000)\n"
        "except OutputError as error: print(error); sys.exit(2)"
    )

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-c", script, str(target)], preexec_fn=small_files, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "the output was not written" in done.stdout
    assert "make room" in done.stdout
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_a_folder_is_not_written_onto(tmp_path):
    with pytest.raises(OutputError, match="it is a folder"):
        write_output(tmp_path, "x")


def test_a_missing_folder_is_named_and_not_made(tmp_path):
    with pytest.raises(OutputError, match="make the folder first"):
        write_output(tmp_path / "no" / "r.json", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_symbolic_link_is_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_output(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    write_output(pipe, "through")
    assert reader.communicate(timeout=10)[0] == b"through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("path", [None, "-"])
def test_without_a_file_the_payload_goes_to_standard_output_as_utf_8(path, capfdbinary):
    write_output(path, "结果")
    assert capfdbinary.readouterr().out == "结果".encode()


def test_a_reader_that_goes_away_is_no_error_and_no_noise():
    script = "from pii_audit.render.output import write_output; write_output(None, 'x' * 1_000_000)"
    done = subprocess.run(
        ["sh", "-c", '"$1" -c "$2" | true; exit 0', "sh", sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_a_full_standard_output_is_an_error():
    script = (
        "import sys; from pii_audit.render.output import write_output; from pii_audit.errors import OutputError\n"
        "try: write_output(None, 'x' * 100_000)\n"
        "except OutputError as error: print(error, file=sys.stderr); sys.exit(2)"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert "the output was not written" in done.stderr
    assert done.returncode in (2, 120)
