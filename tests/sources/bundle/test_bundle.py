"""A bundle is a source like any other, once its signature fits; what is wrong with one is said, and nothing of it is used."""

from __future__ import annotations

import io
import json
import pickle
from decimal import Decimal
from types import SimpleNamespace

import pytest

from pii_audit.detection.tally import Detector
from pii_audit.engine.interface import Task
from pii_audit.engine.local import LocalEngine
from pii_audit.errors import InspectionError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.sources.bundle.answers import Answering, Asking
from pii_audit.sources.bundle.format import Writer
from pii_audit.sources.database.session import Session
from pii_audit.sources.interface import Sampling, Tallied
from pii_audit.sources.registry import open_source

KEY = bytes(range(32))
TALLY = {
    "chunks": ["0"],
    "rows": 3,
    "fields": {
        "mobile": {
            "rows": 3,
            "filled": 3,
            "evidence": {"cn_mobile": {"forms": {"plain": 3}, "whole": 3, "score": 0.95}},
        }
    },
}


def asset(name, tally=TALLY):
    coverage = {"source": "", "asset": name, "status": "inspected", "rows": 3, "total": 3}
    return "asset", {
        "asset": {"source": "", "name": name, "kind": "table", "fields": [{"name": "mobile"}]},
        "tally": tally,
        "coverage": coverage,
    }


def bundle(*lines, dialect="mysql", key=KEY) -> bytes:
    stream = io.BytesIO()
    writer = Writer(
        stream, key, {"version": "0", "dialect": dialect, "source": "core", "made": "2026-01-01T00:00:00+00:00"}
    )
    for kind, value in lines:
        writer.add(kind, value)
    writer.close()
    return stream.getvalue()


@pytest.fixture
def opened(tmp_path):
    def open_(content=None, include=(), exclude=(), key=lambda: KEY):
        if content is not None:
            (tmp_path / "core.bundle").write_bytes(content)
        spec = SimpleNamespace(id="core", kind="bundle", url="core.bundle", include=include, exclude=exclude)
        return open_source(spec, root=tmp_path, key=key)

    return open_


def task(source):
    return Task(source, Sampling(), Detector(load_catalogue(), Fingerprinter(KEY)))


def test_tables_come_with_what_was_seen_of_them(opened):
    [one] = LocalEngine().inspect(task(opened(bundle(asset("crm.customer")))))
    assert (one.asset.id, one.coverage.id, one.coverage.status) == (
        "core:crm.customer",
        "core:crm.customer",
        CoverageStatus.INSPECTED,
    )
    assert [(field.field, field.identifier, field.hits) for field in one.fields] == [("mobile", "cn_mobile", 3)]


def test_include_and_exclude_count_for_a_bundle_too(opened):
    content = bundle(asset("crm.customer"), asset("crm.tmp_1"), asset("old.customer"))
    met = list(opened(content, include=("crm.*",), exclude=("tmp_*",)).assets())
    assert [one.name if isinstance(one, Asset) else one.asset for one in met if isinstance(one, Asset)] == [
        "crm.customer"
    ]
    assert [(one.asset, one.status) for one in met if isinstance(one, Coverage)] == [
        ("crm.tmp_1", CoverageStatus.SKIPPED),
        ("old.customer", CoverageStatus.SKIPPED),
    ]


def test_a_bundle_goes_to_another_process(opened):
    source = opened(bundle(asset("crm.customer")))
    [met] = source.assets()
    [(_, reading)] = pickle.loads(pickle.dumps(source)).open(met, Sampling())
    assert isinstance(reading, Tallied)
    assert list(reading) == []


def test_identifiers_that_are_not_defined_here_are_told(opened):
    strange = {
        "chunks": ["0"],
        "rows": 3,
        "fields": {"m": {"rows": 3, "evidence": {"mars_id": {"forms": {"plain": 3}}}}},
    }
    [one] = LocalEngine().inspect(task(opened(bundle(asset("t", strange)))))
    assert one.coverage.incomplete
    assert "mars_id" in one.coverage.reason.en
    assert one.fields == ()


