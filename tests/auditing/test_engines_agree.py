"""The same data in several database servers gets the same verdicts: databases that other people made."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pii_audit import audit

REAL_DATA = Path(
    os.environ.get("PII_AUDIT_REAL_DATA") or Path(__file__).resolve().parents[2] / ".." / "shared" / "real"
)
if not (REAL_DATA / "chinook").is_dir():
    pytest.skip("PII_AUDIT_REAL_DATA names no folder that holds chinook/ and ruoyi/", allow_module_level=True)

pytestmark = pytest.mark.service
OF_A_CLIENT = re.compile(r"(?im)^\s*(?:DROP|CREATE) DATABASE .*?;\s*$|^\s*USE .*?;\s*$|^\\c.*$")


def script(name):
    return OF_A_CLIENT.sub("", (REAL_DATA / name).read_text(encoding="utf-8-sig"))


def into_postgresql(server, name):
    server.run("SET client_min_messages = error; " + script(name))
    return server.url()


def into_mariadb(server, name):
    from pymysql.constants import CLIENT

    text = script(name).replace("utf8mb4_0900_ai_ci", "utf8mb4_general_ci")
    with (
        server.connect(database=server.database, client_flag=CLIENT.MULTI_STATEMENTS) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(text)
        while cursor.nextset():
            pass
    return server.url()


def verdicts(root, url, monkeypatch):
    """(table, column, identifier, form, rows) of everything found, names as all engines write them."""
    monkeypatch.setenv("ENGINE_URL", url)
    root.mkdir()
    (root / "key").write_text("5a" * 32 + "\n")
    (root / "audit.yaml").write_text(
        "version: 1\norganisation: {name: T}\n"
        'sources: [{id: s, kind: database, url: "env:ENGINE_URL", owner: O}]\npolicies: []\nkey: "file:key"\n'
    )
    run = audit(root)
    assert not run.incomplete
    tables = {plain(one.asset.name.rpartition(".")[2]): one.tally.rows for one in run.inspected}
    found = {
        (
            plain(one.asset.name.rpartition(".")[2]),
            plain(statement.field),
            statement.identifier,
            str(statement.form),
            statement.hits,
        )
        for one in run.inspected
        for statement in one.fields
    }
    return tables, found


def plain(name):
    return name.replace("_", "").lower()


def test_chinook_gets_the_same_verdicts_in_three_engines(postgresql, mariadb, tmp_path, monkeypatch):
    with closing(sqlite3.connect(tmp_path / "chinook.db")) as connection:
        connection.executescript(script("chinook/Chinook_Sqlite.sql"))
    told = [
        verdicts(tmp_path / name, url, monkeypatch)
        for name, url in (
            ("a", f"sqlite:{tmp_path / 'chinook.db'}"),
            ("b", into_postgresql(postgresql, "chinook/Chinook_PostgreSql.sql")),
            ("c", into_mariadb(mariadb, "chinook/Chinook_MySql.sql")),
        )
    ]
    assert len(told[0][1]) > 10
    assert told[0] == told[1] == told[2]


def test_ruoyi_gets_the_same_verdicts_in_two_engines(postgresql, mariadb, tmp_path, monkeypatch):
    first = verdicts(tmp_path / "a", into_postgresql(postgresql, "ruoyi/ruoyi-vue-pro.postgresql.sql"), monkeypatch)
    second = verdicts(tmp_path / "b", into_mariadb(mariadb, "ruoyi/ruoyi-vue-pro.mysql.sql"), monkeypatch)
    same = {name for name, rows in first[0].items() if second[0].get(name) == rows}
    assert len(same) > 20
    of_same = [{one for one in found if one[0] in same} for _, found in (first, second)]
    assert of_same[0] == of_same[1]
