"""What a call costs before it does anything: only what it needs is imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pii_audit.cli.commands import COMMANDS

HEAVY = (
    "spacy",
    "presidio_analyzer",
    "pandas",
    "pyarrow",
    "numpy",
    "sqlalchemy",
    "rich",
    "jinja2",
    "datasketches",
    "sqlglot",
)
LISTING = "import json, sys; from pii_audit.cli.main import main; code = main(sys.argv[1:]); print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"


def imported(*words):
    done = subprocess.run([sys.executable, "-c", LISTING, *words], capture_output=True, timeout=60, check=True)
    code, modules = json.loads(done.stderr.decode().splitlines()[-1])
    assert code == 0
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(words):
    assert imported(*words).isdisjoint(HEAVY)


def test_a_gate_on_structured_data_loads_no_model_and_no_data_frame(space):
    words = ("gate", "outbox/sms_1.csv", "--flow", "sms-daily")
    assert imported(*words).isdisjoint({"spacy", "presidio_analyzer", "pandas", "pyarrow", "sqlalchemy", "alembic"})


def test_the_program_runs_as_a_module(space, program, told):
    answer = program("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--format", "json", cwd=space)
    told(answer, 0)
    assert json.loads(answer.out)["run"]["kind"] == "gate"


def test_a_name_that_the_terminal_cannot_write_is_escaped(space, program, told):
    (space / "share" / "客户.txt").write_text("13800138000")
    answer = program("inspect", "share", cwd=space, env={"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    told(answer, 0)
    assert "cn_mobile" in answer.out


def test_a_reader_that_goes_away_is_no_error(space):
    line = f"{sys.executable} -m pii_audit identifiers list --format json | head -c 10"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, timeout=60, check=False)
    assert done.stdout == b'{\n  "versi'
    assert done.stderr == b""
    assert done.returncode == 0


def test_a_reader_that_goes_away_turns_no_verdict_green(space, excess):
    line = f"{sys.executable} -m pii_audit gate outbox/sms_2.csv --flow sms-daily | true"
    done = subprocess.run(
        ["bash", "-c", f'{line}; exit "${{PIPESTATUS[0]}}"'], capture_output=True, timeout=60, check=False, cwd=space
    )
    assert done.stderr == b""
    assert done.returncode == 1
