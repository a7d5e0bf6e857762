"""When a finding that is no longer seen counts as fixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.findings.rechecking import Depth, Ledger, Statement, rechecked
from pii_audit.language import same
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Finding, Outcome, Severity

READ, FAILED, SKIPPED = (Depth(CoverageStatus(word)) for word in ("inspected", "failed", "skipped"))


def finding(**stands_on):
    nothing = same("")
    return Finding("STO002", ("aaaa",), Severity.LOW, nothing, nothing, nothing, **stands_on)


def sampled(draws):
    return Depth(CoverageStatus.SAMPLED, draws)


def ledger(assets, flows=("sms",)):
    return Ledger.of(((asset.partition(":")[0], asset, depth) for asset, depth in assets.items()), flows)


def shown(hits, *, field="card", rows=100):
    """A statement of a finding's evidence."""
    return {
        "asset": "core:t",
        "field": field,
        "identifier": "bank_card",
        "form": "plain",
        "hits": hits,
        "rows_inspected": rows,
    }


ON_ASSET = {"asset": "core:t"}
SHOWN_OFTEN = {"asset": "core:t", "evidence": {"found": [shown(90)]}}
SHOWN_ONCE = {"asset": "core:t", "evidence": {"found": [shown(1)]}}
ON_TWO = {"asset": "core:t", "evidence": {"assets": ["core:t", "test:t"]}}
ON_FLOW = {"asset": "out:f1", "flow": "sms", "source": "out"}
ON_SOURCE = {"asset": None, "source": "share"}
ON_GRANT = {"asset": None, "principal": "world", "source": "share", "evidence": {"assets": ["share:a"]}}
ON_OVERLAP = {"asset": None, "source": "test", "evidence": {"assets": ["test:t", "core:t"]}}
ON_DECLARATION = {"asset": None, "source": None}


