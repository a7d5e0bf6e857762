"""Which stored columns leave, through everything that SQL has."""

from __future__ import annotations

import time

import pytest

CASES = {
    "a CTE with column aliases": (
        "WITH c(p, q) AS (SELECT phone, name FROM customer) SELECT q AS who, p FROM c",
        {"who": {"customer.name"}, "p": {"customer.phone"}},
    ),
    "a CTE over a CTE": (
        "WITH a AS (SELECT phone x FROM customer), b AS (SELECT x y FROM a) SELECT y FROM b",
        {"y": {"customer.phone"}},
    ),
    "a CTE that hides a table": (
        "WITH customer AS (SELECT acct AS phone FROM account) SELECT phone FROM customer",
        {"phone": {"account.acct"}},
    ),
    "a CTE in another case": (
        "WITH C AS (SELECT phone FROM customer) SELECT PHONE FROM c",
        {"PHONE": {"customer.phone"}},
    ),
    "a self-join": (
        "SELECT s.name AS who, b.name AS boss FROM staff s JOIN staff b ON b.id = s.boss",
        {"who": {"staff.name"}, "boss": {"staff.name"}},
    ),
    "a recursion whose columns change places": (
        "WITH RECURSIVE r(a, b, c) AS (SELECT phone, name, email FROM customer UNION ALL SELECT b, c, a FROM r) SELECT * FROM r",
        {column: {"customer.phone", "customer.name", "customer.email"} for column in "abc"},
    ),
    "a recursion that builds a path": (
        (
            "WITH RECURSIVE r AS (SELECT id, name AS path FROM staff WHERE boss IS NULL "
            "UNION ALL SELECT s.id, r.path || '/' || s.name FROM staff s JOIN r ON s.boss = r.id) SELECT path FROM r"
        ),
        {"path": {"staff.name"}},
    ),
    "a star over USING": (
        "SELECT * FROM (SELECT cust_no, phone FROM customer) c JOIN account USING (cust_no)",
        {"cust_no": {"customer.cust_no"}, "phone": {"customer.phone"}, "acct": {"account.acct"}}
        | {"balance": {"account.balance"}, "opened": {"account.opened"}},
    ),
    "a star of one table": (
        "SELECT a.* FROM account a, customer c",
        {c: {f"account.{c}"} for c in ("acct", "cust_no", "balance", "opened")},
    ),
    "unions by position": (
        "SELECT phone AS x FROM customer UNION ALL SELECT name FROM customer UNION SELECT acct FROM account",
        {"x": {"customer.phone", "customer.name", "account.acct"}},
    ),
    "what EXCEPT takes away": (
        "SELECT phone FROM customer EXCEPT SELECT acct FROM account",
        {"phone": {"customer.phone"}},
    ),
    "a scalar subquery": (
        "SELECT acct, (SELECT max(c.name) FROM customer c WHERE c.cust_no = a.cust_no) AS who FROM account a",
        {"acct": {"account.acct"}, "who": {"customer.name"}},
    ),
    "a lateral subquery": (
        "SELECT l.p FROM account a, LATERAL (SELECT phone AS p FROM customer c WHERE c.cust_no = a.cust_no) l",
        {"p": {"customer.phone"}},
    ),
    "conditions carry nothing": (
        (
            "SELECT CASE WHEN phone LIKE '138%' THEN 'mobile' ELSE email END AS x, phone IS NULL AS y, count(name) AS z "
            "FROM customer WHERE id_no > '1' GROUP BY 1, 2 HAVING max(name) > 'a' ORDER BY max(id_no)"
        ),
        {"x": {"customer.email"}, "y": set(), "z": set()},
    ),
    "EXISTS and IN carry nothing": (
        "SELECT EXISTS (SELECT 1 FROM customer) AS e, acct IN (SELECT phone FROM customer) AS i FROM account",
        {"e": set(), "i": set()},
    ),
    "windows carry what they show": (
        "SELECT first_value(phone) OVER (PARTITION BY name ORDER BY email) AS f, row_number() OVER (ORDER BY phone) AS n FROM customer",
        {"f": {"customer.phone"}, "n": set()},
    ),
    "aggregates carry what they gather": (
        "SELECT string_agg(phone, ',' ORDER BY name) AS s, count(DISTINCT phone) AS n FROM customer",
        {"s": {"customer.phone"}, "n": set()},
    ),
    "a member of a row and a method": (
        "SELECT (c).phone AS a, xmlagg(xmlelement(NAME e, c.email)).extract('//x') AS b FROM customer c",
        {
            "a": {f"customer.{one}" for one in ("cust_no", "name", "phone", "id_no", "email", "dt")},
            "b": {"customer.email"},
        },
    ),
    "a whole row": (
        "SELECT row_to_json(a) AS j FROM account a",
        {"j": {f"account.{c}" for c in ("acct", "cust_no", "balance", "opened")}},
    ),
    "values": ("SELECT v.a FROM (VALUES ('x'), ('y')) v(a)", {"a": set()}),
    "a derived table within another": (
        "SELECT z FROM (SELECT y AS z FROM (SELECT phone AS y FROM customer) i) o",
        {"z": {"customer.phone"}},
    ),
    "names with schema and source": ("SELECT core.customer.phone FROM core.customer", {"phone": {"customer.phone"}}),
}


