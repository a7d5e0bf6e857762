"""Whom a name in a policy or a register means."""

from __future__ import annotations

import pytest

from pii_audit.model.grant import is_called


@pytest.mark.parametrize(
    ("name", "principal"),
    [
        ("crm_app", "user:crm_app"),
        ("user:crm_app", "user:crm_app"),
        ("crm_app", "user:crm_app@10.%"),
        ("user:crm_app", "user:crm_app@10.%"),
        ("crm_app@10.%", "user:crm_app@10.%"),
        ("sales", "role:sales"),
        ("sales", r"group:BANK\sales"),
        ("group:sales", r"group:BANK\sales"),
        (r"BANK\sales", "group:sales"),
        (r"group:BANK\sales", "group:sales"),
        ("PUBLIC", "PUBLIC"),
        ("'%'", "'%'"),
    ],
)
def test_a_name_means_a_principal_with_or_without_kind_domain_and_host(name, principal):
    assert is_called(principal, ["other", name])


@pytest.mark.parametrize(
    ("name", "principal"),
    [
        (r"group:BANK\sales", "user:sales"),
        (r"user:BANK\sales", "group:sales"),
        ("group:sales", r"user:BANK\sales"),
        ("role:sales", "user:sales"),
        ("user:sales", "role:sales"),
        ("user:PUBLIC", "PUBLIC"),
        ("role:'%'", "'%'"),
        (r"BANK\sales", r"group:OTHER\sales"),
        (r"BANK\PUBLIC", "PUBLIC"),
        ("presales", "group:sales"),
        (r"BANK\presales", "group:sales"),
        ("crm_app@10.%", "user:crm_app"),
        ("crm_app@10.%", "user:crm_app@192.168.%"),
        ("", "user:"),
    ],
)
def test_another_kind_domain_or_host_is_somebody_else(name, principal):
    assert not is_called(principal, [name])
