"""What changed in the access matrix between two runs, and what cannot be told."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from pii_audit import content
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, FieldEvidence
from pii_audit.model.forms import Form
from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected, Run
from pii_audit.render.matrix.machine import to_csv, to_json
from pii_audit.render.matrix.page import render as to_html
from pii_audit.render.matrix.rights import matrix

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def table(source, *identifiers):
    def found(identifier):
        level = load_catalogue()[identifier].levels
        return FieldEvidence(
            f"{source}:t", identifier, identifier, Form.PLAIN, 9, 9, 1.0, 1.0, 0.9, level, (), persons=9
        )

    row = Coverage(source, "t", CoverageStatus.INSPECTED)
    return Inspected(Asset(source, "t", AssetKind.TABLE), row, AssetTally(), tuple(map(found, identifiers)))


def run(*inspected, grants=(), coverage=()):
    rows = (*(one.coverage for one in inspected), *coverage)
    return Run("r", NOON, NOON, "1", "run", inspected, grants, coverage=rows)


def reads(who, source="core", **more):
    return Grant(who, f"{source}:t", "select", f"GRANT to {who}", (who,), **more)


def test_a_right_that_may_be_passed_on_now_or_opens_more_has_changed():
    before = run(table("core", "cn_mobile"), grants=[reads("user:a"), reads("user:b")])
    after = run(table("core", "cn_mobile"), grants=[reads("user:a", grantable=True), reads("user:b")])
    [(old, new)] = matrix(after, earlier=before).changed
    assert (old.principal, old.grantable, new.grantable) == ("user:a", False, True)
    wider = run(table("core", "cn_mobile", "login_credential"), grants=[reads("user:a"), reads("user:b")])
    assert [new.level for _, new in matrix(wider, earlier=before).changed] == ["C3", "C3"]
    assert matrix(before, earlier=before).changed == matrix(before, earlier=before).added == ()


@pytest.mark.parametrize("told", [(), (Coverage("crm", "", CoverageStatus.FAILED, Text("无", "no")),)])
def test_a_source_whose_rights_were_not_read_has_lost_none(told):
    before = run(
        table("core", "cn_mobile"), table("crm", "cn_mobile"), grants=[reads("user:a"), reads("user:b", "crm")]
    )
    after = run(table("core", "cn_mobile"), grants=[reads("user:a")], coverage=told)
    compared = matrix(after, earlier=before)
    assert (compared.added, compared.removed, compared.not_compared) == ((), (), ("crm",))


def test_every_format_says_what_changed():
    before = run(table("core", "cn_mobile"), table("crm", "cn_mobile"), grants=[reads("user:a"), reads("user:gone")])
    after = run(table("core", "cn_mobile"), grants=[reads("user:a", grantable=True), reads("user:new")])
    compared = matrix(replace(after, notes={}), earlier=before)
    document = json.loads(to_json(compared, "en"))
    Draft202012Validator(json.loads(content.text("reports/schemas/access.schema.json"))).validate(document)
    assert [pair["after"]["grantable"] for pair in document["changed"]] == [True]
    assert document["not_compared"] == ["crm"]
    rows = list(csv.DictReader(io.StringIO(to_csv(compared).removeprefix("\ufeff"))))
    assert [(row["change"], row["principal"]) for row in rows] == [
        ("added", "user:new"), ("removed", "user:gone"), ("before", "user:a"), ("after", "user:a"),
    ]  # fmt: skip
    page = to_html(compared, "en")
    assert "Rights that open something else now (1)" in page
    assert "Not compared: crm." in page
