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
