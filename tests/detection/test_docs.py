"""docs/detection.md says what is so."""

from __future__ import annotations

import re

from pii_audit.detection import Detector, detect_text
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.workspace import load_workspace


def blocks(checkout, language):
    text = (checkout / "docs" / "detection.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_own_identifiers_load_and_find_what_they_say(checkout, tmp_path):
    audit, staff = blocks(checkout, "yaml")
    (tmp_path / "identifiers").mkdir()
    (tmp_path / "audit.yaml").write_text(audit, encoding="utf-8")
    (tmp_path / "identifiers" / "staff_no.yaml").write_text(staff, encoding="utf-8")
    detector = Detector(load_catalogue(load_workspace(tmp_path).identifiers), Fingerprinter.ephemeral())

    def found(text):
        return [text[one.start : one.end] for one in detector.text_matches(text) if one.identifier == "staff_no"]

    assert found("EMP123456,工号：654321,订单号 EMP111111,金额 222222") == ["EMP123456", "654321"]


def test_what_it_says_is_not_found_is_not_found():
    for text in ("sfz13800138000", "1.38E+10", "A1234563", "EA1234567", "一三八零零一三八零零零"):
        assert detect_text(text) == []
    found = detect_text("电话：62345678、62345679")
    assert [one.start for one in found] == [3]


def test_it_names_the_list_of_labels_that_ships():
    assert detect_text("订单号 4111111111111111")[0].score == 0.45
