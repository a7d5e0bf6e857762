"""SHR: what verdicts become, and feeds that nobody declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.errors import Position
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import same
from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.sketch import Sketch
from pii_audit.rules.share import published, undeclared, verdicts

FLOW = (
    "purposes: {p: {title: P, needs: {cn_mobile: plain}}}\n"
    "recipients: {r: {title: R, role: processor, region: CN, purposes: [p], scope: {cn_mobile: plain}}}\n"
    "flows: {f: {source: outbox, match: 'a*.csv', recipient: r, purpose: p}}\n"
)


def verdict(outcome, element="bank_card", **more):
    facts = {"identifier": element, "fields": ("card",), "assets": ("outbox:a1.csv",), **more}
    rule = None if outcome is Outcome.COMPLIANT else "SHR002"
    return Verdict("f", element, outcome, same("said"), Position("p.yaml", 3), rule=rule, **facts)


def test_a_verdict_against_a_flow_becomes_one_finding_of_flow_and_element(policy_of, asset, facts):
    feeds = [asset(f"outbox:a{n}.csv", {"card": "bank_card"}, kind=AssetKind.FEED) for n in (1, 2)]
    both = verdict(Outcome.VIOLATION, assets=("outbox:a1.csv", "outbox:a2.csv"))
    [draft] = verdicts(facts(policy_of(FLOW), *feeds, verdicts=[both]))
    assert (draft.rule, draft.resource) == ("SHR002", ("f", "bank_card"))
    assert (draft.source, draft.recipient, draft.asset, draft.field) == ("outbox", "r", None, "card")
    assert draft.evidence["assets"] == ["outbox:a1.csv", "outbox:a2.csv"]
    assert draft.evidence["hits"] == 200


def test_people_of_a_flow_are_those_of_all_its_files(policy_of, asset, facts):
    feeds = [
        replace(
            asset(f"outbox:a{n}.csv", {"card": "bank_card"}, kind=AssetKind.FEED), persons=Sketch.of(range(n, n + 60))
        )
        for n in (0, 30, 60)
    ]
    several = verdict(Outcome.VIOLATION, assets=tuple(f"outbox:a{n}.csv" for n in (0, 30, 60)))
    [draft] = verdicts(facts(policy_of(FLOW), *feeds, verdicts=[several]))
    assert draft.evidence["persons"] == 120
    assert "persons_at_most" not in draft.evidence


def test_people_of_a_flow_are_told_only_where_all_its_files_count_them(policy_of, asset, facts):
    counted, uncounted, empty = (
        asset(f"outbox:a{n}.csv", columns, kind=AssetKind.FEED, people=people)
        for n, (columns, people) in enumerate(
            [({"card": "bank_card"}, range(1, 61)), ({"card": "bank_card"}, ()), ({}, ())]
        )
    )

    def evidence(*feeds):
        found = verdict(Outcome.VIOLATION, assets=tuple(feed.asset.id for feed in feeds))
        [draft] = verdicts(facts(policy_of(FLOW), *feeds, verdicts=[found]))
        return draft.evidence.get("persons"), draft.evidence.get("persons_at_most")

    assert evidence(counted, empty) == (60, None)
    assert evidence(counted, uncounted) == (60, 160)
    assert evidence(uncounted) == (0, 100)


def test_a_compliant_verdict_becomes_nothing(policy_of, asset, facts):
    feed = asset("outbox:a1.csv", {"card": "bank_card"}, kind=AssetKind.FEED)
    assert list(verdicts(facts(policy_of(FLOW), feed, verdicts=[verdict(Outcome.COMPLIANT)]))) == []


def test_a_gap_stays_a_gap(policy_of, asset, facts):
    feed = asset("outbox:a1.csv", {"card": "bank_card"}, kind=AssetKind.FEED)
    [draft] = verdicts(facts(policy_of(FLOW), feed, verdicts=[verdict(Outcome.GAP)]))
    assert draft.outcome is Outcome.GAP


def test_undeclared_feeds_that_differ_by_their_date_alone_are_one_finding(policy_of, asset, facts):
    feeds = [
        asset(f"outbox:rep_{day}.csv", {"card": "bank_card"}, kind=AssetKind.FEED) for day in ("20260601", "20260602")
    ]
    other = asset("outbox:other.csv", {"m": "cn_mobile"}, kind=AssetKind.FEED)
    drafts = list(undeclared(facts(policy_of(FLOW), *feeds, other, undeclared=[*feeds, other])))
    assert [draft.resource for draft in drafts] == [("outbox", "rep_#.csv"), ("outbox", "other.csv")]
    assert drafts[0].evidence["assets"] == ["outbox:rep_20260601.csv", "outbox:rep_20260602.csv"]
    assert {(draft.rule, draft.outcome) for draft in drafts} == {("SHR006", Outcome.GAP)}


def test_undeclared_feeds_that_differ_by_a_masked_number_alone_are_one_finding(policy_of, asset, facts):
    key = Fingerprinter(b"a key of the tests")
    shown = Redactor(Detector(load_catalogue(), key), key).name
    names = [shown(f"rep_{number}.csv") for number in ("13800138000", "13900139000", "20260601")]
    assert names[0] != names[1]
    feeds = [asset(f"outbox:{name}", {"card": "bank_card"}, kind=AssetKind.FEED) for name in names]
    [draft] = undeclared(facts(policy_of(FLOW), *feeds, undeclared=feeds))
    assert draft.resource == ("outbox", "rep_#.csv")


def test_an_undeclared_feed_without_personal_information_is_told_too(policy_of, asset, facts):
    feed = asset("outbox:x.csv", {}, kind=AssetKind.FEED)
    [draft] = undeclared(facts(policy_of(FLOW), feed, undeclared=[feed]))
    assert "no personal information seen" in draft.message.en


def test_what_is_published_to_the_internet_is_a_violation_of_the_source(policy_of, asset, facts, source):
    statements = asset("share:statements.csv", {"card": "bank_card"}, kind=AssetKind.FILE)
    empty = asset("share:prices.csv", {}, kind=AssetKind.FILE)
    open_ = {"share": source("share", kind="file_share", url="share/", published="https://files.bank.example/")}
    [draft] = published(facts(policy_of(FLOW), statements, empty, sources=open_))
    assert (draft.rule, draft.outcome, draft.asset) == ("SHR011", Outcome.VIOLATION, "share:statements.csv")
    assert "https://files.bank.example/" in draft.message.en


@pytest.mark.parametrize(
    ("url", "name", "place"),
    [
        ("/var/www/html", "a.csv", "var/www"),
        ("share/", "site/public_html/a.csv", "public_html"),
        ("/srv/ftp/pub", "a.csv", "srv/ftp"),
        ("share/", "htdocs_old/a.csv", None),
        ("share/", "a_wwwroot.csv", None),
        ("/var/wwwdata", "a.csv", None),
    ],
)
def test_a_folder_of_a_web_server_is_a_gap_until_somebody_has_looked(policy_of, asset, facts, source, url, name, place):
    one = asset(f"share:{name}", {"card": "bank_card"}, kind=AssetKind.FILE)
    there = {"share": source("share", kind="file_share", url=url)}
    found = [(draft.outcome, draft.resource) for draft in published(facts(policy_of(FLOW), one, sources=there))]
    assert found == ([(Outcome.GAP, ("share", place))] if place else [])


def test_a_table_lies_in_no_folder_of_a_web_server(policy_of, asset, facts, source):
    one = asset("db:main.customer", {"card": "bank_card"})
    there = {"db": source("db", url="sqlite:/var/www/html/app.db")}
    assert list(published(facts(policy_of(FLOW), one, sources=there))) == []
