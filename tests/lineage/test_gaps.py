"""What cannot be resolved is told with its place, and never passes."""

from __future__ import annotations

import pytest

GAPS = {
    "a syntax error": ("SELECT phone\nFROM customer WHERE;\nSELECT 1", "postgresql", "2:19 syntax error"),
    "an unknown table": ("SELECT phone\nFROM nowhere", "postgresql", "2:6 table nowhere is not in the inventory"),
    "a star without a catalog": ("SELECT * FROM nowhere n", "postgresql", "1:8 * cannot be expanded"),
    "an unknown column": ("SELECT c.fone FROM customer c", "postgresql", "1:8 c has no column fone"),
    "a column that nobody has": ("SELECT fone FROM customer", "postgresql", "1:8 there is no column fone"),
    "dynamic SQL of Oracle": ("EXECUTE IMMEDIATE 'SELECT 1 FROM dual'", "oracle", "1:1 a dynamic or procedural"),
    "dynamic SQL of SQL Server": ("EXEC sp_executesql @sql", "sqlserver", "1:1 a dynamic or procedural"),
    "dynamic SQL of MySQL": ("PREPARE s FROM 'SELECT 1'", "mysql", "1:1 a dynamic or procedural"),
    "a procedure that is called": ("CALL export_all(1)", "mysql", "1:1 a dynamic or procedural"),
    "a block": ("DO $$ BEGIN PERFORM 1; END $$", "postgresql", "1:1 a dynamic or procedural"),
    "a cursor": ("DECLARE c CURSOR FOR SELECT phone FROM customer", "postgresql", "1:1 a dynamic or procedural"),
    "a script that is included": ("\\i other.sql\nSELECT 1 AS a", "postgresql", '1:1 what "\\i" brings in'),
    "one that SQL*Plus includes": ("@other.sql\nSELECT 1 AS a FROM dual;", "oracle", '1:1 what "@" brings in'),
    "a variable for columns": (
        "SELECT ${columns} FROM customer",
        "hive",
        "1:8 what a variable or a template stands for",
    ),
    "a variable behind a table": ("SELECT phone FROM customer ${more}", "hive", "1:28 what a variable or a template"),
    "a variable behind a column": ("SELECT phone ${more} FROM customer", "hive", "1:8 what a variable or a template"),
    "a variable that holds a value": ("SELECT @p := phone FROM customer", "mysql", "1:"),
    "a variable of SQL Server": ("SELECT @p = phone FROM customer", "sqlserver", "1:13 assigns a variable"),
    "arguments that the parser stumbles over": (
        "SELECT map('x', phone, name) FROM customer",
        "hive",
        "1:1 it cannot be read",
    ),
    "a function that nobody knows": (
        "SELECT find_phone(cust_no) AS p FROM customer",
        "postgresql",
        "1:8 nobody knows what",
    ),
    "a function that runs SQL of its own": (
        "SELECT query_to_xml('select phone from customer', true, true, '')",
        "postgresql",
        "1:8",
    ),
    "a table from elsewhere": ("SELECT * FROM OPENQUERY(srv, 'select phone from customer') q", "sqlserver", "1:"),
    "another one": ("SELECT x.p FROM dblink('host=x', 'select phone from customer') AS x(p text)", "postgresql", "1:"),
    "a database that is cloned": ("CREATE DATABASE copy CLONE core", "snowflake", "1:"),
    "a star within a union": (
        "SELECT * FROM nowhere UNION SELECT name, dt FROM customer",
        "postgresql",
        "1:8 * cannot",
    ),
    "a function that returns rows": ("SELECT * FROM export_rows()", "postgresql", "1:8 * cannot be expanded"),
    "a table that is filled from a file": (
        "COPY stage FROM '/x'; SELECT a FROM stage",
        "postgresql",
        "1:37 stage is filled from a file",
    ),
    "a table that may exist already": (
        "CREATE TABLE IF NOT EXISTS t (a text); SELECT a FROM t",
        "postgresql",
        "1:54 t may hold something",
    ),
    "columns that are like a pattern": ("SELECT * LIKE 'p%' FROM customer", "duckdb", "1:8 this wildcard"),
    "columns by GLOB": ("SELECT c.* GLOB 'p*' FROM customer c", "duckdb", "1:"),
    "measures of rows that match": (
        "SELECT * FROM customer MATCH_RECOGNIZE (ORDER BY dt MEASURES FIRST(phone) AS f PATTERN (a+) DEFINE a AS 1=1)",
        "oracle",
        "1:",
    ),
    "tables of one name": (
        "SELECT phone FROM customer, customer",
        "sqlite",
        "1:1 the names in it cannot be told apart",
    ),
    "a file in place of a table": (
        "SELECT phone FROM read_csv('x.csv')",
        "duckdb",
        "1:19 what this table function reads",
    ),
    "a table whose name is computed": ("SELECT phone FROM IDENTIFIER('customer')", "snowflake", "1:19 what this table"),
    "a name of the query around": (
        "SELECT x.f FROM customer c, (SELECT c.fone AS f FROM account) x",
        "postgresql",
        "1:8 c has no column fone",
    ),
    "an assignment of a star": (
        "UPDATE account SET (acct, opened) = (SELECT * FROM customer)",
        "postgresql",
        "1:21 this",
    ),
    "columns by a pattern": ("SELECT COLUMNS('p.*') FROM customer", "duckdb", "1:"),
    "a union of different widths": (
        "SELECT phone FROM customer UNION SELECT name, dt FROM customer",
        "postgresql",
        "1:",
    ),
    "a table that refers to itself": (
        "WITH r AS (SELECT a FROM r) SELECT a FROM r",
        "postgresql",
        "1:36 table r is not in the inventory",
    ),
    "a string that does not end": ("SELECT 'abc FROM customer", "postgresql", "1:"),
    "nesting without end": (f"SELECT {'(' * 3000}phone{')' * 3000} FROM customer", "postgresql", "1:"),
}