@pytest.mark.parametrize(
    ("stands_on", "before", "now", "fixed"),
    [
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:t": READ}, True, id="read again in full"),
        pytest.param(ON_ASSET, {"core:t": sampled(100)}, {"core:t": READ}, True, id="sampled, then read in full"),
        pytest.param(SHOWN_OFTEN, {"core:t": sampled(100)}, {"core:t": sampled(100)}, True, id="sampled as much"),
        pytest.param(SHOWN_OFTEN, {"core:t": sampled(100)}, {"core:t": sampled(99)}, False, id="sampled less"),
        pytest.param(SHOWN_ONCE, {"core:t": sampled(100)}, {"core:t": sampled(100)}, False, id="by chance not drawn"),
        pytest.param(SHOWN_ONCE, {"core:t": sampled(100)}, {"core:t": sampled(9000)}, True, id="drawn much more often"),
        pytest.param(
            {"asset": "core:t", "evidence": {"found": [shown(90), shown(1, field="note")]}},
            {"core:t": sampled(100)},
            {"core:t": sampled(100)},
            False,
            id="the rarest of what it stands on may have been missed",
        ),
        pytest.param(
            {"asset": "core:t", "evidence": {"found": [shown(20_000, rows=20_000)]}},
            {"core:t": sampled(2)},
            {"core:t": sampled(2)},
            False,
            id="whole blocks are no more than so many draws",
        ),
        pytest.param(ON_ASSET, {"core:t": sampled(100)}, {"core:t": sampled(100)}, False, id="unknown how often shown"),
        pytest.param(
            {"asset": "core:t", "evidence": {"found": [{"asset": "core:t", "field": [], "hits": "9"}, 7]}},
            {"core:t": sampled(100)},
            {"core:t": sampled(100)},
            False,
            id="evidence of a baseline that says nonsense",
        ),
        pytest.param(
            {"asset": None, "source": "core", "evidence": {"found": [shown(1)], "assets": ["core:t"]}},
            {"core:t": sampled(100), "core:u": sampled(50)},
            {"core:t": READ, "core:u": sampled(50)},
            True,
            id="source: what it does not stand on may be sampled as before",
        ),
        pytest.param(
            {"asset": None, "source": "core", "evidence": {"assets": ["core:t"], "assets_total": 2}},
            {"core:t": READ, "core:u": sampled(50)},
            {"core:t": READ, "core:u": sampled(50)},
            False,
            id="source: it may stand on more than it lists",
        ),
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:t": sampled(10**6)}, False, id="read in full, then sampled"),
        pytest.param(ON_ASSET, {}, {"core:t": sampled(100)}, False, id="sampled, unknown how strongly before"),
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:t": FAILED}, False, id="failed"),
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:t": SKIPPED}, False, id="left out now"),
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:u": READ}, True, id="gone, and the rest was read"),
        pytest.param(ON_ASSET, {"core:t": READ}, {"core:u": FAILED}, False, id="gone, and something else failed"),
        pytest.param(
            {"asset": "share:hz/a"},
            {"share:hz/a": READ, "share:b": READ},
            {"share:hz/": SKIPPED, "share:b": READ},
            False,
            id="gone with its folder, which a new rule leaves out",
        ),
        pytest.param(ON_ASSET, {"core:t": READ}, {"other:t": READ}, False, id="another source alone was read"),
        pytest.param(ON_ASSET, {"core:t": READ}, {}, False, id="nothing was read"),
        pytest.param(ON_TWO, {"core:t": READ, "test:t": READ}, {"core:t": READ, "test:t": READ}, True, id="both read"),
        pytest.param(ON_TWO, {"core:t": READ, "test:t": READ}, {"core:t": READ}, False, id="one of two sources read"),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"out:f2": READ}, True, id="flow: yesterday's file gone, today's read"),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"out:f2": READ, "out:f3": FAILED}, False, id="flow: one file failed"),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"out:f2": READ, "out:f.ok": SKIPPED}, True, id="flow: a control file"),
        pytest.param(
            ON_FLOW, {"out:f1": READ}, {"out:f1": SKIPPED, "out:f2": READ}, False, id="flow: its file left out"
        ),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"out:f1": sampled(9)}, False, id="flow: its file only sampled"),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"core:t": READ}, False, id="flow: its source not in the run"),
        pytest.param(ON_FLOW, {"out:f1": READ}, {"out:f.ok": SKIPPED}, False, id="flow: nothing of its source read"),
        pytest.param(ON_SOURCE, {"share:a": FAILED}, {"share:a": READ}, True, id="source: the failed file was read"),
        pytest.param(ON_SOURCE, {"share:a": FAILED}, {"share:a": sampled(5)}, True, id="source: it was sampled"),
        pytest.param(ON_SOURCE, {"share:a": FAILED}, {"share:a": FAILED}, False, id="source: it failed again"),
        pytest.param(
            ON_GRANT, {"share:a": READ}, {"share:a": READ, "share:": FAILED}, False, id="grant: rights unread"
        ),
        pytest.param(ON_GRANT, {"share:a": READ}, {"share:a": READ}, True, id="grant: the share was read"),
        pytest.param(
            ON_GRANT,
            {"share:a": READ, "share:settings": READ},
            {"share:a": READ, "share:settings": SKIPPED},
            False,
            id="grant: how the server is set up could not be asked any more",
        ),
        pytest.param(
            ON_OVERLAP, {"test:t": READ, "core:t": READ}, {"test:t": READ}, False, id="overlap: half was read"
        ),
        pytest.param(
            ON_OVERLAP,
            {"test:t": READ, "core:t": READ},
            {"test:t": READ, "core:t": READ},
            True,
            id="overlap: both read",
        ),
        pytest.param(
            ON_DECLARATION, {"a:t": READ, "b:t": READ}, {"a:t": READ}, False, id="declaration: one source left out"
        ),
        pytest.param(
            ON_DECLARATION, {"a:t": READ, "b:t": READ}, {"a:t": READ, "b:t": READ}, True, id="declaration: all read"
        ),
        pytest.param(ON_DECLARATION, {}, {"a:t": READ}, False, id="declaration: unknown what was read before"),
    ],
)
def test_fixed_is_only_what_was_looked_at_again_as_strongly(stands_on, before, now, fixed):
    assert rechecked(finding(**stands_on), ledger(before), ledger(now)) is fixed


def blanks(assets):
    """A ledger in which what failed was opened and gave nothing."""
    return replace(ledger(assets), blank=frozenset(asset for asset, depth in assets.items() if depth == FAILED))


SHUT = {"share:a": READ, "share:shut.zip": FAILED}
MANY = {"assets": ["share:a"], "assets_total": 60}
UNREAD = {"asset": None, "source": "share", "outcome": Outcome.GAP}


