"""GOV001: what holds personal information has an owner."""

from __future__ import annotations

from pii_audit.rules.governance import without_owner


def test_a_source_with_personal_information_and_no_owner_is_one_finding(policy_of, asset, facts, source):
    held = [asset(f"core:t{n}", {"m": "cn_mobile"}) for n in range(3)]
    nobody = {"core": source("core", owner=None)}
    [draft] = without_owner(facts(policy_of("purposes: {}\n"), *held, sources=nobody))
    assert (draft.rule, draft.resource, draft.source) == ("GOV001", ("core",), "core")
    assert (draft.policy.file, draft.policy.line) == ("audit.yaml", 4)


def test_an_owner_or_nothing_to_own_is_fine(policy_of, asset, facts, source):
    policy = policy_of("purposes: {}\n")
    assert list(without_owner(facts(policy, asset("core:t", {"m": "cn_mobile"})))) == []
    nobody = {"core": source("core", owner=None)}
    assert list(without_owner(facts(policy, asset("core:t", {}), sources=nobody))) == []
