"""`findings locate`: rows for those who put them right."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
from contextlib import closing

import pytest


@pytest.fixture
def mark(space, excess, call):
    """A finding on an export with a column too many."""
    call("run", "--format", "json")
    return json.loads(call("findings", "list", "--rule", "SHR002", "--format", "json").out)["findings"][0][
        "fingerprint"
    ]


def _rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_row_numbers_keys_and_masks_go_to_a_file_for_its_owner_alone(mark, space, excess, call, told):
    excess.write_text(
        "order_no,mobile,id_no\nA-1,13800138000,11010519491231002X\n=A-2,13900139000,440524188001010014\n"
    )
    told(call("findings", "locate", mark, "-o", "rows.csv", "--reason", "for the export team", "--by", "Zhang"), 0)
    path = space / "rows.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = _rows(path)
    assert [(row["asset"], row["field"], row["row"], row["key_column"], row["key"]) for row in rows] == [
        ("outbox:sms_2.csv", "id_no", "0", "order_no", "A-1"),
        ("outbox:sms_2.csv", "id_no", "1", "order_no", "'=A-2"),
    ]
    assert rows[0]["masked"] == "1****************X"
    assert "11010519491231002X" not in path.read_text()


def test_it_is_written_into_the_history_with_who_and_why(mark, call):
    call("findings", "locate", mark, "-o", "rows.csv", "--reason", "asked by 13800138000", "--by", "Zhang")
    step = json.loads(call("findings", "history", mark, "--format", "json").out)["steps"][-1]
    assert (step["action"], step["by"], step["after"]) == ("located", "Zhang", "open")
    assert "13800138000" not in step["reason"]


def test_without_a_column_that_tells_rows_apart_the_number_has_to_do(mark, space, excess, call):
    excess.write_text("mobile,id_no\n13800138000,11010519491231002X\n13900139000,440524188001010014\n")
    call("findings", "locate", mark, "-o", "rows.csv")
    assert [(row["row"], row["key"]) for row in _rows(space / "rows.csv")] == [("0", ""), ("1", "")]


def test_a_table_is_read_again_in_place(space, call, told):
    (space / "policies" / "storage.yaml").write_text("version: 1\nstorage:\n  forms: {bank_card: encrypted}\n")
    call("run", "--format", "json")
    listed = json.loads(call("findings", "list", "--rule", "STO002", "--source", "core", "--format", "json").out)[
        "findings"
    ]
    told(call("findings", "locate", listed[0]["fingerprint"], "-o", "rows.csv"), 0)
    rows = _rows(space / "rows.csv")
    assert [(row["field"], row["key_column"], row["key"]) for row in rows] == [
        ("card_no", "id", "1"),
        ("card_no", "id", "2"),
    ]
    with closing(sqlite3.connect(space / "core.db")) as raw:
        assert raw.execute("SELECT count(*) FROM customer").fetchone() == (2,)


def test_what_is_gone_is_said_and_exits_3(mark, excess, space, call):
    excess.unlink()
    answer = call("findings", "locate", mark, "-o", "rows.csv")
    assert answer.code == 3
    assert "outbox:sms_2.csv: not located: it is not there any more" in answer.err
    assert _rows(space / "rows.csv") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no file is named"),
        (["-o", "-"], "no file is named"),
        (["-o", "nowhere/rows.csv"], "make the folder first"),
    ],
)
def test_it_goes_to_a_file_and_nowhere_else(mark, call, told, words, said):
    lines = told(call("findings", "locate", mark, *words), 2)
    assert any(said in line for line in lines)


def test_a_finding_about_no_values_has_no_rows(space, call, told):
    (space / "outbox" / "unknown.csv").write_text("a,b\n1,2\n3,4\n")
    call("run", "--format", "json")
    listed = json.loads(call("findings", "list", "--format", "json").out)["findings"]
    empty = next(one for one in listed if not one["identifiers"])
    (line,) = told(call("findings", "locate", empty["fingerprint"], "-o", "rows.csv"), 2)
    assert "about no values" in line