@pytest.mark.parametrize(("sql", "expected"), CASES.values(), ids=CASES)
def test_columns_are_traced_through(warehouse, sql, expected):
    assert warehouse.columns(sql) == expected


DIALECTS = {
    "oracle": (
        (
            "SELECT NVL(c.phone, 'x') p, DECODE(c.dt, '1', c.name, c.email) d, ROWNUM r FROM customer c, account a "
            "WHERE c.cust_no = a.cust_no(+) AND dt = TO_DATE('&day', 'YYYYMMDD') CONNECT BY PRIOR a.acct = a.cust_no;"
        ),
        {"p": {"customer.phone"}, "d": {"customer.name", "customer.email"}, "r": set()},
    ),
    "hive": (
        (
            "INSERT OVERWRITE LOCAL DIRECTORY '/out' ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
            "SELECT /*+ MAPJOIN(a) */ phone, e.part FROM customer LATERAL VIEW explode(split(name, ' ')) e AS part WHERE dt = '${hiveconf:dt}';"
        ),
        {"phone": {"customer.phone"}, "part": {"customer.name"}},
    ),
    "sqlserver": (
        (
            "WITH r AS (SELECT id, boss, name FROM staff UNION ALL SELECT s.id, s.boss, s.name FROM staff s JOIN r ON r.id = s.boss)\n"
            "SELECT TOP 10 r.name, x.v, who = c.phone FROM r CROSS APPLY (VALUES (r.id), (r.boss)) x(v) JOIN [customer] c WITH (NOLOCK) ON 1 = 1\nGO\n"
        ),
        {"name": {"staff.name"}, "v": {"staff.id", "staff.boss"}, "who": {"customer.phone"}},
    ),
    "mysql": (
        "SELECT `phone`, IF(dt > 1, name, NULL) n /*!50000 , id_no */ INTO OUTFILE '/tmp/x' FIELDS TERMINATED BY ',' FROM customer -- it's\\G\n;",
        {"phone": {"customer.phone"}, "n": {"customer.name"}, "id_no": {"customer.id_no"}},
    ),
    "redshift": (
        "UNLOAD ('SELECT phone, ''a;b'' AS k FROM customer WHERE dt = ''1''') TO 's3://x/' IAM_ROLE 'r' CSV",
        {"phone": {"customer.phone"}, "k": set()},
    ),
    "snowflake": (
        "COPY INTO @stage/x FROM (SELECT * EXCLUDE (dt, email) RENAME (id_no AS doc) FROM customer)",
        {
            "cust_no": {"customer.cust_no"},
            "name": {"customer.name"},
            "phone": {"customer.phone"},
            "doc": {"customer.id_no"},
        },
    ),
    "postgresql": (
        "\\set ON_ERROR_STOP on\n\\copy (SELECT phone, :'day' AS d FROM customer WHERE note = 'a;b') TO 'x.csv' CSV HEADER\n",
        {"phone": {"customer.phone"}, "d": None},
    ),
    "sqlite": (".mode csv\n.once out.csv\nSELECT phone FROM customer;\n", {"phone": {"customer.phone"}}),
}


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "postgresql"])
def test_each_dialect_in_its_own_words(warehouse, dialect):
    sql, expected = DIALECTS[dialect]
    assert warehouse.columns(sql, dialect) == expected