GOOD = bundle(asset("crm.customer"), asset("crm.account"))
CASES = {
    "cut short within a line": (GOOD[:-40], "not whole"),
    "cut short between lines": (GOOD[: GOOD.rindex(b"\n", 0, -1) + 1], "not whole"),
    "a line left out": (b"".join(line for n, line in enumerate(GOOD.splitlines(keepends=True)) if n != 1), "not whole"),
    "a line twice": (GOOD.replace(b"\n", b"\n" + GOOD.splitlines()[1] + b"\n", 1), "not whole"),
    "a number changed": (GOOD.replace(b'"plain":3', b'"plain":0', 1), "signature does not fit"),
    "a signature that is none": (
        GOOD[: GOOD.rindex(b'"signature"')] + b'"signature":null}}\n',
        "signature does not fit",
    ),
    "a signature beyond ASCII": (
        GOOD[: GOOD.rindex(b'"signature"')] + rb'"signature":"\u00e9\ud800"}}' + b"\n",
        "signature does not fit",
    ),
    "of another workspace": (bundle(asset("t"), key=bytes(32)), "another key"),
    "of a newer version": (GOOD.replace(b'"format":1', b'"format":2', 1), "newer pii-audit"),
    "some other file": (b"PK\x03\x04" + bytes(99), "not a bundle"),
    "JSON of another kind": (b'["bundle"]\n{}\n', "not a bundle"),
    "nested without end": (b"[" * 100_000, "not a bundle"),
    "empty": (b"", "not a bundle"),
    "signed, and not understood": (bundle(("asset", {"asset": 3})), "cannot be understood"),
    "signed, with a form that is none": (
        bundle(("coverage", {"source": "", "asset": "", "status": "fine"})),
        "cannot be understood",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bundle_that_is_wrong_is_a_row_of_the_ledger(opened, case):
    content, told = CASES[case]
    [row] = LocalEngine().inspect(task(opened(content)))
    assert row.incomplete
    assert told in row.reason.en


def test_a_bundle_that_is_not_there_is_told(opened):
    [row] = opened().assets()
    assert "does not exist" in row.reason.en


def test_without_a_key_nothing_is_believed(opened):
    [row] = opened(GOOD, key=None).assets()
    assert "no key" in row.reason.en


def test_a_question_that_was_not_asked_has_no_answer(opened):
    from pii_audit.access import effective_access

    [row] = effective_access(opened(GOOD), {"crm.customer"})
    assert row.incomplete
    assert "collect anew" in row.reason.en
    assert json.loads(GOOD.splitlines()[0])["bundle"]["dialect"] == "mysql"


def test_what_a_server_refused_is_refused_again_and_what_it_said_is_said_again():
    from pii_audit.sources.database.mysql import MysqlEngine

    class Server(Session):
        def rows(self, sql, parameters=()):
            if "secret" in sql:
                raise InspectionError(Text("没有权限", "no right"))
            return [("0", None, b"\xd5", Decimal(3), f"ask {parameters[0]}")]

    engine = MysqlEngine()
    asking = Asking(Server(engine, ""), str.upper)
    assert asking.rows("SELECT 1", ("me",)) == [("0", None, "\\xd5", 3, "ASK ME")]
    with pytest.raises(InspectionError):
        asking.rows("SELECT secret")
    answering = Answering(engine, json.loads(json.dumps(asking.answers)))
    [row] = answering.rows("SELECT 1", ("me",))
    assert row == ("0", None, "\\xd5", 3, "ASK ME")
    assert not row[0]  # as the number that the server meant
    with pytest.raises(InspectionError, match="no right"):
        answering.rows("SELECT secret")
    with pytest.raises(InspectionError, match="collect anew"):
        answering.rows("SELECT 1", ("you",))
