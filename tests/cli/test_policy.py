"""`pii-audit policy`: every action run as a person runs it."""

from __future__ import annotations

import re

import pytest

HAN = re.compile(r"[一-鿿]")


def test_every_action_has_help_of_its_own_in_both_languages(call):
    for action in ("check", "schema"):
        for language in ("zh", "en"):
            answer = call("policy", action, "--help", "--lang", language)
            assert answer.code == 0
            assert f"pii-audit policy {action}" in answer.out
            assert bool(HAN.search(answer.out)) is (language == "zh")


def test_a_mistyped_action_is_answered_with_the_one_meant(call, told):
    [line] = told(call("policy", "chek"), 2)
    assert 'unknown choice "chek"; did you mean "check"?' in line


def test_check_tells_unknown_sources_and_slips_of_spelling_at_once(space, call, told):
    (space / "policies" / "more.yaml").write_text(
        "version: 1\naccess: {rules: [{principals: [x], sources: [cor], levels: [C9]}]}\n"
    )
    lines = told(call("policy", "check"), 2)
    assert [line.partition(": ")[2] for line in lines] == [
        'unknown source "cor"; did you mean "core"?',
        'unknown identifier, group or level "C9"',
    ]


def test_check_names_what_ends_within_the_days_asked_for(space, call):
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("2099-12-31", "2026-12-31"))
    assert "ends in" not in call("policy", "check", "--as-of", "2026-06-30").err
    found = call("policy", "check", "--as-of", "2026-06-30", "--within", "184", "--strict")
    assert found.code == 2
    assert "policies/recipients.yaml:12:5: agreement HT-1 ends in 184 day(s)" in found.err


def test_check_against_a_run_names_lines_that_matched_nothing(space, call, told):
    assert call("run", "-q").code in (0, 1)
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("      person_name: masked\n    never", "      email: plain\n    never"))
    lines = told(call("policy", "check", "--run", "last"), 0)
    assert any('acme never got "email"' in line for line in lines)
    [line] = told(call("policy", "check", "--run", "none"), 2)
    assert "no run none is recorded" in line


@pytest.mark.parametrize("words", [("--within", "0"), ("--as-of", "2026-02-30"), ("--run",)])
def test_check_refuses_options_that_mean_nothing(space, call, told, words):
    told(call("policy", "check", *words), 2)
