"""The demo bank holds what its manifest and its documentation promise."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
from contextlib import closing

import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from pii_audit.demo import outbox, share


def query(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def rows(bank, name, delimiter=","):
    with (bank.folder / "outbox" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def core(bank, sql):
    return query(bank.folder / "core.db", sql)


def valid_document(number):
    return len(number) == 18 and ric.calc_check_digit(number) == number[-1]


def test_core_has_the_customers_that_the_manifest_counts(bank):
    assert core(bank, "SELECT count(*) FROM customer") == [(bank.customers,)]
    assert bank.customers == 3000


def test_every_document_in_core_has_its_check_digit_and_the_birth_date_beside_it(bank):
    for number, birth in core(bank, "SELECT cert_no, birth_date FROM customer"):
        assert valid_document(number)
        assert number[6:14] == birth.replace("-", "")


def test_no_two_customers_share_a_document_a_mobile_or_an_address_of_mail(bank):
    for column in ("cert_no", "mobile", "email"):
        assert core(bank, f"SELECT count(DISTINCT {column}) FROM customer") == [(bank.customers,)]


def test_no_issued_resident_number_can_be_met_because_no_county_ends_in_99(bank):
    assert core(bank, "SELECT count(*) FROM customer WHERE substr(cert_no, 5, 2) <> '99'") == [(0,)]


def test_every_card_passes_luhn_and_has_16_or_19_digits(bank):
    cards = [card for (card,) in core(bank, "SELECT card_no FROM card")]
    assert {len(card) for card in cards} == {16, 19}
    assert all(luhn.is_valid(card) for card in cards)


def test_no_table_has_a_place_for_card_verification_codes(bank):
    columns = core(bank, "SELECT lower(name) FROM pragma_table_info('card')")
    assert columns == [("card_no",), ("cust_no",), ("card_kind",), ("status",)]


def test_every_corporate_customer_has_a_valid_credit_code(bank):
    for (code,) in core(bank, "SELECT uscc FROM corp_customer"):
        uscc.validate(code)


def test_serials_pass_luhn_no_more_often_than_chance(bank):
    serials = [serial for (serial,) in core(bank, "SELECT serial_no FROM txn")]
    share_that_passes = sum(map(luhn.is_valid, serials)) / len(serials)
    assert 0.07 < share_that_passes < 0.13


def test_only_customers_with_days_overdue_are_in_the_view(bank):
    overdue = core(bank, "SELECT min(overdue_days), count(*) FROM v_overdue")
    assert overdue[0][0] > 0
    assert overdue[0][1] >= 120


def test_exactly_twelve_customers_left_more_than_fifteen_years_before_any_run(bank):
    long_ago = "SELECT count(*) FROM customer WHERE closed_at < '2009-01-01'"
    assert core(bank, long_ago) == [(12,)]
    assert core(bank, "SELECT count(*) FROM customer WHERE closed_at BETWEEN '2009-01-01' AND '2021-12-31'") == [(0,)]
    assert core(bank, "SELECT count(*) FROM customer WHERE closed_at <= open_date") == [(0,)]


def test_call_notes_hold_identifiers_inside_free_text(bank):
    notes = " ".join(note for (note,) in core(bank, "SELECT content FROM call_note"))
    assert re.search(r"(?<!\d)1\d{10}(?!\d)", notes)
    assert any(valid_document(found) for found in re.findall(r"(?<!\d)\d{17}[\dX](?!\d)", notes))


def test_the_test_database_holds_real_customers_and_in_another_table_none(bank):
    real = set(core(bank, "SELECT cert_no FROM customer") + core(bank, "SELECT mobile FROM customer"))
    real |= set(core(bank, "SELECT email FROM customer"))
    test = bank.folder / "test.db"
    for column in ("cert_no", "mobile", "email"):
        assert set(query(test, f"SELECT {column} FROM customer")) <= real
        assert not set(query(test, f"SELECT {column} FROM uat_customer")) & real


def test_the_export_on_the_share_is_gb18030_and_not_utf_8(bank):
    content = (bank.folder / "share" / share.EXPORT).read_bytes()
    assert content.decode("gb18030").startswith("客户号,姓名,证件号码")
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


def test_the_log_leaks_cards_and_card_verification_codes(bank):
    log = (bank.folder / "share" / share.LOG).read_text(encoding="utf-8")
    cards = re.findall(r"card_no=(\d+)", log)
    assert len(cards) == len(re.findall(r"cvv2=\d{3}(?!\d)", log)) == 60
    assert all(luhn.is_valid(card) for card in cards)


def test_harmless_documents_hold_no_card_no_document_and_no_mobile_of_anybody(bank):
    persons = {value for row in core(bank, "SELECT cert_no, mobile, name FROM customer") for value in row}
    cards = {card for (card,) in core(bank, "SELECT card_no FROM card")}
    for folder in ("finance", "it"):
        for path in (bank.folder / "share" / folder).rglob("*"):
            words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
            assert not words & (persons | cards)
            assert not any(valid_document(word) for word in words if re.fullmatch(r"\d{17}[\dX]", word))
            assert not any(luhn.is_valid(word) for word in words if re.fullmatch(r"62\d{14,17}|2026\d{15}", word))


def test_every_feed_has_its_control_file_with_the_number_of_lines(bank):
    folder = bank.folder / "outbox"
    feeds = [path for path in folder.iterdir() if path.suffix != ".ok"]
    assert len(feeds) == 7
    for feed in feeds:
        lines = len(feed.read_text(encoding="utf-8").splitlines())
        assert feed.with_suffix(".ok").read_text(encoding="utf-8") == f"{feed.name}|{lines}\n"


def test_every_value_of_the_sms_feed_but_the_number_is_masked(bank):
    sms = rows(bank, outbox.SMS)
    names = {name for (name,) in core(bank, "SELECT name FROM customer")}
    tails = {card[-4:] for (card,) in core(bank, "SELECT card_no FROM card")}
    assert len(sms) == 1200
    for row in sms:
        assert re.fullmatch(r"[一-龥]{1,2}\*", row["name"])
        assert row["name"] in row["content"]
        assert re.search(r"尾号(\d{4})的", row["content"])[1] in tails
        assert not re.search(r"\d{5,}", row["content"])
    everything = "".join(row["content"] for row in sms)
    assert not any(name in everything for name in names)


def test_the_collection_feed_carries_too_much_of_too_many(bank):
    feed = rows(bank, outbox.COLLECTION)
    overdue = {number for (number,) in core(bank, "SELECT cert_no FROM v_overdue")}
    assert all(valid_document(row["cert_no"]) for row in feed)
    assert sum(row["cert_no"] not in overdue for row in feed) == outbox.NOT_OVERDUE
    contacts = {phone for (phone,) in core(bank, "SELECT lxr_tel FROM emergency_contact")}
    assert {row["lxr_tel"] for row in feed} <= contacts


def test_the_analytics_feed_carries_bare_md5_of_customers_mobiles(bank):
    lines = (bank.folder / "outbox" / outbox.ANALYTICS).read_text(encoding="utf-8").splitlines()
    hashes = {json.loads(line)["mobile_md5"] for line in lines}
    mobiles = core(bank, "SELECT mobile FROM customer")
    assert hashes <= {hashlib.md5(mobile.encode()).hexdigest() for (mobile,) in mobiles}


def test_the_credit_feed_has_the_authorisation_in_every_row(bank):
    feed = rows(bank, outbox.CREDIT, "|")
    assert len(feed) == 400
    assert {row["auth_signed"] for row in feed} == {"Y"}


def test_the_marketing_extract_has_no_column_that_proves_consent(bank):
    assert list(rows(bank, outbox.MARKETING)[0]) == ["cust_no", "name", "mobile", "product_code"]


def test_every_customer_was_of_age_when_the_relation_began(bank):
    young = "SELECT count(*) FROM customer WHERE date(birth_date, '+18 years') > open_date"
    assert core(bank, young) == [(0,)]
