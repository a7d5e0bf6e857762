"""Exports as they go wrong in practice: what is read is judged, what is not read does not pass, and neither costs the memory."""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys

import pytest

ID = "11010519491231002X"
HEADER = "mobile,name\n"
ROWS = "".join(f"138001380{number:02},张*\n" for number in range(40))


@pytest.fixture
def judged(space, call):
    """The gate's answer about an export of these bytes: exit code, columns objected to, coverage."""

    def run(data, name="sms_2.csv"):
        (space / "outbox" / name).write_bytes(data.encode() if isinstance(data, str) else data)
        answer = call(
            "gate",
            space / "outbox" / name,
            "--recipient",
            "acme",
            "--purpose",
            "sms",
            "--allow-gaps",
            "--format",
            "json",
        )
        found = json.loads(answer.out)
        return answer.code, {one["field"] for one in found["findings"] if one["severity"] == "high"}, found["coverage"]

    return run


def test_a_gzip_that_breaks_off_does_not_pass(judged):
    packed = gzip.compress((HEADER + ROWS * 50).encode())
    assert judged(packed, "sms_2.csv.gz")[0] == 0
    code, _, [row] = judged(packed[:-20], "sms_3.csv.gz")
    assert (code, row["status"]) == (3, "failed")


def test_a_missing_header_hides_no_column(judged):
    code, fields, _ = judged("".join(f"138001380{number:02},张*,{ID}\n" for number in range(10)))
    assert (code, fields) == (1, {"column 3"})


def test_a_header_that_comes_again_is_a_row(judged):
    assert judged(HEADER + ROWS + HEADER + ROWS)[0] == 0
    code, _, _ = judged(HEADER + ROWS + "mobile,id_no\n" + f"13800138000,{ID}\n" * 30)
    assert code == 1


def test_another_delimiter_from_some_row_on_hides_nothing(judged):
    assert judged(HEADER + ROWS + f"13800138000;张*;{ID}\n" * 20)[0] == 1


def test_one_row_with_a_column_more_is_read_and_told(judged):
    code, fields, [row] = judged(HEADER + ROWS + f"13800138000,张*,{ID}\n" + ROWS)
    assert (code, fields) == (1, {"column 3"})
    assert "1 row(s) have more or fewer cells, the first in line 42" in row["reason"]


def test_a_byte_order_mark_is_no_part_of_the_first_columns_name(judged):
    code, fields, _ = judged("\ufeffid_no,mobile\n" + f"{ID},13800138000\n" * 10)
    assert (code, fields) == (1, {"id_no"})


@pytest.mark.parametrize("data", ["", "mobile,name\n", "\ufeff", "\n\n"])
def test_an_export_without_rows_passes(judged, data):
    assert judged(data)[0] == 0


def test_millions_of_columns_are_read_in_bounded_memory_and_hide_nothing(space):
    text = f"{','.join(['1'] * 2_000_000)},{ID}\n"
    (space / "outbox" / "sms_2.csv").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pii_audit", "gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--format", "json"],
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)),
    )
    assert done.returncode in (1, 3), done.stderr
    assert b"Traceback" not in done.stderr


def test_a_flow_that_names_an_unknown_recipient_is_an_error_at_its_line(space, call, told):
    flows = space / "policies" / "flows.yaml"
    flows.write_text(flows.read_text().replace("recipient: acme", "recipient: acne"))
    [line] = told(call("gate", "outbox/sms_1.csv", "--flow", "sms-daily"), 2)
    assert line.startswith("policies/flows.yaml:6:")
    assert "acme" in line


@pytest.mark.parametrize(("day", "rules"), [("2099-12-31", set()), ("2100-01-01", {"SHR007"})])
def test_an_agreement_holds_on_its_last_day_and_not_on_the_next(space, call, day, rules):
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--as-of", day, "--format", "json")
    assert {one["rule"] for one in json.loads(answer.out)["findings"]} == rules
    assert answer.code == (1 if rules else 0)
