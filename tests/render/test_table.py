"""Screens: readable at every width, in both languages, with everything that is needed to act."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rich.cells import cell_len

from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Severity
from pii_audit.model.levels import Levels
from pii_audit.model.lifecycle import Tracked
from pii_audit.render import prometheus
from pii_audit.render.table import make_console, render, render_coverage, render_findings, render_inventory, render_run
from pii_audit.render.view.inventory import inventory
from pii_audit.render.view.words import Words

TODAY = date(2026, 7, 1)
WIDTHS = [40, 60, 80, 100, 160]


def _screen(draw, width, **more):
    stream = io.StringIO()
    draw(make_console(stream, width=width, **more))
    return stream.getvalue()


def _run_screen(run, width=100, language="en", **more):
    return _screen(lambda console: render_run(run, console, language, **more), width)


def _unbroken(text):
    """Without line breaks and padding, so that what is folded is found."""
    return re.sub(r"[\s│]+", "", text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_screen(run, width, language):
    tracked = [Tracked(one, run.started, run.finished, run.id) for one in run.findings]
    screens = [
        _run_screen(run, width, language),
        _run_screen(run, width, language, verbose=True),
        _screen(lambda console: render_inventory(run.inspected, console, language, verbose=True), width),
        _screen(lambda console: render_findings(tracked, console, language, TODAY), width),
    ]
    assert max(cell_len(line) for screen in screens for line in screen.splitlines()) <= width


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_needed_to_act_is_whole_at_every_width(run, width, language):
    screen = _unbroken(_run_screen(run, width, language))
    for finding in run.findings[:3]:
        assert finding.fingerprint[:12] in screen
        assert finding.rule in screen
        assert finding.policy.to_line in screen
        assert _unbroken(finding.remediation.in_(language)) in screen
        if width != 100:  # there, what wraps stands beside the badges
            assert _unbroken(finding.message.in_(language)) in screen
        for identifier in finding.identifiers:
            assert identifier in screen
    assert "share:hz/旧系统.xlsx" in screen
    assert "20260701-093000-5f2a" in screen


@pytest.mark.parametrize("width", WIDTHS)
def test_the_inventory_is_whole_at_every_width(run, width):
    screen = _unbroken(_screen(lambda console: render_inventory(run.inspected, console, "en"), width))
    for item in run.inspected:
        for field in item.fields:
            assert _unbroken(item.asset.id) in screen
            assert (field.field or "(text)") in screen
            assert field.identifier in screen
    assert "atmost475of50,000rowsat95%" in screen
    assert "cn_mobile@contact" in screen
    assert "about998people" in screen
    assert "1assetwithoutpersonalinformation" in screen


def test_people_who_cannot_be_told_apart_are_not_counted_as_none(run):
    nobody = replace(run.findings[0], evidence={"persons": 0})
    assert "about 0 people" not in _run_screen(replace(run, findings=(nobody,)))


def test_the_last_words_are_the_exit_code_and_why(run):
    assert "exit 1: 3 findings at HIGH or above; 1 object could not be inspected" in _run_screen(run)
    assert "退出码 1：3 个问题达到“高”或以上；1 个对象未能检查" in _run_screen(run, language="zh")


def test_an_incomplete_run_without_findings_does_not_look_clean(run):
    screen = _run_screen(replace(run, findings=()))
    assert "exit 3: nothing at HIGH or above; 1 object could not be inspected" in screen


def test_what_was_not_inspected_is_said_even_where_it_is_allowed(run):
    allowed = replace(run, findings=(), notes={"allow_incomplete": "true"})
    assert "exit 0: nothing at HIGH or above; 1 object could not be inspected (allowed)" in _run_screen(allowed)


def test_a_clean_run_says_so(run):
    read = tuple(row for row in run.coverage if row.status is CoverageStatus.INSPECTED)
    clean = replace(run, findings=(), suppressed=(), grouped=0, verdicts=(), coverage=read)
    assert "exit 0: nothing at HIGH or above" in _run_screen(clean)


def test_a_run_that_read_nothing_says_so(run):
    empty = replace(run, findings=(), coverage=(), inspected=(), verdicts=())
    assert "nothing was read" in _run_screen(empty)


def test_findings_stand_under_their_stage_in_the_order_of_the_life_of_information(run):
    screen = _run_screen(run)
    places = [screen.index(text) for text in ("Store (1)", "STO001", "Use (1)", "USE001", "Provide (1)", "SHR002")]
    assert places == sorted(places)


def test_an_old_finding_that_still_counts_is_named_and_one_of_a_source_that_was_not_read_only_counted(run):
    screen = _run_screen(run)
    assert "6262bbbb6262" in screen
    assert "(still counts)" in screen
    assert "7373cccc7373" not in screen
    assert "7373cccc7373" in _run_screen(run, verbose=True)


def test_a_gate_shows_compliant_elements_and_a_run_counts_them(run):
    assert "1 more: compliant" in _run_screen(run)
    gate = _run_screen(replace(run, kind="gate"))
    assert "needed by the purpose" in gate
    assert "1 more: compliant" not in gate


def test_coverage_names_failures_with_their_reason_and_counts_what_was_read(run):
    screen = _screen(lambda console: render_coverage(run.coverage, console, "en"), 100)
    assert "share:hz/旧系统.xlsx: no reader for xlsx" in screen
    assert "outbox:sms_20260701.ok: ignore rule *.ok in audit.yaml" in screen
    proof = "500 of 50,000 rows read; what was not seen is in at most 299 of 50,000 rows at 95 %"
    assert _unbroken(proof) in _unbroken(screen)
    assert "core:customer" not in screen
    verbose = _screen(lambda console: render_coverage(run.coverage, console, "en", verbose=True), 100)
    assert "core:customer: 1,000 rows" in verbose


def test_a_long_list_of_skipped_objects_is_counted_unless_all_is_asked_for(run):
    skipped = next(row for row in run.coverage if row.status is CoverageStatus.SKIPPED)
    rows = [replace(skipped, asset=f"f{number}.ok") for number in range(100)]
    assert "... and 80 more" in _screen(lambda console: render_coverage(rows, console, "en"), 100)
    assert "f99.ok" in _screen(lambda console: render_coverage(rows, console, "en", verbose=True), 100)


def test_names_from_data_neither_drive_the_terminal_nor_pass_for_markup(run):
    hostile = replace(run.findings[0], asset="\x1b[2J\u202e[bold red]x[/]", principal="\x9b31m", owner=":smile:")
    screen = _run_screen(replace(run, findings=(hostile,)))
    assert not set(screen) & set("\x1b\x9b\u202e")
    assert "\\x1b[2J\\u202e[bold red]x[/]" in screen
    assert ":smile:" in screen


class _Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return _Terminal()


def test_a_terminal_gets_colour_and_the_word(run, terminal):
    render_run(run, make_console(terminal, width=100), "en")
    assert "\x1b[" in terminal.getvalue()
    assert "CRITICAL" in terminal.getvalue()


def test_no_color_wins_over_a_terminal(run, terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    render_run(run, make_console(terminal, width=100), "en")
    assert "\x1b" not in terminal.getvalue()


def test_the_flag_wins_over_a_terminal(run, terminal):
    render_run(run, make_console(terminal, width=100, no_color=True), "en")
    assert "\x1b" not in terminal.getvalue()


def test_the_table_format_is_plain_text_as_wide_as_columns_says(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = render(run, language="zh")
    assert max(cell_len(line) for line in text.splitlines()) <= 60
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert "\x1b" not in text


def test_the_list_of_findings_shows_status_and_dates(run):
    day = datetime(2026, 1, 2, tzinfo=UTC)
    tracked = [Tracked(replace(run.findings[0], severity=Severity.LOW), day, day.replace(month=3), "r9")]
    for width in (60, 120, 160):
        screen = _screen(lambda console: render_findings(tracked, console, "en", TODAY), width)
        for text in ("a1b2c3d4a1b2", "LOW", "open", "2026-01-02", "2026-03-02", "SHR002"):
            assert text in screen
    assert "no such findings" in _screen(lambda console: render_findings([], console, "en", TODAY), 60)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_list_of_findings_breaks_no_title_on_a_usual_terminal(run, width):
    day = datetime(2026, 1, 2, tzinfo=UTC)
    tracked = [Tracked(one, day, day, "r9") for one in run.findings]
    screen = _screen(lambda console: render_findings(tracked, console, "en", TODAY), width)
    assert all(one.title.en in screen for one in run.findings)


def test_a_field_that_holds_several_identifiers_counts_once_and_at_the_gravest_level(run):
    """As in the inventory of the report: three numbers for one thing are two too many."""
    customer = run.inspected[0]
    worse = replace(customer.fields[1], identifier="card_cvv2", level=Levels("C3", 4, "sad"))
    ungraded = replace(customer.fields[0], field="other", identifier="own", level=Levels())
    one = replace(customer, fields=(*customer.fields, worse, ungraded))
    shown = replace(run, inspected=(one,))
    assert "5 fields in 1 asset (C3 1, C2 3)" in _run_screen(shown, 160)
    assert "1 个资产的 5 个字段（C3 1、C2 3）" in _run_screen(shown, 160, "zh")
    assert inventory(shown, Words("en")).assets[0].counts == (1, 3, 0, 1)
    exported = prometheus.render(shown, language="en")
    assert 'pii_audit_fields{level="C3"} 1\npii_audit_fields{level="none"} 1' in exported.replace(
        'pii_audit_fields{level="C2"} 3\n', ""
    )
