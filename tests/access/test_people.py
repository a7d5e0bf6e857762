"""The people of groups that an export of the directory knows, in the rights, the findings and the ledger of a run."""

from __future__ import annotations

import grp
import os
from datetime import date

import pytest

from pii_audit import audit
from pii_audit.access.people import PEOPLE, of_people
from pii_audit.auditing.crawling import Options
from pii_audit.directory.loading import load_directory
from pii_audit.errors import ConfigurationError, Position
from pii_audit.model.grant import Grant
from pii_audit.workspace import Workspace

BASE = "DC=bank,DC=example"


def entry(name: str, kind: str, *members: str, disabled: bool = False) -> str:
    lines = [
        f"dn: CN={name},{BASE}",
        f"objectClass: {kind}",
        f"sAMAccountName: {name}",
        f"userAccountControl: {514 if disabled else 512}",
    ]
    return "\n".join([*lines, *(f"member: CN={one},{BASE}" for one in members)]) + "\n\n"


@pytest.fixture
def of(tmp_path):
    def give(grants: list[Grant], *entries: str, watched: tuple[str, ...] = ()):
        (tmp_path / "ad.ldif").write_text("".join(entries))
        directory = load_directory(Workspace(tmp_path, Position("audit.yaml", 1), directory=("ad.ldif",)))
        return list(of_people("core", grants, directory.watching(watched)))

    return give


def test_whoever_is_in_a_group_has_its_rights_by_the_way_through_it(of):
    grant = Grant(
        "group:BANK\\sales",
        "core:t",
        "select",
        "GRANT SELECT",
        ("group:BANK\\sales", "role:reader"),
        closing=("REVOKE",),
    )
    entries = (entry("Sales", "group", "Inner"), entry("Inner", "group", "ann", "gone", "away"), entry("ann", "user"),
               entry("gone", "user", disabled=True))  # fmt: skip
    told, ann = of([grant], *entries)
    assert (told.asset, told.reason.en) == (
        "group:BANK\\sales",
        "has 1 member(s) that the directory export does not hold: who they are is not known",
    )
    assert ann.path == ("user:ann", "group:Inner", "group:BANK\\sales", "role:reader")
    assert ann.leaving == (
        "Remove-ADGroupMember -Identity 'Inner' -Members 'ann'",
        "Remove-ADGroupMember -Identity 'Sales' -Members 'Inner'",
    )
    assert (ann.principal, ann.closing, ann.locking) == (
        "user:ann",
        ("REVOKE",),
        ("Disable-ADAccount -Identity 'ann'",),
    )


def test_a_group_that_the_directory_does_not_know_or_a_role_of_its_name_stays_what_it_is(of):
    grants = [Grant("group:other", "core:t", "select", "x"), Grant("role:Sales", "core:t", "select", "x")]
    assert of(grants, entry("Sales", "group", "ann"), entry("ann", "user")) == []


def test_what_somebody_has_himself_is_not_told_of_again(of):
    grants = [Grant("group:Sales", f"core:{table}", "select", "x") for table in ("a", "b")] + [
        Grant("user:ann", "core:a", "select", "y")
    ]
    [only] = of(grants, entry("Sales", "group", "ann"), entry("ann", "user"))
    assert (only.principal, only.asset) == ("user:ann", "core:b")


def test_of_a_large_group_those_are_told_of_who_are_watched(of):
    many = [f"u{number}" for number in range(PEOPLE + 1)]
    entries = [entry("All", "group", *many), *(entry(name, "user") for name in many)]
    assert [one.principal for one in of([Grant("group:All", "core:t", "select", "x")], *entries, watched=("u7",))] == [
        "user:u7"
    ]


AUDIT = """\
version: 1
sources: [{id: share, kind: file_share, url: share/}]
policies: [p.yaml]
key: "file:key"
directory: ad.ldif
leavers: left.csv
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "share").mkdir()
    rows = "".join(f"13800{number:06}\n" for number in range(138000, 138030))
    (tmp_path / "share" / "a.csv").write_text(f"mobile\n{rows}")
    (tmp_path / "share" / "a.csv").chmod(0o640)
    (tmp_path / "p.yaml").write_text("version: 1\naccess: {rules: [{post: owner, principals: [root], up_to: C3}]}\n")
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "audit.yaml").write_text(AUDIT)
    (tmp_path / "left.csv").write_text("bob\n")
    return tmp_path


def test_a_leaver_who_is_in_a_group_of_a_share_is_found_and_what_is_wrong_in_the_export_is_in_the_ledger(workspace):
    group = grp.getgrgid(os.getgid()).gr_name
    (workspace / "ad.ldif").write_text(entry(group, "group", "bob") + "sAMAccountName: torn\n\n" + entry("bob", "user"))
    run = audit(workspace, Options(as_of=date(2026, 6, 30)))
    [left] = [one for one in run.findings if one.rule == "USE004"]
    assert "user:bob has left and can still read share:a.csv" in left.message.en
    assert f"user:bob ← group:{group}" in left.message.en
    failed = {(one.source, one.asset, one.reason.en) for one in run.coverage if one.incomplete}
    assert ("directory", "ad.ldif:7", "an entry without dn was not read") in failed


def test_an_export_that_holds_nothing_is_told_before_anything_is_read(workspace):
    (workspace / "ad.ldif").write_text("")
    with pytest.raises(ConfigurationError, match=r"ad\.ldif:1: holds no entries"):
        audit(workspace)