@pytest.mark.parametrize(
    ("stands_on", "before", "now", "fixed"),
    [
        pytest.param(ON_GRANT, SHUT, SHUT, True, id="grant: it was found without what cannot be read"),
        pytest.param({**ON_GRANT, "evidence": MANY}, SHUT, SHUT, True, id="nor is that among what is not listed"),
        pytest.param(ON_GRANT, {**SHUT, "share:shut.zip": READ}, SHUT, False, id="it could be read then"),
        pytest.param(ON_GRANT, {"share:a": READ}, SHUT, False, id="it was not there then"),
        pytest.param(ON_GRANT, SHUT | {"share:shut.zip!b": READ}, SHUT, False, id="something of it could be read then"),
        pytest.param(
            {**UNREAD, "evidence": {"assets": ["share:shut.zip", "share:a"]}}, SHUT, SHUT, False, id="it is about that"
        ),
        pytest.param({**UNREAD, "evidence": MANY}, SHUT, SHUT, False, id="it may be about that"),
    ],
)
def test_what_could_be_read_neither_then_nor_now_hides_nothing_of_what_was_found_without_it(
    stands_on, before, now, fixed
):
    assert rechecked(finding(**stands_on), blanks(before), blanks(now)) is fixed


def test_what_a_failed_object_of_the_ledger_would_tell_is_not_known_where_it_is_no_file():
    rights = {"share:a": READ, "share:.": FAILED}
    assert not rechecked(finding(**ON_GRANT), ledger(rights), ledger(rights))


def test_a_flow_of_which_nothing_was_seen_again_is_not_fixed():
    day = {"out:f1": READ}
    assert not rechecked(finding(**ON_FLOW), ledger(day), ledger({"out:other": READ}, flows=("another",)))


def test_a_flow_of_which_it_was_said_that_nothing_is_there_is_not_fixed_but_that_it_is_there_again_is():
    day = {"out:f1": READ}
    said = replace(ledger({"out:other": READ}, flows=()), judged=frozenset({"sms"}))
    assert not rechecked(finding(**ON_FLOW), ledger(day), said)
    nothing_seen = finding(flow="sms", source="out")
    assert rechecked(nothing_seen, ledger({"out:other": READ}), said)


@pytest.mark.parametrize(("flows", "fixed"), [(("sms",), True), ((), False)], ids=["seen", "nothing of it seen"])
def test_what_a_gate_found_in_an_export_is_fixed_when_its_flow_is_seen_without_it(flows, fixed):
    exported = finding(asset="export/sms_9.csv", flow="sms", source="out")
    gate = Ledger.of([("", "export/sms_9.csv", READ)], ("sms",))
    assert rechecked(exported, gate, ledger({"out:f1": READ}, flows)) is fixed
    assert not rechecked(exported, gate, ledger({"out:f1": READ, "out:f2": FAILED}, flows))


@pytest.mark.parametrize(
    ("before", "left_out", "fixed"),
    [
        ("share:hz/a", "share:hz/", False),
        ("share:hz/a.zip!b.csv", "share:hz/a.zip", False),
        ("share:crm.t", "share:crm.*", False),
        ("share:hz/a", "share:other/", True),
        ("share:hz/a", "share:hz/a.ok", True),
    ],
)
@pytest.mark.parametrize("stands_on", [{"principal": "world"}, {"flow": "sms"}, {}], ids=["grant", "flow", "source"])
def test_what_lay_where_a_new_rule_looks_no_more_is_not_gone(before, left_out, fixed, stands_on):
    one = finding(asset=None, source="share", evidence={"assets": [before]}, **stands_on)
    then, now = {before: READ, "share:b": READ}, {left_out: SKIPPED, "share:b": READ}
    assert rechecked(one, ledger(then), ledger(now)) is fixed


def test_more_copies_than_are_listed_may_lie_in_any_source():
    copies = finding(asset=None, source="test", evidence={"assets": ["test:t", "core:t"], "assets_total": 60})
    then = ledger({"test:t": READ, "core:t": READ, "lake:t": READ})
    assert not rechecked(copies, then, ledger({"test:t": READ, "core:t": READ}))
    assert rechecked(copies, then, then)


DIGESTS = {
    "asset": "lake:t",
    "evidence": {"found": [{"asset": "lake:t", "field": "h", "identifier": "cn_mobile", "form": "bare_hash"}]},
}
BOTH = {"lake:t": READ, "core:c": READ}


@pytest.mark.parametrize(
    ("now", "fixed"),
    [
        pytest.param({"lake:t": READ}, False, id="what proved them was not looked into"),
        pytest.param({"lake:t": READ, "core:c": FAILED}, False, id="nor could it be read"),
        pytest.param(BOTH, True, id="all was looked into again"),
        pytest.param({"lake:u": READ}, True, id="the digests are gone"),
    ],
)
def test_digests_that_other_values_proved_are_no_others_because_those_were_not_met(now, fixed):
    assert rechecked(finding(**DIGESTS), ledger(BOTH), ledger(now)) is fixed


