"""STO: what is kept and may not be, what is kept in clear, what is kept too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pii_audit.errors import Position
from pii_audit.model.asset import AssetKind
from pii_audit.rules.retention import too_long
from pii_audit.rules.store import in_clear, prohibited
from pii_audit.workspace.model import AtRest

FORMS = "storage: {forms: {login_credential: password_hash, C3: encrypted, cn_mobile: masked}}\n"
RETENTION = "storage: {retention: [{asset: core.orders, date: closed_at, delete_after: 5y}]}\n"


@pytest.mark.parametrize("form", ["plain", "encoded", "bare_hash", "keyed_hash", "tokenised", "encrypted"])
def test_authentication_data_is_prohibited_in_every_form_that_keeps_it(policy_of, asset, facts, form):
    policy = policy_of("storage: {never: [card_cvv2]}\n")
    [draft] = prohibited(facts(policy, asset("core:cards", {"cvv2": f"card_cvv2:{form}"})))
    assert (draft.rule, draft.resource, draft.identifiers) == ("STO001", ("core:cards",), ("card_cvv2",))
    assert draft.policy.line == 2


@pytest.mark.parametrize("spec", ["card_cvv2:masked", "card_cvv2:truncated", "bank_card:plain"])
def test_what_is_hidden_or_allowed_is_not_prohibited(policy_of, asset, facts, spec):
    policy = policy_of("storage: {never: [card_cvv2]}\n")
    assert list(prohibited(facts(policy, asset("core:cards", {"x": spec})))) == []


def test_a_mask_that_shows_more_than_it_may_keeps_what_is_prohibited(policy_of, asset, facts):
    told = facts(policy_of("purposes: {}\n"), asset("core:cards", {"x": "card_cvv2:masked"}, inadequate=3))
    [draft] = prohibited(told)
    assert (draft.rule, draft.identifiers) == ("STO001", ("card_cvv2",))


def test_without_a_policy_sensitive_authentication_data_is_prohibited_all_the_same(policy_of, asset, facts):
    policy = policy_of("purposes: {}\n")
    for identifier in ("card_cvv2", "card_track1", "card_track2", "card_pin"):
        [draft] = prohibited(facts(policy, asset("core:cards", {"x": identifier})))
        assert draft.identifiers == (identifier,)


def test_what_a_policy_prohibits_is_added_to_what_is_always_prohibited(policy_of, asset, facts):
    policy = policy_of("storage: {never: [card_pin, cn_mobile]}\n")
    [cvv] = prohibited(facts(policy, asset("core:cards", {"x": "card_cvv2", "y": "email"})))
    assert (cvv.identifiers, cvv.policy) == (("card_cvv2",), None)
    [mobile] = prohibited(facts(policy, asset("core:cards", {"x": "cn_mobile"})))
    assert (mobile.identifiers, mobile.policy.line) == (("cn_mobile",), 2)


def test_a_prohibition_of_some_peoples_information_is_not_about_others(policy_of, asset, facts):
    told = facts(policy_of("storage: {never: [cn_mobile@contact]}\n"), asset("core:t", {"x": "cn_mobile"}))
    assert list(prohibited(told)) == []
    [draft] = prohibited(replace(told, inspected=(asset("core:t", {"x": "cn_mobile"}, subject="contact"),)))
    assert draft.policy.line == 2


def test_one_table_with_two_prohibited_columns_is_one_finding_with_both_as_evidence(policy_of, asset, facts):
    policy = policy_of("storage: {never: [card_cvv2, card_track2]}\n")
    [draft] = prohibited(facts(policy, asset("core:cards", {"cvv2": "card_cvv2", "track": "card_track2"})))
    assert draft.evidence["fields"] == ["cvv2", "track"]
    assert draft.identifiers == ("card_cvv2", "card_track2")


def test_a_form_weaker_than_asked_is_found_and_names_what_is_asked(policy_of, asset, facts):
    [draft] = in_clear(
        facts(policy_of(FORMS), asset("core:users", {"pwd": "login_credential", "ok": "cn_mobile:masked"}))
    )
    assert (draft.rule, draft.resource, draft.evidence["fields"]) == ("STO002", ("core:users",), ["pwd"])
    assert "hashed as a password" in draft.message.en
    assert draft.policy.line == 2


@pytest.mark.parametrize(
    "spec", ["login_credential:password_hash", "cn_mobile:masked", "cn_mobile:tokenised", "email:plain"]
)
def test_a_form_as_strong_as_asked_or_not_asked_for_is_fine(policy_of, asset, facts, spec):
    assert list(in_clear(facts(policy_of(FORMS), asset("core:users", {"x": spec})))) == []


def test_what_a_feed_holds_is_not_kept(policy_of, asset, facts):
    feed = asset("outbox:a.csv", {"pwd": "login_credential"}, kind=AssetKind.FEED)
    assert list(in_clear(facts(policy_of(FORMS), feed))) == []


def test_what_may_not_be_kept_at_all_is_told_once(policy_of, asset, facts):
    policy = policy_of("storage: {never: [card_cvv2], forms: {C3: encrypted}}\n")
    told = facts(policy, asset("core:cards", {"cvv2": "card_cvv2"}))
    assert [draft.rule for draft in (*prohibited(told), *in_clear(told))] == ["STO001"]


@pytest.mark.parametrize(
    ("until", "found"), [(None, 0), (date(2026, 6, 30), 0), (date(2026, 6, 29), 1)], ids=["open", "last day", "over"]
)
def test_declared_encryption_at_rest_counts_until_its_last_day(policy_of, asset, facts, source, until, found):
    policy = policy_of("storage: {forms: {C3: encrypted}}\n")
    declared = source("core", at_rest=AtRest(Position("audit.yaml", 9), "TDE", until=until))
    told = facts(policy, asset("core:users", {"pwd": "login_credential"}), sources={"core": declared})
    assert len(list(in_clear(told))) == found


@pytest.mark.parametrize(
    ("method", "found"),
    [("TDE", 0), ("LUKS", 0), ("SM4 透明加密", 0), ("none", 1), ("明文", 1), ("unencrypted", 1), ("未加密", 1)],
)
def test_a_medium_that_is_declared_to_be_in_clear_encrypts_nothing(policy_of, asset, facts, source, method, found):
    declared = source("core", at_rest=AtRest(Position("audit.yaml", 9), method))
    told = facts(
        policy_of("storage: {forms: {C3: encrypted}}\n"),
        asset("core:users", {"pwd": "login_credential"}),
        sources={"core": declared},
    )
    assert len(list(in_clear(told))) == found


def test_encryption_of_the_medium_is_no_password_hash(policy_of, asset, facts, source):
    declared = source("core", at_rest=AtRest(Position("audit.yaml", 9), "TDE"))
    told = facts(policy_of(FORMS), asset("core:users", {"pwd": "login_credential"}), sources={"core": declared})
    assert len(list(in_clear(told))) == 1


def test_rows_past_their_time_are_counted_by_month(policy_of, asset, facts):
    months = {"closed_at": {"2019-12": 3, "2021-05": 4, "2021-06": 7, "2026-01": 9}}
    [draft] = too_long(facts(policy_of(RETENTION), asset("core:orders", {"mobile": "cn_mobile"}, months=months)))
    assert (draft.rule, draft.resource, draft.field) == ("STO003", ("core:orders", "closed_at"), "closed_at")
    assert (draft.evidence["rows"], draft.evidence["oldest"]) == (7, "2019-12")


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("core:orders", {"closed_at": {"2021-06": 5, "2026-01": 1}}),
        ("core:others", {"closed_at": {"2001-01": 5}}),
        ("core:orders", {"closed_at": {}}),
    ],
    ids=["in time", "another table", "no dates"],
)
def test_what_is_in_time_or_not_meant_is_not_kept_too_long(policy_of, asset, facts, name, months):
    assert list(too_long(facts(policy_of(RETENTION), asset(name, {"mobile": "cn_mobile"}, months=months)))) == []


def test_a_view_keeps_nothing_itself(policy_of, asset, facts):
    policy = policy_of("storage: {forms: {cn_resident_id: encrypted}}\n")
    view = asset("core:v_overdue", {"cert_no": "cn_resident_id"}, kind=AssetKind.VIEW)
    table = asset("core:customer", {"cert_no": "cn_resident_id"})
    assert [draft.asset for draft in in_clear(facts(policy, view, table))] == ["core:customer"]


def test_what_a_combination_raises_is_kept_in_the_form_of_its_new_level(policy_of, asset, facts):
    policy = policy_of("""\
