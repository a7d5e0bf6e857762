"""A connection that a driver refuses to make for what stands in the url is told in words, without the words of the url."""

from __future__ import annotations

import pytest

from pii_audit.errors import InspectionError
from pii_audit.sources.database.session import Manner, Session
from pii_audit.sources.registry import engine_of


@pytest.mark.parametrize(
    ("driver", "dialect", "url"),
    [
        ("pymysql", "mysql", "mysql://root@127.0.0.1:1/x?foo=13800138000"),
        ("oracledb", "oracle", "oracle://a:b@127.0.0.1:1/x?foo=13800138000"),
        ("pymssql", "sqlserver", "mssql://a:b@127.0.0.1:1/x?foo=13800138000"),
        ("pymssql", "sqlserver", "mssql://a:b@127.0.0.1:1/x?timeout=5"),
    ],
)
def test_an_option_that_the_driver_does_not_take_is_told(driver, dialect, url):
    pytest.importorskip(driver, reason=f"{driver} is not installed")
    with pytest.raises(InspectionError, match="does not take an option") as told:
        list(Session(engine_of(dialect), url).rows("select 1"))
    assert "13800138000" not in str(told.value)


def test_a_replica_with_such_an_option_is_passed_over():
    pytest.importorskip("pymysql", reason="pymysql is not installed")
    url = "mysql://root@127.0.0.1:1/x"
    session = Session(engine_of("mysql"), url, Manner((f"{url}?foo=5",)))
    with pytest.raises(InspectionError, match="reached"):
        list(session.rows("select 1"))
    assert "does not take an option" in session.passed_over[1].en
