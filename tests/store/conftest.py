"""A store in an empty folder, and the makings of small runs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from pii_audit.errors import Position
from pii_audit.language import Text, same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, Evidence, FieldEvidence, FieldTally, Reason, Sample
from pii_audit.model.finding import Clause, Finding, Outcome, Severity, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.grant import Grant
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected, Run
from pii_audit.model.sketch import Sketch
from pii_audit.store import Store

SHANGHAI = timezone(timedelta(hours=8))


def row(asset, status="inspected", *, draws=None, source="core"):
    """A row of the ledger."""
    return Coverage(source, asset, CoverageStatus(status), rows=10, draws=draws)


def finding(mark, *, asset="core:customer", source="core", **more):
    """A finding whose fingerprint is `mark`, repeated."""
    return Finding(
        rule=more.pop("rule", "STO002"),
        resource=(asset or source or mark,),
        severity=more.pop("severity", Severity.HIGH),
        title=Text("明文存储", "Clear at rest"),
        message=Text("说明", "message"),
        remediation=Text("加密", "encrypt"),
        fingerprint=mark * 8,
        asset=asset,
        source=source,
        **more,
    )


def inspected(name="customer", *, source="core", persons=50, status="inspected"):
    """An asset with one field that holds resident IDs, its sketches and samples included."""
    asset = Asset(source, name, AssetKind.TABLE, rows=10)
    sketch = Sketch.of(number * 7_919_000_000 for number in range(persons))
    evidence = Evidence(forms={Form.PLAIN: 9}, whole=9, score=0.9, samples=(Sample(1, "1***X"),), persons=sketch)
    tally = AssetTally(
        chunks=frozenset({"0-9"}),
        rows=10,
        fields={"id_no": FieldTally(rows=10, filled=9, months={"2026-01": 3}, evidence={"cn_resident_id": evidence})},
        together={frozenset({"cn_resident_id", "cn_mobile"}): 4},
    )
    field = FieldEvidence(
        asset=asset.id,
        field="id_no",
        identifier="cn_resident_id",
        form=Form.PLAIN,
        rows_inspected=10,
        hits=9,
        prevalence=0.9,
        bound=0.9,
        confidence=0.95,
        level=Levels("C2", 3),
        why=(Reason("values", same("9 of 9"), 0.6),),
        persons=persons,
        samples=("1***X",),
    )
    return Inspected(asset, row(name, status, source=source), tally, (field,), sketch)


def run(number, findings=(), coverage=(), *, kind="run", **more):
    """The run `r<number>`, on that day of July 2026."""
    started = datetime(2026, 7, number, 9, 30, tzinfo=SHANGHAI)
    return Run(
        id=f"r{number}",
        started=started,
        finished=started + timedelta(seconds=12.5),
        version="0.1.0",
        kind=kind,
        coverage=tuple(coverage),
        findings=tuple(findings),
        **more,
    )


def full_run(number):
    """A run with something in every one of its fields."""
    item = inspected()
    verdict = Verdict(
        "sms",
        "cn_mobile",
        Outcome.GAP,
        Text("甲", "a"),
        Position("p.yaml", 3, 5),
        trail=(Position("p.yaml", 3),),
        fields=("m",),
        remedy=Text("乙", "b"),
    )
    shown = finding(
        "aaaa",
        evidence={"hits": 9, "pair": (1, 2), "said": Text("丙", "c"), "names": frozenset({"b", "a b", "a"})},
        clauses=(Clause("pipl", Text("《个人信息保护法》", "PIPL"), "Art.6"),),
        policy=Position("p.yaml", 3),
    )
    return run(
        number,
        [shown],
        [item.coverage],
        inspected=(item,),
        verdicts=(verdict,),
        grouped=3,
        notes={"fail_on": "low"},
        grants=(Grant("world", "core:customer", "read", "mode o+r", ("a", "b")),),
    )


@pytest.fixture
def make():
    """The makings of runs."""
    return SimpleNamespace(row=row, finding=finding, inspected=inspected, run=run, full_run=full_run)


@pytest.fixture
def store(tmp_path):
    """A new store at .pii-audit/store.db."""
    with Store.open("sqlite:.pii-audit/store.db", tmp_path) as opened:
        yield opened
