"""Names that hold identifiers are shown masked, and stay apart."""

from __future__ import annotations

import pytest

from pii_audit.detection import Detector
from pii_audit.detection.redact import Redactor
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.grant import Grant


@pytest.fixture
def redactor(detector):
    return Redactor(detector, Fingerprinter(b"a key of the tests"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hz/11010519491231002X.pdf", "11010519491231002X"),
        ("13800138000_账单.xlsx", "13800138000"),
        ("mail/zhang.san@example.com/1.eml", "zhang.san@example.com"),
        ("a.zip!６２２２０２００００００１２３４５６６.csv", "６２２２０２００００００１２３４５６６"),
        ("13800138000与11010519491231002X", "11010519491231002X"),
    ],
)
def test_an_identifier_inside_a_name_is_masked(redactor, name, value):
    shown = redactor.name(name)
    assert value not in shown
    assert "13800138000" not in shown
    assert "*" in shown


@pytest.mark.parametrize(
    "name", ["main.customer", "hz/客户清单.csv", "sms_20260731.csv", "role:teller", "", "138****8000", "v1.2.3"]
)
def test_an_ordinary_name_stays_as_it_is(redactor, name):
    assert redactor.name(name) == name


def test_two_names_that_mask_alike_stay_apart_and_one_stays_the_same(redactor):
    first, second = redactor.name("13800138000.csv"), redactor.name("13855558000.csv")
    assert first != second
    assert first.partition("~")[0] == second.partition("~")[0]
    assert redactor.name("13800138000.csv") == first


def test_the_mark_of_a_name_needs_the_key(detector):
    marks = {Redactor(detector, Fingerprinter(key)).name("13800138000") for key in (b"one", b"two")}
    assert len(marks) == 2


def test_no_name_of_an_asset_its_fields_its_ledger_and_its_grants_is_left_out(redactor):
    value = "13800138000"
    asset = Asset("s", f"{value}.csv", AssetKind.FILE, (Field(value), Field("note")), owner=f"u_{value}")
    row = Coverage("s", asset.name, CoverageStatus.SKIPPED)
    grant = Grant(
        principal=f"user_{value}", privilege="SELECT", asset=asset.name, opened_by=f"g_{value}", path=(f"g_{value}",)
    )
    assert value not in repr(redactor.asset(asset))
    assert value not in repr(redactor.coverage(row))
    assert value not in repr(redactor.grant(grant))
    assert redactor.asset(asset).fields[1] == Field("note")


def test_an_inspected_asset_keeps_its_evidence_under_names_that_may_be_shown(redactor, table):
    value = "13800138000"
    judged = table({value: ["13900139000", "13700137000"], "13800138001": ["a@b.com", "c@d.com"]}, name=value)
    shown = redactor.inspected(judged)
    assert value not in repr(shown)
    assert len(shown.tally.fields) == 2
    assert {one.field for one in shown.fields} == set(shown.tally.fields)
    assert {one.asset for one in shown.fields} == {shown.asset.id}


def test_a_redactor_of_a_detector_that_looks_for_names_masks_them_too():
    looking = Redactor(Detector(load_catalogue(), Fingerprinter(b"k"), names=True), Fingerprinter(b"k"))
    assert "张伟" not in looking.name("户名:张伟 2026.pdf")


def test_letters_beside_a_number_do_not_hide_it_in_a_name():
    redactor = Redactor(Detector(load_catalogue(), Fingerprinter(b"k")), Fingerprinter(b"k"))
    for name in ("ID11010519491231002X.csv", "IMG13800138000.jpg", "bad11010519491231002X.json"):
        shown = redactor.name(name)
        assert "11010519491231002" not in shown
        assert "13800138000" not in shown


def test_a_person_whose_name_is_masked_has_one_mark_however_it_is_spelled(redactor):
    spellings = ("Li.Ming@bank.example", "ｌｉ．ｍｉｎｇ＠bank.example", " li.ming@bank.example ")
    marks = {redactor.person(name).rpartition("~")[2].strip() for name in spellings}
    assert len(marks) == 1
    assert redactor.person("li.meng@bank.example").rpartition("~")[2] not in marks
    assert redactor.person("王伟") == "王伟"


def test_what_is_masked_once_stays_as_it_is(redactor):
    shown = redactor.person("王伟 13800138000")
    assert redactor.person(shown) == shown
