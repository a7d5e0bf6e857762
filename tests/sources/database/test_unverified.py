"""Engines without a server to try them on: their statements parse, recorded rows are mapped, their drivers' errors are told in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from pii_audit import content
from pii_audit.errors import InspectionError, UsageError
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.database.catalog import as_cell
from pii_audit.sources.database.db2 import Db2Engine
from pii_audit.sources.database.dialect import load_dialect
from pii_audit.sources.database.dm import DmEngine
from pii_audit.sources.database.gbase8s import Gbase8sEngine
from pii_audit.sources.database.hive import HiveEngine
from pii_audit.sources.database.mysql_family import TidbEngine
from pii_audit.sources.database.oracle import OracleEngine
from pii_audit.sources.database.postgresql_family import KingbaseEngine
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.database.session import Session
from pii_audit.sources.database.sqlserver import SqlServerEngine
from pii_audit.sources.interface import Sampling
from pii_audit.sources.registry import engine_of, open_source

UNVERIFIED = {
    "db2": "",
    "dm": "oracle",
    "gbase8a": "mysql",
    "gbase8s": "",
    "goldendb": "mysql",
    "hive": "hive",
    "kingbase": "postgres",
    "oceanbase": "mysql",
    "opengauss": "postgres",
    "oracle": "oracle",
    "sqlserver": "tsql",
    "tdsql": "mysql",
    "tidb": "mysql",
}
"""Dialects that no server was at hand for, with what sqlglot calls them; it knows neither Db2 nor Informix, and reads theirs as SQL."""
ENGINES = sorted({path.split("/")[2] for path in content.walk("scanners/database", ".yaml")} - {"sqlite", "duckdb"})


class Catalog(Session):
    """A session whose answers were written down, by the name of their query; what is streamed is kept."""

    def __init__(self, engine, streamed=(), **rows) -> None:
        super().__init__(engine, "")
        self._rows = {engine.queries.sql(name): found for name, found in rows.items()}
        self._streamed = streamed
        self.asked: list[str] = []

    def rows(self, sql, parameters=()):
        return list(self._rows[sql])

    def stream(self, sql):
        self.asked.append(sql)
        yield from self._streamed


def source(engine, **rows):
    made = ServerSource("w", engine, "")
    made.session = Catalog(engine, **rows)
    return made


@pytest.mark.parametrize("name", ENGINES)
def test_every_dialect_has_an_engine_that_says_whether_it_was_tried_on_a_server(name):
    engine = engine_of(name)
    assert engine.dialect == name
    assert engine.queries.verified is (name not in UNVERIFIED)
    assert "CREATE" in engine.queries.queries["least_privileges"].sql or name in ("hive", "db2", "gbase8s")


@pytest.mark.parametrize("name", sorted(UNVERIFIED))
def test_every_statement_parses_in_its_dialect_and_only_reads(name):
    sqlglot = pytest.importorskip("sqlglot")
    for query, found in load_dialect(name).queries.items():
        if query == "least_privileges":
            continue
        sql = re.sub(r"\{(percent|seed|count|mask|first)\}", "1", found.sql)
        sql = re.sub(r"\{(where|upper)\}", "", sql).replace("%s", "NULL").replace("?", "NULL")
        sql = re.sub(r"\{\w+\}", "x", sql).replace(" WITH UR", "")
        kinds = {type(one).__name__ for one in sqlglot.parse(sql, read=UNVERIFIED[name]) if one}
        assert kinds <= {"Select", "Union", "Show", "Describe"} or sql.startswith("SHOW "), query


TABLES = [
    ("CRM", "CUSTOMER", "table", "1200", "98304", "客户", "CRM"),
    ("CRM", "V", "view", None, None, None, "CRM"),
    ("A.B", "T", "table", None, None, None, "A.B"),
]
COLUMNS = [("CRM", "CUSTOMER", "PHONE", "VARCHAR2", "手机号"), ("CRM", "CUSTOMER", "ID", "NUMBER", None)]


def test_rows_of_the_catalog_become_tables_with_their_fields():
    found = list(source(OracleEngine(), tables=TABLES, columns=COLUMNS).assets())
    assert [(one.name, one.kind, one.rows, one.size) for one in found if isinstance(one, Asset)] == [
        ("CRM.CUSTOMER", AssetKind.TABLE, 1200, 98304),
        ("CRM.V", AssetKind.VIEW, None, None),
        ('"A.B".T', AssetKind.TABLE, None, None),
    ]
    assert [(field.name, field.type, field.comment) for field in found[0].fields] == [
        ("PHONE", "VARCHAR2", "手机号"),
        ("ID", "NUMBER", None),
    ]


def read(engine, sampling=None, streamed=(), **rows):
    made = source(engine, streamed=streamed, **rows)
    [(_, reading)] = made.open(Asset("w", "CRM.CUSTOMER", AssetKind.TABLE), sampling or Sampling())
    chunks = list(reading)
    return chunks, reading.coverage(), made.session.asked


def test_a_table_is_read_in_one_statement_of_quoted_names():
    chunks, coverage, asked = read(
        OracleEngine(), streamed=[["1", "a"], ["2", None]], table=[("ID", "NUMBER", 1), ('DOC"X', "XMLTYPE", 1)]
    )
    assert asked == ['SELECT "ID", XMLSERIALIZE(CONTENT "DOC""X" AS CLOB) FROM "CRM"."CUSTOMER"\n']
    assert {name: list(cells) for name, cells in chunks[0].columns.items()} == {"ID": ["1", "2"], 'DOC"X': ["a", None]}
    assert (coverage.rows, coverage.incomplete) == (2, False)


def test_a_column_that_cannot_be_read_and_one_that_may_not_be_are_in_the_ledger():
    _, coverage, asked = read(OracleEngine(), table=[("ID", "NUMBER", 1), ("SHAPE", "OBJECT", 1), ("PIN", "CHAR", 0)])
    assert asked == ['SELECT "ID", NULL FROM "CRM"."CUSTOMER"\n']
    assert "SHAPE" in coverage.reason.en
    assert "PIN" in coverage.reason.en


def test_a_table_that_is_gone_is_told():
    assert "gone" in read(OracleEngine(), table=[])[1].reason.en


@pytest.mark.parametrize(
    ("engine", "block"), [(OracleEngine(), "SAMPLE BLOCK (1"), (SqlServerEngine(), "TABLESAMPLE SYSTEM (1")]
)
def test_a_sample_draws_blocks_and_says_how_many_draws_they_are(engine, block):
    streamed = [[str(number)] for number in range(150)]
    chunks, coverage, asked = read(
        engine, Sampling(100, 7), streamed, table=[("ID", "NUMBER", 1)], size=[("15000", "300")]
    )
    assert block in asked[0]
    assert (coverage.rows, coverage.total, coverage.draws) == (100, 15000, 3)
    again = read(engine, Sampling(100, 7), streamed, table=[("ID", "NUMBER", 1)], size=[("15000", "300")])
    assert again[2] == asked
    assert [chunk.columns for chunk in again[0]] == [chunk.columns for chunk in chunks]


def test_a_view_and_a_small_table_are_passed_through():
    streamed = [[str(number)] for number in range(150)]
    for size in ([], [("150", "2")]):
        _, coverage, asked = read(OracleEngine(), Sampling(100), streamed, table=[("ID", "NUMBER", 1)], size=size)
        assert "SAMPLE" not in asked[0]
        assert (coverage.rows, coverage.draws, coverage.total) == (100, 100, 150)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (Decimal(6229880000000000001), "6229880000000000001"),
        (datetime(2025, 6, 1, 8, 30, tzinfo=UTC), "2025-06-01 08:30:00+00:00"),
        (date(2025, 6, 1), "2025-06-01"),
        (memoryview(b"ab"), b"ab"),
        (bytearray(b"ab"), b"ab"),
        (SimpleNamespace(read=lambda start, most: "x" * most), "x" * ((1 << 20) + 1)),
        (True, "True"),
    ],
)
def test_what_drivers_give_becomes_text_or_bytes(value, cell):
    assert as_cell(value) == cell


@pytest.mark.parametrize(
    ("url", "driver", "told"),
    [
        ("oracle://u:p@127.0.0.1:1/orcl", "oracledb", "cannot be reached"),
        ("mssql://u:p@127.0.0.1:1/crm", "pymssql", "cannot be reached"),
        ("opengauss://u:p@127.0.0.1:1/crm", "psycopg", "cannot be reached"),
        ("kingbase://u:p@127.0.0.1:1/crm", "psycopg", "cannot be reached"),
        ("tidb://u:p@127.0.0.1:1/crm", "pymysql", "cannot be reached"),
        ("oceanbase://u:p@127.0.0.1:1/crm", "pymysql", "cannot be reached"),
    ],
)
def test_a_server_that_is_not_there_is_told_by_its_driver(url, driver, told):
    pytest.importorskip(driver)
    spec = SimpleNamespace(id="w", kind="database", url=url, include=(), exclude=(), replicas=(), max_load=None)
    [row] = open_source(spec, root=None).assets()
    assert row.incomplete
    assert told in row.reason.en


def test_a_driver_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("pii_audit.sources.registry.find_spec", lambda name: None)
    spec = SimpleNamespace(
        id="w", kind="database", url="oracle://u:p@h/s", include=(), exclude=(), replicas=(), max_load=None
    )
    with pytest.raises(UsageError) as caught:
        open_source(spec, root=None)
    assert "pii-audit[oracle]" in caught.value.todo.en


@pytest.mark.parametrize(
    ("engine", "error", "told"),
    [
        (OracleEngine(), SimpleNamespace(full_code="ORA-01017"), "wrong user or password"),
        (OracleEngine(), SimpleNamespace(full_code="ORA-00942"), "no right"),
        (OracleEngine(), SimpleNamespace(full_code="DPY-4011"), "lost"),
        (OracleEngine(), SimpleNamespace(full_code="ORA-12345"), "error 12345"),
        (SqlServerEngine(), 18456, "wrong user or password"),
        (SqlServerEngine(), (229, b"The SELECT permission was denied"), "no right"),
        (SqlServerEngine(), (20003, b"timeout"), "lost"),
        (SqlServerEngine(), "of no number", "Exception"),
    ],
)
def test_codes_of_servers_are_told_in_words_without_their_messages(engine, error, told):
    assert told in engine.reason(Exception(error)).en
    assert "denied" not in engine.reason(Exception(error)).en


@pytest.mark.service
def test_opengauss_finds_in_a_postgresql_catalog_what_postgresql_finds(opened, postgresql):
    postgresql.run(
        "CREATE TABLE t (a int, b text)",
        "COMMENT ON COLUMN t.b IS '电话'",
        "CREATE VIEW v AS SELECT a FROM t",
        "GRANT SELECT (b) ON t TO PUBLIC",
    )
    session = opened(postgresql.url()).session
    theirs = engine_of("opengauss").queries.sql
    for name in ("relations", "columns", "acl_spaces", "acl_relations", "acl_entries"):
        assert sorted(session.rows(theirs(name)), key=str) == sorted(
            session.rows(session.engine.queries.sql(name)), key=str
        )


def test_a_missing_answer_is_an_inspection_error():
    class Silent(Catalog):
        def rows(self, sql, parameters=()):
            raise InspectionError(OracleEngine.reasons[942])

    made = ServerSource("w", OracleEngine(), "")
    made.session = Silent(OracleEngine())
    [row] = made.assets()
    assert row.incomplete
    assert "doctor --grants" in row.reason.en


def test_hive_lists_the_tables_of_its_databases_and_leaves_out_the_partition_section():
    engine = HiveEngine()
    shown = {
        "SHOW TABLES IN `crm`": [("customer",), ("v",)],
        "SHOW VIEWS IN `crm`": [("v",)],
        "DESCRIBE `crm`.`customer`": [
            ("phone", "string", "手机号"),
            ("dt", "string", ""),
            ("", None, None),
            ("# Partition Information", None, None),
            ("dt", "string", ""),
        ],
        "DESCRIBE `crm`.`v`": [("phone", "string", None)],
    }

    class Shown(Session):
        def rows(self, sql, parameters=()):
            return shown[sql.strip()]

    made = ServerSource("w", engine, "hive://h/crm")
    made.session = Shown(engine, "hive://h/crm")
    found = list(made.assets())
    assert [(one.name, one.kind, [field.name for field in one.fields]) for one in found] == [
        ("crm.customer", AssetKind.TABLE, ["phone", "dt"]),
        ("crm.v", AssetKind.VIEW, ["phone"]),
    ]


def test_kingbase_leaves_out_the_schemas_that_come_with_it():
    relations = [
        ("sys", "x", "r", 1, 8192, None, "system"),
        ("crm", "customer", "r", 1, 8192, None, "crm"),
        ("dbms_lob", "y", "v", 0, 0, None, "system"),
    ]
    found = source(KingbaseEngine(), relations=relations, columns=[], large_objects=[(0,)]).assets()
    assert [one.name for one in found] == ["crm.customer"]


@pytest.mark.parametrize(
    ("url", "install"),
    [
        ("db2://u:p@h/s", "pip install ibm-db"),
        ("dm://u:p@h", "pip install dmPython"),
        ("hive://u:p@h/s", "pip install impyla"),
        ("gbase8s://u:p@/?dsn=x", "pip install pyodbc"),
    ],
)
def test_drivers_of_vendors_are_named_too(url, install):
    spec = SimpleNamespace(id="w", kind="database", url=url, include=(), exclude=(), replicas=(), max_load=None)
    with pytest.raises(UsageError) as caught:
        open_source(spec, root=None)
    assert caught.value.todo.en == install


@pytest.mark.parametrize(
    ("engine", "said", "told"),
    [
        (
            Db2Engine(),
            '[IBM][CLI Driver] SQL30082N  Security processing failed with reason "24"',
            "wrong user or password",
        ),
        (Db2Engine(), '[IBM][CLI Driver][DB2/LINUX] SQL0551N  "BOB" does not have the privilege', "no right"),
        (Db2Engine(), "SQL30081N  A communication error", "lost"),
        (DmEngine(), "[CODE:-2501]用户名或密码错误", "wrong user or password"),
        (DmEngine(), "[CODE:-5504]没有[CUSTOMER]对象的查询权限", "no right"),
        (Gbase8sEngine(), ("42000", "[42000] [GBase][Driver]No SELECT permission. (-272) (SQLPrepare)"), "no right"),
        (HiveEngine(), "anything", "Exception"),
    ],
)
def test_numbers_are_found_in_what_drivers_say(engine, said, told):
    error = Exception(*said) if isinstance(said, tuple) else Exception(said)
    assert told in engine.reason(error).en
    assert "BOB" not in engine.reason(error).en


def test_informix_types_are_told_by_number():
    engine = Gbase8sEngine()
    assert engine.expression('"a"', "13") == '"a"'
    assert engine.expression('"a"', "41") is None


def test_bytes_that_are_text_are_read_and_others_are_counted():
    chunks, coverage, _ = read(
        OracleEngine(), streamed=[["张三".encode()], [b"\x00\x01\xff"], ["plain"]], table=[("PHOTO", "BLOB", 1)]
    )
    assert list(chunks[0].columns["PHOTO"]) == ["张三", None, "plain"]
    assert "1 binary cell" in coverage.reason.en
    assert not coverage.incomplete


def test_a_table_without_blocks_of_its_own_is_passed_through():
    _, coverage, asked = read(
        OracleEngine(), Sampling(10), [[str(n)] for n in range(50)], table=[("ID", "NUMBER", 1)], size=[("5000", None)]
    )
    assert "SAMPLE" not in asked[0]
    assert coverage.total == 50


@pytest.mark.parametrize(
    ("line", "sees"),
    [
        ("GRANT Select,Show View ON crm.* TO 'pii_audit'@'%'", True),
        ("GRANT SELECT ON `crm`.* TO `pii_audit`@`%`", True),
        ("GRANT SELECT ON `c%`.* TO `pii_audit`@`%`", True),
        ("GRANT Select ON crm.customer TO 'pii_audit'@'%'", False),
        ("GRANT Insert ON crm.* TO 'pii_audit'@'%'", False),
        ("GRANT USAGE ON *.* TO 'pii_audit'@'%'", False),
    ],
)
def test_rights_of_the_account_itself_are_read_as_each_server_writes_them(line, sees):
    found = source(TidbEngine(), columns=[], tables=[], grants=[(line,)])
    found.session.url = "tidb://h/crm"
    found.session._rows[TidbEngine().queries.sql("columns", schemas="%s")] = []
    found.session._rows[TidbEngine().queries.sql("tables", schemas="%s")] = []
    assert bool([one for one in found.assets() if not isinstance(one, Asset)]) is not sees
