"""Columns of bare hashes: told by other files of the same call, or by trying numbers out where that is asked for."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from itertools import islice

import pytest

from pii_audit.detection.enumeration import mobile_numbers

MOBILES = list(islice(mobile_numbers(), 30))
HASHED = [hashlib.sha256(mobile.encode()).hexdigest() for mobile in MOBILES]


@pytest.fixture
def exported(space):
    """An export of hashes under a name that says nothing, in its own folder and in the outbox."""
    rows = "k,city\n" + "".join(f"{one},Hangzhou\n" for one in HASHED)
    (space / "both").mkdir()
    (space / "both" / "a_export.csv").write_text(rows)
    (space / "outbox" / "sms_2.csv").write_text(rows)
    return space / "both"


def seen(answer):
    return {(one["asset"], one["field"]): one["form"] for one in json.loads(answer.out)["fields"]}


def test_a_file_that_comes_later_proves_what_an_earlier_one_holds(exported, call):
    assert seen(call("inspect", exported, "--format", "json")) == {}
    (exported / "z_customers.csv").write_text("mobile\n" + "\n".join(MOBILES) + "\n")
    answer = call("inspect", exported, "--format", "json")
    assert seen(answer) == {("a_export.csv", "k"): "bare_hash", ("z_customers.csv", "mobile"): "plain"}
    assert "z_customers.csv.mobile" in answer.out
    assert not any(one in answer.out for one in (*MOBILES, *HASHED))
    assert call("inspect", exported).code == 0


def test_numbers_are_tried_out_only_when_asked(exported, call):
    answer = call("inspect", exported, "--format", "json", "--enumerate-hashes", "60")
    assert seen(answer) == {("a_export.csv", "k"): "bare_hash"}
    assert call("inspect", exported, "--enumerate-hashes", "0").code == 2


def test_a_gate_judges_what_was_tried_out(exported, call):
    def identifiers(*more):
        answer = call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--format", "json", *more)
        return {one.get("identifier") for one in json.loads(answer.out)["verdicts"] if one["outcome"] == "compliant"}

    assert "cn_mobile" not in identifiers()
    assert "cn_mobile" in identifiers("--enumerate-hashes", "60")


def test_a_run_says_what_was_tried_out(exported, call):
    answer = call("run", "--format", "json", "--source", "outbox", "--enumerate-hashes", "60")
    assert any(one.get("identifier") == "cn_mobile" for one in json.loads(answer.out)["verdicts"])
    assert not any(one in answer.out + answer.err for one in HASHED)


SOURCES = (
    '  - {id: base, kind: database, url: "duckdb:base.duckdb", owner: Retail}\n',
    "  - {id: folder, kind: file_share, url: folder/, owner: Office}\n",
)
HEAD = "version: 1\norganisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}\nsources:\n"


@pytest.mark.parametrize("order", [SOURCES, SOURCES[::-1]], ids=["hashes first", "values first"])
def test_values_of_any_source_prove_hashes_of_another_and_whose_rights_are_asked(space, call, order):
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect(str(space / "base.duckdb"))) as connection:
        connection.execute("CREATE TABLE export (k VARCHAR, city VARCHAR)")
        connection.executemany("INSERT INTO export VALUES (?, 'Hangzhou')", [(one,) for one in HASHED])
    (space / "base.duckdb").chmod(0o644)
    (space / "folder").mkdir()
    (space / "folder" / "customers.csv").write_text("mobile\n" + "\n".join(MOBILES) + "\n")
    (space / "folder" / "customers.csv").chmod(0o600)
    tail = (space / "audit.yaml").read_text().partition("policies:")[1:]
    (space / "audit.yaml").write_text(HEAD + "".join(order) + "".join(tail))
    (space / "policies" / "access.yaml").write_text("version: 1\naccess: {everyone: [world], default: violation}\n")
    answer = call("run", "--format", "json")
    [found] = [one for one in json.loads(answer.out)["findings"] if one["rule"] == "USE001"]
    assert found["asset"] == "base:main.export"
    assert found["identifiers"] == ["cn_mobile"]
    listed = json.loads(call("inventory", "--format", "json").out)
    assert {(one["asset"], one["form"], one["hits"]) for one in listed["fields"]} == {
        ("base:main.export", "bare_hash", 30),
        ("folder:customers.csv", "plain", 30),
    }
