"""STO005 to STO007: the people of a table met elsewhere, one content in several places, what was left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.rules.copies import copies, identical
from pii_audit.rules.leftovers import leftovers
from pii_audit.rules.people import Populations, people_of

COLUMNS = {"name": "person_name", "mobile": "cn_mobile"}
NOBODY = "purposes: {}\n"
FEED = """\
purposes: {sms: {title: SMS, needs: {cn_mobile: plain}}}
recipients: {acme: {title: Acme, role: processor, region: CN, purposes: [sms], scope: {cn_mobile: plain}}}
flows: {sms-daily: {source: outbox, match: "sms_*.csv", recipient: acme, purpose: sms}}
"""


@pytest.fixture
def bank(asset, source):
    """A table of a thousand customers, and what is declared of the sources that copies are looked for in."""
    table = asset("core:main.customer", COLUMNS, people=range(1, 1001))
    sources = {
        "core": source("core", environment="prod", region="CN"),
        "crm": source("crm", environment="prod", region="CN"),
        "uat": source("uat", environment="test"),
        "hk": source("hk", environment="prod", region="HK"),
        "share": replace(source("share"), kind="file_share"),
        "outbox": replace(source("outbox"), kind="feed"),
    }
    return table, sources


@pytest.fixture
def found(bank, policy_of, facts):
    """What STO005 says of some assets beside the customer table."""

    def ask(*assets, policy=NOBODY):
        table, sources = bank
        return list(copies(facts(policy_of(policy), table, *assets, sources=sources)))

    return ask


def test_a_file_with_the_people_of_a_table_is_a_copy_of_it_and_says_how_sure_that_is(asset, found):
    [draft] = found(asset("share:hz/list.csv", COLUMNS, kind=AssetKind.FILE, people=range(951, 1001)))
    assert (draft.rule, draft.resource) == ("STO005", ("share:hz/list.csv",))
    assert draft.evidence["same_as"] == "core:main.customer"
    assert draft.evidence["assets"] == ["share:hz/list.csv", "core:main.customer"]  # refuted only where both are read
    assert (draft.evidence["common"], draft.evidence["share"], draft.evidence["share_at_least"]) == (50, 1.0, 1.0)
    assert "100% of the 50 people in share:hz/list.csv are those of core:main.customer (5% of them)" in draft.message.en


def test_other_people_few_people_and_namesakes_make_no_copy(asset, found):
    assert found(asset("share:a.csv", COLUMNS, kind=AssetKind.FILE, people=range(5000, 5100))) == []
    assert found(asset("share:b.csv", COLUMNS, kind=AssetKind.FILE, people=range(1, 11))) == []
    assert found(asset("share:c.csv", {"name": "person_name"}, kind=AssetKind.FILE, people=range(1, 101))) == []
    half = [*range(1, 51), *range(5000, 5050)]
    assert found(asset("share:d.csv", COLUMNS, kind=AssetKind.FILE, people=half)) == []


def test_a_declared_feed_is_no_copy_and_an_undeclared_one_is(asset, found):
    feeds = [
        asset(f"outbox:{name}", COLUMNS, kind=AssetKind.FEED, people=range(1, 101)) for name in ("sms_1.csv", "x.csv")
    ]
    assert [draft.asset for draft in found(*feeds, policy=FEED)] == ["outbox:x.csv"]


def test_a_table_is_a_copy_in_another_environment_or_region_and_none_in_the_same(asset, found):
    tables = [asset(f"{where}:main.c", COLUMNS, people=range(1, 101)) for where in ("crm", "uat", "hk")]
    drafts = {draft.asset: draft.message.en for draft in found(*tables)}
    assert set(drafts) == {"uat:main.c", "hk:main.c"}
    assert "prod → test" in drafts["uat:main.c"]
    assert "CN → HK" in drafts["hk:main.c"]


def test_an_environment_that_the_policy_governs_is_left_to_its_own_rule(asset, found):
    governed = "storage: {environments: {test: {forbid: [C2+], when: {same_persons_as: [core]}}}}\n"
    assert found(asset("uat:main.c", COLUMNS, people=range(1, 101)), policy=governed) == []


def test_of_several_tables_the_smallest_that_holds_them_all_is_the_origin(bank, asset, policy_of, facts):
    table, sources = bank
    vip = asset("core:main.vip", COLUMNS, people=range(1, 61))
    file = asset("share:vip.xlsx", COLUMNS, kind=AssetKind.FILE, people=range(1, 51))
    [draft] = copies(facts(policy_of(NOBODY), table, vip, file, sources=sources))
    assert draft.evidence["same_as"] == "core:main.vip"


def test_likely_tables_are_found_among_many_by_common_hashes(asset, catalogue):
    tables = [asset(f"core:main.t{n}", COLUMNS, people=range(n * 1000, n * 1000 + 300)) for n in range(50)]
    one = asset("share:x.csv", COLUMNS, kind=AssetKind.FILE, people=range(7000, 7100))
    [(origin, overlap)] = Populations(tables, catalogue).of(one)
    assert (origin.asset.id, overlap.common, overlap.share.share) == ("core:main.t7", 100, 1.0)


def test_people_of_two_kinds_are_compared_by_the_kind_that_both_sides_have(asset, catalogue):
    ids = asset("share:a.csv", {"id": "cn_resident_id", "m": "cn_mobile"}, people=range(1, 11))
    mobiles = people_of([asset("core:t", {"m": "cn_mobile"}, people=range(6, 100))], catalogue)
    overlap = people_of([ids], catalogue).among(mobiles)
    assert (overlap.identifier, overlap.common, overlap.share.share) == ("cn_mobile", 5, 0.5)
    assert people_of([ids], catalogue).identifier == "cn_resident_id"
    assert people_of([asset("x:y", {"m": "email"})], catalogue).among(mobiles) is None


def test_files_of_one_content_are_one_finding_and_others_are_none(bank, asset, policy_of, facts):
    _, sources = bank
    same = [asset(f"share:{name}/l.csv", COLUMNS, kind=AssetKind.FILE, people=range(1, 31)) for name in "abc"]
    other = asset("share:d/l.csv", COLUMNS, kind=AssetKind.FILE, people=range(2, 32))
    [draft] = identical(facts(policy_of(NOBODY), *reversed(same), other, sources=sources))
    assert (draft.rule, draft.resource) == ("STO006", ("share:a/l.csv",))
    assert draft.evidence["assets"] == ["share:a/l.csv", "share:b/l.csv", "share:c/l.csv"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("share:hz/~$客户.xlsx", "temporary"),
        ("share:hz/list.csv.tmp", "temporary"),
        ("share:list.csv~", "editor"),
        ("share:x/.list.csv.swp", "editor"),
        ("share:客户名单 - 副本.xlsx", "backup"),
        ("share:list (2).csv", "backup"),
        ("share:Copy of list.csv", "backup"),
        ("share:old.zip.bak!list.csv", "backup"),
        ("core:main.customer_bak", "backup"),
        ("core:main.customer_bak_20240101", "backup"),
        ("core:public.tmp_customer", "temporary"),
        ("core:customer_old", "backup"),
    ],
)
def test_a_name_shows_what_was_left_behind(asset, policy_of, facts, name, kind):
    shape = AssetKind.TABLE if name.startswith("core") else AssetKind.FILE
    [draft] = leftovers(facts(policy_of(NOBODY), asset(name, COLUMNS, kind=shape)))
    assert (draft.rule, draft.asset, draft.evidence["kind"]) == ("STO007", name, kind)


@pytest.mark.parametrize(
    "name",
    [
        "share:hz/list.csv",
        "share:2024/annex (A).csv",
        "share:template.xlsx",
        "core:main.customer",
        "core:main.attempt",
        "core:main.threshold",
        "core:main.temperature",
    ],
)
def test_an_ordinary_name_shows_nothing(asset, policy_of, facts, name):
    shape = AssetKind.TABLE if name.startswith("core") else AssetKind.FILE
    assert list(leftovers(facts(policy_of(NOBODY), asset(name, COLUMNS, kind=shape)))) == []


def test_a_leftover_without_personal_information_is_nobodys_concern(asset, policy_of, facts):
    assert list(leftovers(facts(policy_of(NOBODY), asset("share:x.bak", {}, kind=AssetKind.FILE)))) == []


@pytest.mark.parametrize(
    ("draft", "final"),
    [
        ("核查报告_草稿.docx", "核查报告_终稿.docx"),
        ("核查报告(初稿).docx", "核查报告.docx"),
        ("report v1.docx", "report v2.docx"),
        ("report_v2.docx", "report_FINAL.pdf"),
    ],
)
def test_a_draft_beside_the_final_report_about_the_same_people_is_left_over(asset, policy_of, facts, draft, final):
    files = [asset(f"share:r/{name}", COLUMNS, kind=AssetKind.FILE) for name in (draft, final)]
    [found] = leftovers(facts(policy_of(NOBODY), *files))
    assert (found.asset, found.evidence["final"]) == (f"share:r/{draft}", f"share:r/{final}")


def test_a_draft_alone_elsewhere_or_about_others_stands(asset, policy_of, facts):
    files = [
        asset("share:r/报告_草稿.docx", COLUMNS, kind=AssetKind.FILE),
        asset("share:other/报告_终稿.docx", COLUMNS, kind=AssetKind.FILE),
        asset("share:r/报告_终稿.docx", COLUMNS, kind=AssetKind.FILE, people=range(500, 600)),
    ]
    assert list(leftovers(facts(policy_of(NOBODY), *files))) == []
