"""A database that other people made: customers and employees are found, music is not taken for people."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pii_audit import audit

REAL_DATA = Path(
    os.environ.get("PII_AUDIT_REAL_DATA") or Path(__file__).resolve().parents[2] / ".." / "shared" / "real"
)
SCRIPT = REAL_DATA / "chinook" / "Chinook_Sqlite.sql"
PEOPLE = {
    ("Customer", "FirstName", "person_name"),
    ("Customer", "LastName", "person_name"),
    ("Customer", "Address", "address"),
    ("Customer", "Email", "email"),
    ("Employee", "FirstName", "person_name"),
    ("Employee", "LastName", "person_name"),
    ("Employee", "Address", "address"),
    ("Employee", "Email", "email"),
    ("Invoice", "BillingAddress", "address"),
}
PHONES = {("Customer", "Phone"), ("Employee", "Phone")}
MUSIC = {"Artist", "Album", "Track", "Genre", "Playlist", "PlaylistTrack", "MediaType", "InvoiceLine"}


@pytest.fixture(scope="module")
def chinook(tmp_path_factory):
    """What a whole audit of the Chinook sample database finds: (table, column, identifier)."""
    if not SCRIPT.is_file():
        pytest.skip("the Chinook script is not here; PII_AUDIT_REAL_DATA names the folder that holds chinook/")
    root = tmp_path_factory.mktemp("chinook")
    with closing(sqlite3.connect(root / "chinook.db")) as connection:
        connection.executescript(SCRIPT.read_text(encoding="utf-8-sig"))
    (root / "key").write_text("5a" * 32 + "\n")
    (root / "audit.yaml").write_text(
        "version: 1\n"
        "organisation: {name: Chinook}\n"
        'sources: [{id: shop, kind: database, url: "sqlite:chinook.db", owner: Shop}]\n'
        "policies: []\n"
        'key: "file:key"\n'
    )
    run = audit(root)
    assert not run.incomplete
    return {
        (one.asset.name.rpartition(".")[2], statement.field, statement.identifier)
        for one in run.inspected
        for statement in one.fields
    }


def test_names_addresses_phones_and_mails_of_people_are_found(chinook):
    assert chinook >= PEOPLE
    assert {
        (table, column) for table, column, identifier in chinook if "phone" in identifier or "land" in identifier
    } >= PHONES


def test_music_is_nobody_s_personal_information(chinook):
    assert {place for place in chinook if place[0] in MUSIC} == set()


def test_the_people_s_tables_hold_no_identifier_that_is_not_there(chinook):
    told = {identifier for table, _, identifier in chinook if table not in MUSIC}
    assert told <= {"person_name", "address", "email", "phone_intl", "cn_landline", "cn_mobile"}