def test_digests_that_are_told_again_and_are_a_breach_no_more_need_no_other_source():
    again = replace(ledger({"lake:t": READ}), found={"lake:t": frozenset({Statement("h", "cn_mobile", "bare_hash")})})
    assert rechecked(finding(**DIGESTS), ledger(BOTH), again)


def test_digests_that_trying_numbers_out_told_are_no_others_because_nobody_tried():
    tried = Ledger.of([("lake", "lake:t", READ)], notes={"enumerate_hashes": "60"})
    shorter = Ledger.of([("lake", "lake:t", READ)], notes={"enumerate_hashes": "30"})
    assert not rechecked(finding(**DIGESTS), tried, shorter)
    assert rechecked(finding(**DIGESTS), tried, tried)


def test_who_can_read_is_not_told_by_a_directory_that_could_not_be_read():
    granted = finding(asset=None, principal="g_all", source="share", evidence={"assets": ["share:a"]})
    then = ledger({"share:a": READ})
    broken = ledger({"share:a": READ, "directory:ad.ldif": FAILED})
    assert not rechecked(granted, then, broken)
    assert rechecked(granted, broken, broken)
    assert rechecked(granted, broken, then)


def test_a_directory_that_had_a_problem_is_no_source_to_be_read_again():
    then = ledger({"a:t": READ, "directory:ad.ldif": FAILED})
    assert rechecked(finding(**ON_DECLARATION), then, ledger({"a:t": READ}))


@pytest.mark.parametrize(
    ("now", "notes", "fixed"),
    [
        ({}, {"source.directory.place": "aa"}, True),
        ({"directory:ad.ldif": FAILED}, {"source.directory.place": "aa"}, False),
        ({}, {}, False),
    ],
    ids=["read without a problem", "another problem", "left out of the workspace"],
)
def test_a_problem_of_the_directory_is_put_right_once_it_was_read(now, notes, fixed):
    problem = finding(source="directory", asset="directory:ad.ldif#7", evidence={"assets": ["directory:ad.ldif#7"]})
    looked = Ledger.of([("directory", asset, depth) for asset, depth in now.items()], notes=notes)
    assert rechecked(problem, ledger({"directory:ad.ldif#7": FAILED}), looked) is fixed


def test_several_ledger_rows_on_one_asset_count_as_the_weakest():
    rows = [("core", "core:t", READ), ("core", "core:t", FAILED), ("core", "core:t", sampled(3))]
    assert Ledger.of(rows).get("core:t") == FAILED


@pytest.mark.parametrize(("form", "fixed"), [("plain", True), ("masked", False)])
def test_what_a_sample_shows_again_and_is_a_breach_no_more_was_not_missed(form, fixed):
    then = ledger({"core:t": sampled(100)})
    now = replace(then, found={"core:t": frozenset({Statement("card", "bank_card", form)})})
    assert rechecked(finding(**SHOWN_ONCE), then, now) is fixed


def test_a_sample_that_still_finds_something_was_not_blind_to_what_lacks_an_owner():
    lacks_owner = finding(asset=None, source="core", evidence={"assets": ["core:t"]})
    then = ledger({"core:t": sampled(100)})
    assert not rechecked(lacks_owner, then, then)
    assert rechecked(
        lacks_owner, then, replace(then, found={"core:t": frozenset({Statement("card", "bank_card", "plain")})})
    )


@pytest.mark.parametrize(
    ("place", "fixed"),
    [
        pytest.param("aa", True, id="where it was"),
        pytest.param("bb", False, id="elsewhere"),
        pytest.param(None, True, id="not known where"),
    ],
)
@pytest.mark.parametrize("stands_on", [ON_ASSET, {**ON_ASSET, "principal": "world", "source": "core"}])
def test_what_is_not_met_in_a_source_that_lies_elsewhere_is_not_gone(stands_on, place, fixed):
    def looked(asset, place):
        return Ledger.of([("core", asset, READ)], notes={"source.core.place": place} if place else {})

    assert rechecked(finding(**stands_on), looked("core:t", "aa"), looked("core:u", place)) is fixed
    # What is there is judged by what is in it: a server may be given another address.
    assert rechecked(finding(**stands_on), looked("core:t", "aa"), looked("core:t", place))
