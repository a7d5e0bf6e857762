from __future__ import annotations

import subprocess
import sys

from pii_audit import detect_text


def _found(text, identifier, **options):
    return [text[one.start : one.end] for one in detect_text(text, **options) if one.identifier == identifier]


def test_names_in_running_text_are_found_only_when_asked_for():
    text = "已致电担保人刘思远,承诺周五还款"
    assert _found(text, "person_name") == []
    assert _found(text, "person_name", names=True) == ["刘思远"]


def test_with_names_an_address_is_found_to_its_end():
    text = "卡片请寄到杭州市上城区望江东路68号3幢1单元802室,联系电话13800138000"
    assert _found(text, "address", names=True) == ["杭州市上城区望江东路68号3幢1单元802室"]
    assert _found(text, "cn_mobile", names=True) == ["13800138000"]


def test_scores_say_how_sure_a_name_is():
    (sure,) = [one for one in detect_text("尊敬的张伟先生:", names=True) if one.identifier == "person_name"]
    assert sure.score >= 0.9


def test_without_names_no_model_and_no_spacy_is_loaded():
    code = "import sys, pii_audit; pii_audit.detect_text('客户张伟'); print([m for m in ('spacy', 'pii_audit.detection.names.tagger') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_with_names_spacy_is_not_loaded():
    code = "import sys, pii_audit; pii_audit.detect_text('客户张伟', names=True); print('spacy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )
