"""A table purged before its time is told by every run from then on, until its rows are there again."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from pii_audit.auditing.crawling import Options
from pii_audit.auditing.selfcheck import audit
from pii_audit.store import Store
from pii_audit.workspace import load_workspace

AUDIT = """\
version: 1
sources: [{id: core, kind: database, url: "sqlite:core.db", owner: Retail, region: CN}]
policies: ["pack:aml-2024", policies/]
store: "sqlite:store.db"
key: "file:../key"
"""
POLICY = "version: 1\nstorage: {retention: [{asset: 'core.*customer*', date: closed_at, delete_after: 15y}]}\n"


def test_rows_that_are_gone_stay_told_until_they_are_back(tmp_path):
    root = tmp_path / "w"
    (root / "policies").mkdir(parents=True)
    (tmp_path / "key").write_text("ab" * 32 + "\n")
    (root / "audit.yaml").write_text(AUDIT)
    (root / "policies" / "p.yaml").write_text(POLICY)
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

    def number(person):
        body = f"110105{1970 + person % 30}0101{person:03d}"
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]

    people = [(number(person), f"20{17 + person % 8}-05-03") for person in range(1, 120)]

    def run(*statements):
        with closing(sqlite3.connect(root / "core.db")) as database, database:
            for statement, rows in statements:
                database.executemany(statement, rows)
        space = load_workspace(root)
        with Store.open(space.store, space.root, key=b"k" * 32) as store:
            done = store.record(audit(space, Options(earlier=store.earlier)))
        return [finding for finding in done.standing if finding.rule == "STO004"]

    with closing(sqlite3.connect(root / "core.db")) as database:
        database.execute("CREATE TABLE customer (cert_no TEXT, closed_at TEXT)")
    into = "INSERT INTO customer VALUES (?, ?)"
    assert run((into, people)) == []
    purged = [(closed,) for closed in sorted({closed for _, closed in people})[:3]]
    [told] = run(("DELETE FROM customer WHERE closed_at = ?", purged))
    assert told.evidence["rows"] == sum((closed,) in purged for _, closed in people)
    [again] = run()
    assert again.fingerprint == told.fingerprint
    assert run((into, [row for row in people if (row[1],) in purged])) == []