def test_a_variable_of_psql_in_a_column_is_a_gap_until_it_is_told(warehouse):
    sql, _ = DIALECTS["postgresql"]
    assert [gap.split(" ", 1)[0] for gap in warehouse.gaps(sql)] == ["2:22"]
    assert warehouse.columns(sql, day="'20260601'") == {"phone": {"customer.phone"}, "d": set()}


TPC_DS = """
WITH year_total AS (
  SELECT c_customer_sk customer_sk, c_first_name first_name, c_last_name last_name, c_email_address email,
         d_year dyear, sum(ss_net_paid) total, 's' sale_type
  FROM dsdgen_customer, store_sales, date_dim
  WHERE c_customer_sk = ss_customer_sk AND ss_sold_date_sk = d_date_sk AND d_year IN (2001, 2002)
  GROUP BY c_customer_sk, c_first_name, c_last_name, c_email_address, d_year
  UNION ALL
  SELECT c_customer_sk, c_first_name, c_last_name, c_email_address, d_year, sum(ws_net_paid), 'w'
  FROM dsdgen_customer, web_sales, date_dim
  WHERE c_customer_sk = ws_bill_customer_sk AND ws_sold_date_sk = d_date_sk
  GROUP BY c_customer_sk, c_first_name, c_last_name, c_email_address, d_year
), ranked AS (
  SELECT y.*, rank() OVER (PARTITION BY sale_type ORDER BY total DESC) AS rk, ca.ca_state AS state
  FROM year_total y JOIN dsdgen_customer d ON d.c_customer_sk = y.customer_sk
  LEFT JOIN customer_address ca ON ca.ca_address_sk = d.c_current_addr_sk
)
SELECT f.first_name || ' ' || f.last_name AS full_name, s.email AS email, f.state, f.rk,
       s.total / NULLIF(f.total, 0) AS growth,
       CASE WHEN s.total > f.total THEN s.last_name ELSE 'none' END AS grower
FROM ranked f JOIN ranked s USING (customer_sk)
WHERE f.sale_type = 's' AND s.sale_type = 'w' AND f.email LIKE '%@%'
ORDER BY f.email
LIMIT 100
"""


def test_a_report_like_those_of_tpc_ds(warehouse):
    paid = {"store_sales.ss_net_paid", "web_sales.ws_net_paid"}
    assert warehouse.columns(TPC_DS) == {
        "full_name": {"dsdgen_customer.c_first_name", "dsdgen_customer.c_last_name"},
        "email": {"dsdgen_customer.c_email_address"},
        "state": {"customer_address.ca_state"},
        "rk": set(),
        "growth": paid,
        "grower": {"dsdgen_customer.c_last_name"},
    }


def test_what_a_script_makes_and_reads_again_is_a_step_on_the_way_out(warehouse):
    sql = """
    CREATE TEMP TABLE base AS SELECT cust_no, phone AS p, name FROM customer WHERE dt = '1';
    INSERT INTO base (p, cust_no) SELECT email, cust_no FROM customer;
    CREATE VIEW v AS SELECT p AS contact FROM base;
    COPY (SELECT contact FROM v) TO '/out.csv' WITH (FORMAT csv);
    """
    assert warehouse.columns(sql) == {"contact": {"customer.phone", "customer.email"}}


def test_a_check_that_only_counts_an_exported_table_does_not_excuse_it(warehouse):
    traced = warehouse.trace("CREATE TABLE out AS SELECT phone FROM customer; SELECT count(*) FROM out;")
    assert {(output.target, tuple(column.name for column in output.columns)) for output in traced.outputs} == {
        ("out", ("phone",)),
        (None, ("column 1",)),
    }


def test_updates_and_merges_write_too(warehouse):
    merged = "MERGE INTO tgt t USING customer s ON (t.k = s.cust_no) WHEN MATCHED THEN UPDATE SET t.a = s.name WHEN NOT MATCHED THEN INSERT (k, a) VALUES (s.cust_no, s.phone)"
    assert warehouse.columns(merged, "oracle") == {"k": {"customer.cust_no"}, "a": {"customer.name", "customer.phone"}}
    updated = "UPDATE tgt SET a = c.phone FROM customer c WHERE c.cust_no = tgt.k"
    assert warehouse.columns(updated) == {"a": {"customer.phone"}}