@pytest.mark.parametrize(("sql", "dialect", "told"), GAPS.values(), ids=GAPS)
def test_a_gap_is_told_with_its_place(warehouse, sql, dialect, told):
    gaps = warehouse.gaps(sql, dialect)
    assert any(gap.startswith(told) for gap in gaps), gaps


def test_a_gap_does_not_hide_what_the_other_columns_and_statements_carry(warehouse):
    traced = warehouse.trace("SELECT phone, fone FROM customer;\nSELECT 1 FROM;\nSELECT name FROM customer")
    assert [column.name for output in traced.outputs for column in output.columns] == ["phone", "name"]
    assert [str(gap.place) for gap in traced.gaps] == ["1:15", "2:13"]


def test_a_name_that_several_sources_have_is_a_gap_until_one_is_named():
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.relations import Relations, Stored
    from pii_audit.lineage.tracing import trace

    both = Relations([Stored("a:public.t", "a", "public.t", ("x",)), Stored("b:public.t", "b", "public.t", ("x",))])
    dialect = load_dialect("postgresql")
    (gap,) = trace("SELECT x FROM t", dialect, both).gaps
    assert "may be any of a:public.t, b:public.t" in gap.reason.en
    assert trace("SELECT x FROM a.public.t", dialect, both).gaps == ()


def test_values_never_stand_in_what_is_told(warehouse):
    (gap,) = warehouse.gaps("SELECT phone FROM customer WHERE id_no = '110101199003070011' AND AND")
    assert "110101199003070011" not in gap


HARMLESS = """
SET NAMES utf8; USE core; DROP TABLE IF EXISTS x; ANALYZE TABLE customer; GRANT SELECT ON customer TO r; COMMIT;
DELETE FROM customer WHERE dt = '1'; INSERT INTO log VALUES (1, 'x'); ALTER TABLE customer ADD COLUMN z INT;
"""


def test_statements_that_let_nothing_out_are_no_gaps(warehouse):
    traced = warehouse.trace(HARMLESS, "mysql")
    assert (traced.outputs, traced.gaps) == ((), ())


def test_a_script_of_comments_lets_nothing_out(warehouse):
    traced = warehouse.trace("-- nothing; really\n/* SELECT phone FROM customer; */\n")
    assert (traced.outputs, traced.gaps) == ((), ())