classification: {raise: [{together: [person_name, cn_mobile], to: "jrt0197:5"}]}
storage: {forms: {"jrt0197:5": encrypted}}
""")
    held = asset("core:t", {"n": "person_name", "m": "cn_mobile"})
    assert list(in_clear(facts(policy, held))) == []
    row = frozenset({"person_name", "cn_mobile"})
    [draft] = in_clear(facts(policy, replace(held, tally=replace(held.tally, together={row: 5}))))
    assert (draft.rule, draft.identifiers) == ("STO002", ("person_name", "cn_mobile"))


def test_the_forms_of_every_layer_hold(policy_of, asset, facts, tmp_path):
    (tmp_path / "floor.yaml").write_text("version: 1\nstorage: {forms: {C2: masked}}\n")
    policy = policy_of("extends: [floor.yaml]\nstorage: {forms: {cn_mobile: plain}}\n")
    [draft] = in_clear(facts(policy, asset("core:t", {"m": "cn_mobile"})))
    assert draft.policy.to_line == "floor.yaml:2"


@pytest.mark.parametrize(
    ("forms", "subject", "asked"),
    [
        ("cn_mobile: encrypted", "employee", "encrypted"),
        ("cn_mobile@employee: plain, cn_mobile: encrypted", "customer", "encrypted"),
        ("cn_mobile@employee: plain, cn_mobile: encrypted", "employee", None),
        ("cn_mobile@customer: encrypted", "employee", None),
        ("phone@employee: plain, phone: encrypted", "contact", "encrypted"),
    ],
)
def test_a_form_is_asked_of_everybodys_information_of_whom_no_line_speaks(
    policy_of, asset, facts, forms, subject, asked
):
    policy = policy_of(f"storage: {{forms: {{{forms}}}}}\n")
    found = list(in_clear(facts(policy, asset("core:t", {"m": "cn_mobile"}, subject=subject))))
    assert len(found) == (1 if asked else 0)
    assert not asked or asked in found[0].message.en


@pytest.mark.parametrize("forms", ['"jrt0197:3+": plain, C3: encrypted', 'C3: encrypted, "jrt0197:3+": plain'])
def test_of_equally_specific_lines_all_must_be_met(policy_of, asset, facts, forms):
    policy = policy_of(f"storage: {{forms: {{{forms}}}}}\n")
    [draft] = in_clear(facts(policy, asset("core:t", {"pwd": "login_credential"})))
    assert "encrypted" in draft.message.en


def test_files_that_nobody_changed_for_too_long_are_told(policy_of, asset, facts):
    policy = policy_of("storage: {retention: [{asset: 'share.hz/*', date: 'file:modified', delete_after: 5y}]}\n")

    def file(name, year, columns):
        one = asset(f"share:{name}", columns, kind=AssetKind.FILE)
        return replace(one, asset=replace(one.asset, modified=datetime(year, 1, 1, tzinfo=UTC)))

    old, new = file("hz/old.csv", 2015, {"mobile": "cn_mobile"}), file("hz/new.csv", 2025, {"mobile": "cn_mobile"})
    elsewhere, empty = file("x.csv", 2015, {"mobile": "cn_mobile"}), file("hz/none.csv", 2015, {})
    [draft] = too_long(facts(policy, old, new, elsewhere, empty))
    assert (draft.rule, draft.resource) == ("STO003", ("share:hz/old.csv", "file:modified"))
    assert "last changed on 2015-01-01" in draft.message.en
