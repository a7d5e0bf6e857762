"""The register of accounts: read by its header, in both languages, with every wrong line told and no content repeated."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pii_audit.errors import ConfigurationError, Position, UsageError
from pii_audit.workspace import Account, AccountKind, Source, Workspace, load_accounts

NOBODYS = "13800138000"


@pytest.fixture
def read(tmp_path):
    def load(text, encoding="utf-8"):
        (tmp_path / "accounts.csv").write_bytes(text.encode(encoding))
        sources = (Source("core", Position("audit.yaml", 1), "database", "sqlite:x.db"),)
        return load_accounts(Workspace(tmp_path, Position("audit.yaml", 1), sources=sources, accounts="accounts.csv"))

    return load


def test_without_a_register_there_are_no_accounts():
    assert load_accounts(Workspace(Path(), Position("audit.yaml", 1))) == ()


def test_a_register_says_whose_an_account_is_and_when_it_was_used(read):
    text = (
        "account,kind,holder,status,last_used,source\n"
        "ann,person,Ann,active,2026-06-01,core\n"
        "# a remark\n"
        "\n"
        '"desk",shared,"Wang; Li；Zhao",,,\n'
        "crm_app,application\n"
        "bob,,,left\n"
    )
    ann, desk, app, bob = read(text)
    assert ann == Account("ann", AccountKind.PERSON, ("Ann",), last_used=date(2026, 6, 1), source="core")
    assert (desk.holders, desk.shared) == (("Wang", "Li", "Zhao"), True)
    assert (app.kind, app.shared, app.gone) == (AccountKind.APPLICATION, False, False)
    assert bob.gone


def test_chinese_headings_and_words_are_known_with_a_byte_order_mark_too(read):
    [one] = read("\ufeff账号,类型,使用人,状态,最近使用\nann,个人,安,离职,2026-01-31\n")
    assert (one.kind, one.gone, one.last_used) == (AccountKind.PERSON, True, date(2026, 1, 31))


def test_every_wrong_line_is_told_and_what_stands_there_is_not_repeated(read):
    with pytest.raises(ConfigurationError) as caught:
        read(f"account,kind,status,last_used,source\nann,{NOBODYS},gone,31.1.2026,hr\n\nbob,person,,{NOBODYS},\n")
    lines = caught.value.lines("en")
    assert [line.split(":")[1] for line in lines] == ["2", "2", "2", "2", "4"]
    assert not [line for line in lines if NOBODYS in line]


def test_a_day_of_use_that_is_yet_to_come_is_wrong(read):
    tomorrow, later = (date.today() + timedelta(days=days) for days in (1, 3))  # noqa: DTZ011 - as a person would
    assert read(f"account,last_used\nann,{tomorrow}\n")[0].last_used == tomorrow
    with pytest.raises(ConfigurationError) as caught:
        read(f"account,last_used\nann,{later}\n")
    assert caught.value.lines("en") == ["accounts.csv:2: last_used is yet to come"]


@pytest.mark.parametrize("text", ["", "ann,person\n", f"{NOBODYS},left\n", "account,phone\nann,1\n"])
def test_a_register_without_a_header_that_it_can_read_is_refused(read, text):
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert NOBODYS not in "".join(caught.value.lines("en"))


def test_a_register_that_cannot_be_read_is_an_error(read, tmp_path):
    with pytest.raises(UsageError, match="UnicodeDecodeError"):
        read("account\n张三\n", "gb18030")
    with pytest.raises(UsageError, match="FileNotFoundError"):
        load_accounts(Workspace(tmp_path / "no", Position("audit.yaml", 1), accounts="accounts.csv"))


@pytest.mark.parametrize(
    "text",
    [
        'account,status\n"zhang,left\nli,left\n',
        'account,status\n"zhang,left\n"li,left\n',
        'account,status\n"zhang\nli",left\n',
        'account,holder\n"' + "x" * 200_000 + "\nli,left\n",
        '"account\nzhang',
    ],
    ids=["never closed", "closed too late", "over two lines", "very long", "in the header"],
)
def test_a_quote_that_swallows_lines_is_refused(read, text):
    with pytest.raises(ConfigurationError, match="quote is not closed"):
        read(text)
