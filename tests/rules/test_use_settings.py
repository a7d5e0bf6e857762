"""USE007 to USE011: exports, ways past the grants, connections in clear, reading without a trace, C3 without a restriction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.language import same
from pii_audit.model.asset import Field
from pii_audit.model.grant import Grant
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.rules.use_access import access, columns, exports
from pii_audit.rules.use_settings import settings

NOBODY = "purposes: {}\n"
WHOLE = 'REVOKE SELECT ON "public"."t" FROM "service"'


def setting(kind, subject="s", principal=None, reaches=(), closing=()):
    return Setting(
        "core", SettingKind(kind), subject, same("said"), same("remedy"), principal, reaches, closing, same("breaks")
    )


@pytest.fixture
def told(asset, policy_of, facts):
    """The drafts about some settings of a source with a table of customers, which `readers` read."""

    def ask(*several, policy=NOBODY, readers=("user:app@%",)):
        one = asset("core:t", {"mobile": "cn_mobile"})
        grants = [Grant(reader, "core:t", "select", "g") for reader in readers]
        return list(settings(facts(policy_of(policy), one, settings=several, grants=grants)))

    return ask


def test_accounts_that_may_come_from_anywhere_are_one_finding_of_those_that_reach_somebody(told):
    several = [
        setting("any_host", f"a{n}@%", f"user:a{n}@%", (f"user:a{n}@%",), (f"RENAME USER a{n}",)) for n in range(4)
    ]
    [draft] = told(*several, readers=("user:a1@%", "user:a2@%"))
    assert (draft.rule, draft.resource) == ("USE008", ("core", "any_host", "any host"))
    assert draft.evidence["principals"] == ["user:a1@%", "user:a2@%"]
    assert draft.evidence["close"] == ["RENAME USER a1", "RENAME USER a2"]
    assert "user:a1@% and 1 more can log in from any host" in draft.message.en


def test_what_is_gained_is_what_those_read_whose_rights_are_gained(told):
    gains = setting("self_grant", principal="user:ann", reaches=("role:teller",))
    assert told(gains, readers=("role:teller",))[0].evidence["hits"] == 100
    assert told(gains, readers=("role:other",)) == []


def test_the_remedy_has_the_statements_and_what_breaks(told):
    [draft] = told(setting("no_tls", closing=("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")))
    assert draft.remediation.en == "remedy: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf(); breaks"
    assert draft.rule == "USE009"


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (NOBODY, None),
        ("access: {default: gap}\n", "gap"),
        ("access: {default: allow}\n", None),
        ("access: {rules: [{post: dw, principals: ['role:dw'], up_to: C3}]}\n", None),
        ("access: {rules: [{post: dw, principals: ['role:dw'], up_to: C2}]}\n", "gap"),
    ],
)
def test_rights_of_tables_to_come_are_for_posts_that_may_read_everything(told, policy, outcome):
    found = told(setting("default_privileges", principal="role:dw"), policy=policy)
    assert [str(draft.outcome) for draft in found] == ([outcome] if outcome else [])


def test_rights_of_tables_to_come_for_everybody_are_grave_whatever_the_policy(told):
    [draft] = told(setting("default_privileges", principal="PUBLIC"))
    assert (str(draft.outcome), draft.concern.everyone_can_read) == ("violation", True)


EXTRACTION = "access: {rules: [{post: extraction, principals: ['user:x'], levels: [C2], actions: [read, export]}, {post: teller, principals: ['user:t'], levels: [C2]}]}\n"


@pytest.mark.parametrize(("who", "outcome"), [("user:x", None), ("user:t", "violation"), ("user:z", "violation")])
def test_only_a_post_that_says_so_may_export(asset, policy_of, facts, who, outcome):
    grant = Grant(who, "core:t", "export", "GRANT FILE ON *.* TO z", (who,), closing=("REVOKE FILE ON *.* FROM z",))
    found = list(exports(facts(policy_of(EXTRACTION), asset("core:t", {"m": "cn_mobile"}), grants=[grant])))
    assert [str(draft.outcome) for draft in found] == ([outcome] if outcome else [])
    if outcome:
        assert found[0].evidence["close"] == ["REVOKE FILE ON *.* FROM z"]


def test_an_export_right_is_no_further_right_to_read(asset, policy_of, facts):
    grant = Grant("user:t", "core:t", "export", "GRANT FILE ON *.* TO t")
    policy = policy_of("access: {default: gap}\n")
    assert list(access(facts(policy, asset("core:t", {"m": "cn_mobile"}), grants=[grant]))) == []


@pytest.fixture
def table(asset):
    one = asset("core:public.t", {"mobile": "cn_mobile", "pwd": "login_credential"})
    fields = (Field("id"), Field("mobile"), Field("pwd"), Field('a"b'))
    return replace(one, asset=replace(one.asset, fields=fields))


def whole(who="role:service", closing=(WHOLE,)):
    return Grant(who, "core:public.t", "select", "GRANT SELECT ON public.t TO service", (who,), closing=closing)


def test_c3_in_a_table_that_is_granted_whole_is_told_with_the_columns_to_grant_again(table, policy_of, facts):
    [draft] = columns(facts(policy_of("access: {default: allow}\n"), table, grants=[whole()]))
    assert (draft.rule, draft.resource, draft.identifiers) == (
        "USE011",
        ("core", "core:public.t"),
        ("login_credential",),
    )
    assert draft.evidence["close"] == [f'{WHOLE}; GRANT SELECT ("id", "mobile", "a""b") ON "public"."t" TO "service"']


def test_c3_that_is_objected_to_allowed_or_granted_by_column_is_not_told_again(table, policy_of, facts):
    allowed = "access: {default: allow, rules: [{post: s, principals: ['role:service'], up_to: C3}]}\n"
    objected = "access: {default: gap}\n"
    for policy in (allowed, objected):
        assert list(columns(facts(policy_of(policy), table, grants=[whole()]))) == []
    by_column = replace(whole(), field="pwd")
    assert list(columns(facts(policy_of("access: {default: allow}\n"), table, grants=[by_column]))) == []


def test_a_post_keeps_the_columns_that_it_may_read(table, policy_of, facts):
    policy = policy_of("access: {rules: [{post: s, principals: ['role:service'], up_to: C2}]}\n")
    [draft] = access(facts(policy, table, grants=[whole()]))
    assert draft.evidence["close"] == [f'{WHOLE}; GRANT SELECT ("id", "mobile", "a""b") ON "public"."t" TO "service"']
    by_another = ('SET ROLE "g"', f"{WHOLE} CASCADE", "RESET ROLE")
    [draft] = access(facts(policy, table, grants=[whole(closing=by_another)]))
    assert draft.evidence["close"] == [
        f'SET ROLE "g"; {WHOLE} CASCADE; RESET ROLE; SET ROLE "g"; GRANT SELECT ("id", "mobile", "a""b") ON "public"."t" TO "service"; RESET ROLE'
    ]


def test_who_has_no_post_loses_all_of_it(table, policy_of, facts):
    [draft] = access(facts(policy_of("access: {default: gap}\n"), table, grants=[whole()]))
    assert draft.evidence["close"] == [WHOLE]
