"""The keyed trace of the values behind a finding, while they are few."""

from __future__ import annotations

from pii_audit.findings.proof import FEW, proved
from pii_audit.language import same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, Evidence, FieldTally
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch

KEY = Fingerprinter(b"k" * 32)


def _inspected(values, name="t"):
    sketch = Sketch.of(KEY.number("cn_mobile", str(value)) for value in values)
    tally = AssetTally(fields={"tel": FieldTally(evidence={"cn_mobile": Evidence(persons=sketch)})})
    asset = Asset("core", name, AssetKind.TABLE)
    return Inspected(asset, Coverage("core", name, CoverageStatus.INSPECTED), tally)


def _proof(values, name="t", **more):
    found = [{"asset": f"core:{name}", "field": "tel", "identifier": "cn_mobile"}]
    finding = Finding(
        "STO002", ("x",), Severity.HIGH, same("t"), same("m"), same("r"), evidence={"found": found}, **more
    )
    (after,) = proved([finding], [_inspected(values, name)], KEY)
    return after.evidence.get("proof")


def test_the_same_few_values_have_one_proof_in_any_order_and_under_any_name():
    assert _proof([1, 2, 3]) == _proof([3, 1, 2]) == _proof([1, 2, 3], name="renamed")
    assert len(_proof([1])) == 32


def test_another_value_in_the_place_of_one_is_another_proof():
    assert _proof([1, 2, 3]) != _proof([1, 2, 4])


def test_where_nobody_looks_at_each_value_there_is_none():
    assert _proof(range(FEW)) is not None
    assert _proof(range(FEW + 1)) is None
    assert _proof([]) is None


def test_a_flow_carries_others_every_day_and_has_none():
    assert _proof([1], flow="sms") is None
