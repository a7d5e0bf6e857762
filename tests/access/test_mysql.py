"""Rights on a MySQL 8 server, worked out from rows of its catalog: what MariaDB has not."""

from __future__ import annotations

import pytest

from pii_audit.access.mysql import grants
from pii_audit.sources.database.mysql import MysqlEngine

TABLE = "bank.customer"


def account(name, host="%", *, role=0, locked=0):
    return (name, host, role, None, "", 0, locked, 0, 0)


@pytest.mark.parametrize(
    "value",
    ["reader", "`reader`@`%`, other@localhost", "'reader'@'%'", '"none"@"x",reader@%'],
)
def test_a_role_that_every_account_has_counts_for_each(recorded, value):
    session = recorded(
        MysqlEngine(),
        variables=[("8.0.36", 1 << 20)],
        accounts_mysql=[account("reader", locked=1), account("app", "10.%"), account("gone", locked=1)],
        mandatory_roles=[("mandatory_roles", value)],
        acl_databases=[("reader", "%", "bank", "select", 0)],
    )
    [one] = grants(session, "w", frozenset({TABLE}))
    assert one.path == ("user:app@10.%", "SET ROLE reader@%", "user:reader@%")
    assert (one.closing, one.leaving) == (("REVOKE SELECT ON `bank`.* FROM `reader`@`%`",), ())


@pytest.mark.parametrize(
    ("version", "query"), [("5.7.44-log", "accounts_mysql_before_8"), ("10.3.39-MariaDB", "accounts_before_10_4")]
)
def test_older_servers_are_asked_for_what_they_have(recorded, version, query):
    session = recorded(
        MysqlEngine(),
        variables=[(version, 1 << 20)],
        **{query: [account("app", "10.%")]},
        acl_databases=[("app", "10.%", "bank", "select", 0)],
    )
    [one] = grants(session, "w", frozenset({TABLE}))
    assert one.opened_by == "GRANT SELECT ON bank.* TO app@10.%"


@pytest.mark.parametrize(
    ("wide", "narrow", "shares"),
    [
        ("%", "10.1.2.3", True),
        ("10.%", "10.1.%", True),
        ("10.1.%", "10.%", False),
        ("10.0.0.0/255.0.0.0", "10.1.2.3", True),
        ("10.0.0.0/255.0.0.0", "10.%", False),
        ("10.0.0.0/8", "10.1.0.0/255.255.0.0", True),
        ("%.bank.example", "App.Bank.example", True),
        ("localhost", "127.0.0.1", False),
    ],
)
def test_an_account_has_what_one_of_its_name_has_from_all_of_its_hosts(recorded, wide, narrow, shares):
    session = recorded(
        MysqlEngine(),
        variables=[("8.0.36", 1 << 20)],
        accounts_mysql=[account("app", narrow), account("other", narrow)],
        acl_databases=[("app", wide, "bank", "select", 0)],
    )
    assert [one.principal for one in grants(session, "w", frozenset({TABLE}))] == [f"user:app@{narrow}"] * shares