WRITES = {
    "a subquery": "UPDATE account SET acct = (SELECT phone FROM customer c WHERE c.cust_no = account.cust_no)",
    "several of a subquery": "UPDATE account SET (opened, acct) = (SELECT dt, phone FROM customer c)",
    "several values": "UPDATE account SET (opened, acct) = (c.dt, c.phone) FROM customer c",
    "a CTE": "WITH x AS (SELECT phone FROM customer) UPDATE account SET acct = x.phone FROM x",
    "a MERGE with a CTE": (
        "WITH x AS (SELECT phone, cust_no FROM customer) MERGE INTO account a USING x ON a.cust_no = x.cust_no "
        "WHEN MATCHED THEN UPDATE SET acct = x.phone"
    ),
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_what_is_assigned_is_read_under_the_name_of_its_column(warehouse, statement):
    found = warehouse.columns(f"{statement}; SELECT acct FROM account")
    assert found == {"acct": {"account.acct", "customer.phone"}}


def test_a_union_by_name_puts_columns_of_one_name_together(warehouse):
    sql = "SELECT phone, name FROM customer UNION ALL BY NAME SELECT name, boss AS phone FROM staff"
    assert warehouse.columns(sql, "duckdb") == {
        "phone": {"customer.phone", "staff.boss"},
        "name": {"customer.name", "staff.name"},
    }


def test_a_table_function_reads_the_rows_beside_it(warehouse):
    sql = "SELECT e.value FROM staff s, unnest(string_to_array(s::text, ',')) AS e(value)"
    assert warehouse.columns(sql) == {"value": {"staff.id", "staff.boss", "staff.name"}}


DOCUMENTS = {
    "JSON_TABLE": ("oracle", "JSON_TABLE(c.phone, '$' COLUMNS (p VARCHAR2(20) PATH '$.p')) x"),
    "JSON_TABLE of MySQL": ("mysql", "JSON_TABLE(c.phone, '$[*]' COLUMNS (p VARCHAR(20) PATH '$.p')) x"),
    "XMLTABLE": ("oracle", "XMLTABLE('/a' PASSING c.phone COLUMNS p VARCHAR2(20) PATH 'b') x"),
}


@pytest.mark.parametrize(("dialect", "table"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_table_of_a_document_is_made_of_it(warehouse, dialect, table):
    assert warehouse.columns(f"SELECT x.p, c.name FROM customer c, {table}", dialect) == {
        "p": {"customer.phone"},
        "name": {"customer.name"},
    }


def test_pages_of_oracle_number_their_rows(warehouse):
    sql = "SELECT * FROM (SELECT t.*, ROWNUM rn FROM (SELECT phone FROM customer ORDER BY dt) t WHERE ROWNUM <= 20) WHERE rn > 10"
    assert warehouse.columns(sql, "oracle") == {"phone": {"customer.phone"}, "rn": set()}


def test_a_clone_is_a_copy(warehouse):
    assert warehouse.columns("CREATE TABLE copy CLONE account", "snowflake") == {
        column: {f"account.{column}"} for column in ("acct", "cust_no", "balance", "opened")
    }


def test_two_bars_carry_a_value_however_mysql_is_set(warehouse):
    assert warehouse.columns("SELECT phone || '' AS x FROM customer", "mysql") == {"x": {"customer.phone"}}


def test_a_stored_table_that_a_script_adds_to_keeps_what_it_held(warehouse):
    sql = "INSERT INTO account (acct) SELECT phone FROM customer; COPY (SELECT acct FROM account) TO '/x';"
    assert warehouse.columns(sql) == {"acct": {"account.acct", "customer.phone"}}


@pytest.mark.parametrize("statements", [200, pytest.param(2000, marks=pytest.mark.soak)])
def test_a_long_script_is_traced_within_seconds(warehouse, statements):
    statement = (
        "INSERT INTO out_{0}\nSELECT c.phone, upper(c.name) AS n,\n  CASE WHEN a.balance > {0} THEN c.email END AS e -- it's\n"
        "FROM customer c JOIN account a ON a.cust_no = c.cust_no\nWHERE c.dt = '${{dt}}';\n"
    )
    script = "".join(statement.format(number) for number in range(statements))
    began = time.process_time()
    traced = warehouse.trace(script, "hive")
    assert time.process_time() - began < statements / 50
    assert (len(traced.outputs), traced.gaps) == (statements, ())
    assert traced.outputs[-1].columns[2].place.line == statements * 5 - 2


def _of_customer(**columns: str) -> dict[str, set[str]]:
    """What columns are made of, by the names of those of one table."""
    return {name: {f"customer.{one}" for one in said.split()} for name, said in columns.items()}


_KEPT = {"cust_no": "cust_no", "name": "name", "id_no": "id_no", "dt": "dt"}
TURNED = {
    "values below one another": (
        "oracle",
        "SELECT cust_no, v, n FROM customer UNPIVOT (v FOR n IN (phone AS 'p', email AS 'e'))",
        _of_customer(cust_no="cust_no", v="phone email", n=""),
    ),
    "under the name of the result": (
        "sqlserver",
        "SELECT u.cust_no, u.v, u.n FROM customer UNPIVOT (v FOR n IN (phone, email)) AS u",
        _of_customer(cust_no="cust_no", v="phone email", n=""),
    ),
    "all of it": (
        "snowflake",
        "SELECT * FROM customer UNPIVOT (v FOR n IN (phone, email))",
        _of_customer(**_KEPT, n="", v="phone email"),
    ),
    "all of it by its name": (
        "spark",
        "SELECT u.* FROM customer UNPIVOT INCLUDE NULLS (v FOR n IN (phone AS p, email)) AS u",
        _of_customer(**_KEPT, n="", v="phone email"),
    ),
    "several values in a row": (
        "bigquery",
        "SELECT a, b FROM customer UNPIVOT ((a, b) FOR n IN ((phone, name), (email, id_no)))",
        _of_customer(a="phone email", b="name id_no"),
    ),
    "of a query": (
        "snowflake",
        "WITH c AS (SELECT cust_no, phone AS p, email FROM customer) SELECT v FROM c UNPIVOT (v FOR n IN (p, email)) WHERE n = 'x'",
        _of_customer(v="phone email"),
    ),
    "values beside one another": (
        "sqlserver",
        "SELECT p.cust_no, p.[a] FROM (SELECT cust_no, phone, name FROM customer) AS s PIVOT (MAX(phone) FOR name IN ([a], [b])) AS p",
        _of_customer(cust_no="cust_no", a="phone"),
    ),
    "how many there are": (
        "sqlserver",
        "SELECT cust_no, a FROM customer PIVOT (COUNT(phone) FOR name IN ([a], [b])) AS p",
        _of_customer(cust_no="cust_no", a=""),
    ),
    "all of them": (
        "oracle",
        "SELECT * FROM (SELECT cust_no, name, phone FROM customer) PIVOT (MAX(phone) AS m FOR name IN ('a' AS a, 'b' AS b))",
        _of_customer(cust_no="cust_no", a_m="phone", b_m="phone"),
    ),
    "a column that is called like a result": (
        "oracle",
        "SELECT email, a_email FROM customer PIVOT (MAX(phone) AS email FOR name IN ('a' AS a))",
        _of_customer(email="email", a_email="phone"),
    ),
}


@pytest.mark.parametrize(("dialect", "sql", "expected"), TURNED.values(), ids=TURNED)
def test_what_is_turned_is_made_of_what_is_turned_alone(warehouse, dialect, sql, expected):
    assert warehouse.columns(sql, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("oracle", "SELECT phone FROM customer UNPIVOT (v FOR n IN (phone AS 'p', email AS 'e'))"),
        ("snowflake", "SELECT * FROM customer PIVOT (MAX(phone) FOR name IN (ANY))"),
        ("snowflake", "SELECT v FROM customer UNPIVOT (v FOR n IN (phone, mobile))"),
    ],
)
def test_what_is_turned_in_a_way_that_is_not_known_is_a_gap(warehouse, dialect, sql):
    assert warehouse.gaps(sql, dialect)
