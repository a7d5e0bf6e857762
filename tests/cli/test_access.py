"""`access` and `doctor --grants` on a real server, as a person calls them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from jsonschema import Draft202012Validator

from pii_audit import content

pytestmark = pytest.mark.service

POLICY = "version: 1\naccess: {default: allow}\n"
"""Accounts of other tests on the same server come and go: nothing is said of them."""


@pytest.fixture
def bank(postgresql, tmp_path, monkeypatch):
    """A workspace whose only source is a PostgreSQL database in which PUBLIC reads mobile numbers."""
    postgresql.run(
        "CREATE TABLE customer (id int, mobile text, note text)",
        "INSERT INTO customer SELECT i, '1380013' || lpad(i::text, 4, '0'), 'x' FROM generate_series(1, 200) AS i",
        "GRANT SELECT (mobile) ON customer TO PUBLIC",
    )
    monkeypatch.setenv("BANK_URL", postgresql.url())
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "a.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "KEY").write_text("ab" * 32 + "\n", encoding="ascii")
    (tmp_path / "audit.yaml").write_text(
        'version: 1\norganisation: {name: Test, standards: [pipl]}\nsources:\n  - {id: core, kind: database, url: "env:BANK_URL", owner: Retail}\n'
        'policies: [policies/]\nkey: "file:KEY"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_a_run_tells_who_reads_it_and_the_matrix_shows_it_in_every_format(bank, program, told, postgresql):
    told(program("run", "-q", cwd=bank), 1)
    table = program("access", "--lang", "en", cwd=bank)
    told(table, 0)
    assert "PUBLIC can read core:public.customer" in table.out
    assert 'REVOKE SELECT ("mobile") ON "public"."customer" FROM PUBLIC' in table.out

    document = json.loads(program("access", "--format", "json", cwd=bank).out)
    Draft202012Validator(json.loads(content.text("reports/schemas/access.schema.json"))).validate(document)
    [public] = [right for right in document["rights"] if right["everyone"]]
    assert (public["fields"], public["identifiers"], public["level"]) == (["mobile"], ["cn_mobile"], "C2")
    rules = {gap["rule"] for gap in document["gaps"]}
    assert "USE001" in rules
    assert rules <= {"USE001", "USE008", "USE009", "USE010"}  # how this server lets people in is its own affair

    rows = list(csv.DictReader(io.StringIO(program("access", "--format", "csv", cwd=bank).out.removeprefix("\ufeff"))))
    assert "PUBLIC" in {row["principal"] for row in rows}

    told(program("access", "--format", "html", "-o", "a.html", cwd=bank), 0)
    page = (bank / "a.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "FROM PUBLIC" in page

    first = document["run"]
    postgresql.run("REVOKE SELECT (mobile) ON customer FROM PUBLIC")
    told(program("run", "-q", "--fail-on", "critical", cwd=bank), 0)
    changed = json.loads(program("access", "--format", "json", "--diff", first, cwd=bank).out)
    assert changed["against"] == first
    Draft202012Validator(json.loads(content.text("reports/schemas/access.schema.json"))).validate(changed)
    assert "PUBLIC" in {right["principal"] for right in changed["removed"]}
    assert not [right for right in changed["rights"] if right["everyone"]]


def test_the_least_privileges_are_enough_on_postgresql(bank, program, told, postgresql, monkeypatch):
    answer = program("doctor", "--grants", cwd=bank)
    told(answer, 0)
    role = postgresql.name("pii")
    postgresql.run(answer.out.replace("pii_audit", role), f"ALTER ROLE {role} PASSWORD '{role}'")
    monkeypatch.setenv("BANK_URL", postgresql.url(role))
    told(program("run", "-q", "--format", "json", "-o", "run.json", cwd=bank), 1)
    document = json.loads((bank / "run.json").read_text(encoding="utf-8"))
    assert {row["status"] for row in document["coverage"]} == {"inspected"}
    assert "USE001" in {finding["rule"] for finding in document["findings"]}


def test_the_least_privileges_are_enough_on_mariadb(bank, program, told, mariadb, monkeypatch):
    mariadb.run("CREATE TABLE customer (mobile varchar(20))", "CREATE VIEW v AS SELECT mobile FROM customer")
    mariadb.run("INSERT INTO customer SELECT concat('1380013', lpad(seq, 4, 0)) FROM seq_1_to_50")
    monkeypatch.setenv("BANK_URL", mariadb.url())
    statements = program("doctor", "--grants", cwd=bank).out
    user = mariadb.name("pii")
    lines = [line for line in statements.splitlines() if line and not line.startswith("--")]
    mariadb.run(*(line.replace("pii_audit", user) for line in lines), f"ALTER USER '{user}'@'%' IDENTIFIED BY '{user}'")
    monkeypatch.setenv("BANK_URL", mariadb.url(user))
    program("run", "-q", "--format", "json", "-o", "run.json", cwd=bank)
    document = json.loads((bank / "run.json").read_text(encoding="utf-8"))
    assert {row["status"] for row in document["coverage"]} == {"inspected"}
    rights = json.loads(program("access", "--format", "json", cwd=bank).out)["rights"]
    assert {right["asset"].rpartition(".")[2] for right in rights if right["privilege"] == "all"} == {"customer", "v"}


@pytest.mark.parametrize(("database", "words"), [("no_such_database", "no such database"), (None, "core: 1 asset(s)")])
def test_doctor_says_what_is_wrong_with_a_connection(bank, program, postgresql, monkeypatch, database, words):
    monkeypatch.setenv("BANK_URL", postgresql.url(database=database))
    answer = program("doctor", "--lang", "en", cwd=bank)
    assert words in answer.out
    assert answer.code == (2 if database else 0)
    assert ("other database(s) of the server are not listed" in answer.out) == (database is None)


@pytest.mark.parametrize("share", ["0", "101", "half"])
def test_a_load_that_is_no_share_of_the_time_is_refused(bank, program, told, share):
    [line] = told(program("run", "--max-load", share, "--lang", "en", cwd=bank), 2)
    assert f'--max-load: expected a whole number from 1 to 100, got "{share}"' in line


def test_a_list_of_leavers_is_looked_up_and_one_that_is_missing_is_an_error(bank, program, told, postgresql):
    role = postgresql.role("ann")
    postgresql.run(f"GRANT SELECT ON customer TO {role}")
    audit = bank / "audit.yaml"
    audit.write_text(audit.read_text(encoding="utf-8") + "leavers: left.csv\n", encoding="utf-8")
    missing = program("run", "--lang", "en", cwd=bank)
    assert missing.code == 2
    assert "left.csv: the list of leavers' accounts cannot be read (FileNotFoundError)" in missing.err
    (bank / "left.csv").write_text(f"# account,name\n{role},Ann\n", encoding="utf-8")
    told(program("run", "-q", cwd=bank), 1)
    shown = program("access", "--lang", "en", cwd=bank).out
    assert f"user:{role} has left and can still read core:public.customer" in shown
    assert f'ALTER ROLE "{role}" NOLOGIN' in shown
