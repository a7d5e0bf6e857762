"""SQL in Python: strings are followed to where they are handed to a database; nothing is run."""

from __future__ import annotations

import pytest

WRITTEN = {
    "a model of dbt": ("def model(dbt, session):\n    return dbt.source('core', 'staff')", {"2:31": "id+boss+name"}),
    "a literal that is executed": ('cur.execute("SELECT phone FROM customer")', {"1:21": "phone"}),
    "one in three quotes": (
        'q = """\nSELECT phone,\n       name\nFROM customer"""\nrun(q)',
        {"2:8": "phone", "3:8": "name"},
    ),
    "adjacent literals": ('run("SELECT phone, "\n    "name FROM customer")', {"1:13": "phone", "2:6": "name"}),
    "escapes before it": (r'run("SELECT\t\x70hone,\n name FROM customer")', {"1:14": "phone", "1:26": "name"}),
    "a raw string": ("run(r\"SELECT phone FROM customer WHERE phone ~ '\\d'\")", {"1:14": "phone"}),
    "Han characters before it": ("run(\"SELECT '客户' AS 类, phone FROM customer\")", {"1:13": "", "1:24": "phone"}),
    "a concatenation": ('run("SELECT phone" + ", name " + "FROM customer")', {"1:13": "phone", "1:25": "name"}),
    "pieces that are added": (
        'sql = "SELECT phone"\nsql += ", name"\nsql += " FROM customer"\ncon.execute(sql)',
        {"1:15": "phone", "2:11": "name"},
    ),
    "an f-string with a value in a condition": (
        "run(f\"SELECT phone FROM customer WHERE dt = '{day:%Y%m%d}' AND name = {name!r}\")",
        {"1:14": "phone"},
    ),
    "an f-string of a constant": (
        'COLUMN = "phone"\nrun(f"SELECT {COLUMN}, name FROM customer")',
        {"1:11": "phone", "2:24": "name"},
    ),
    "format": ('run("SELECT phone FROM customer WHERE dt > {}".format(day))', {"1:13": "phone"}),
    "format by name": (
        'Q = "SELECT {columns} FROM customer WHERE dt = \'{day}\'"\ncon.execute(Q.format(columns="phone, name", day=d))',
        {"2:31": "phone", "2:38": "name"},
    ),
    "percent": ('run("SELECT %s FROM customer WHERE dt = \'%s\'" % ("phone", day))', {"1:51": "phone"}),
    "percent by name": ('run("SELECT %(c)s FROM customer" % {"c": "phone"})', {"1:43": "phone"}),
    "parameters of a driver": (
        'cur.execute("SELECT phone FROM customer WHERE dt = %s AND name = %(n)s AND id_no = :i", x)',
        {"1:21": "phone"},
    ),
    "a join of columns": (
        'C = ["phone", "name"]\nrun("SELECT " + ", ".join(C) + " FROM customer")',
        {"1:7": "phone", "1:16": "name"},
    ),
    "a comprehension": (
        'C = ["phone", "name"]\nrun("SELECT " + ", ".join(f"upper({c})" for c in C) + " FROM customer")',
        {"2:29": "phone+", "2:29 ": "name"},
    ),
    "a placeholder of one's own": (
        "cur.execute(\"SELECT phone FROM customer WHERE dt = '$DAY'\".replace('$DAY', day).strip(';'))",
        {"1:21": "phone"},
    ),
    "text of SQLAlchemy": (
        'from sqlalchemy import text\nrows = con.execute(text("SELECT phone FROM customer").bindparams(x=1))',
        {"2:33": "phone"},
    ),
    "pandas": ('import pandas as pd\npd.read_sql("SELECT phone FROM customer", con)', {"2:21": "phone"}),
    "an operator of Airflow": (
        'SQLExecuteQueryOperator(task_id="x", sql="""SELECT phone FROM customer WHERE dt = \'{{ ds }}\'""")',
        {"1:52": "phone"},
    ),
    "several statements for an operator": (
        'PostgresOperator(sql=["SELECT phone FROM customer", "SELECT name FROM customer"])',
        {"1:31": "phone", "1:61": "name"},
    ),
    "a helper of the file": (
        'def run(con, sql):\n    con.execute(sql)\nrun(c, "SELECT phone FROM customer")',
        {"3:16": "phone"},
    ),
    "a helper behind a helper": (
        'def run(sql, x=1):\n    cur.execute(sql)\ndef day(q):\n    run(q + " WHERE dt > 1")\nday("SELECT phone FROM customer")',
        {"5:13": "phone"},
    ),
    "a method": (
        (
            'class J:\n    SQL = "SELECT phone FROM customer"\n    def go(self):\n        self.run(self.SQL)\n'
            "    def run(self, sql):\n        self.cur.execute(sql)"
        ),
        {"2:19": "phone"},
    ),
    "what a function returns": (
        'def query(c):\n    return f"SELECT {c} FROM customer"\ncur.execute(query("phone"))',
        {"3:20": "phone"},
    ),
    "either of two": (
        'if a:\n    q = "SELECT phone FROM customer"\nelse:\n    q = "SELECT name FROM customer"\ncur.execute(q)',
        {"2:17": "phone", "4:17": "name"},
    ),
    "a condition that is added or not": (
        'q = "SELECT phone FROM customer"\nif d:\n    q += " WHERE dt > 1"\ncur.execute(q)',
        {"1:13": "phone"},
    ),
    "a dictionary of queries": (
        'Q = {"a": "SELECT phone FROM customer", "b": "SELECT name FROM customer"}\nfor k, q in Q.items():\n    cur.execute(q)',
        {"1:19": "phone", "1:54": "name"},
    ),
    "tables with their columns": (
        'T = {"customer": ["phone", "name"]}\nfor t, c in T.items():\n    run(f"SELECT {\', \'.join(c)} FROM {t}")',
        {"1:20": "phone", "1:29": "name"},
    ),
    "the names of tables": (
        'T = {"staff": 1}\nfor t in T:\n    cur.execute("SELECT name FROM " + t)',
        {"3:25": "name"},
    ),
    "a loop over columns": (
        'q = "SELECT dt"\nfor c in ("phone", "name"):\n    q += f", {c}"\ncur.execute(q + " FROM customer")',
        {"1:13": "dt", "2:12": "phone", "2:21": "name"},
    ),
    "a table as a whole": ('import pandas as pd\npd.read_sql_table("staff", con)', {"2:19": "boss+id+name"}),
    "a table that is made and read": (
        'cur.execute("CREATE TEMP TABLE t AS SELECT phone AS p FROM customer")\ncur.execute("SELECT p FROM t")',
        {"2:21": "phone"},
    ),
    "a command word by word": ('subprocess.run(["psql", "-c", "SELECT phone FROM customer"])', {"1:39": "phone"}),
    "a command of a shell": (
        "import os\nos.system(\"psql -c 'SELECT phone FROM customer' > x.csv\")",
        {"2:28": "phone"},
    ),
    "what is given to nobody that is known": (
        'export(to="acme", query="SELECT phone FROM customer")',
        {"1:33": "phone"},
    ),
    "what an attribute is taken of": (
        'spark.sql("SELECT phone FROM customer").write.csv("/out")\nx = pd.read_sql("SELECT name FROM customer", c).values',
        {"1:19": "phone", "2:25": "name"},
    ),
    "an attribute of a call, itself a statement": (
        'cur.execute("SELECT phone FROM customer").rowcount',
        {"1:21": "phone"},
    ),
    "what is printed": ('print(pd.read_sql("SELECT phone FROM customer", conn).to_csv())', {"1:27": "phone"}),
    "what is printed in a text": (
        'print("select a from b: " + str(run("SELECT phone FROM customer")), f"{run(\'SELECT name FROM customer\')}")',
        {"1:45": "phone", "1:84": "name"},
    ),
    "what is logged of a cursor": (
        'log.info("%s", cur.execute("SELECT phone FROM customer").fetchall())',
        {"1:36": "phone"},
    ),
    "a message of a call": ('send(message=cur.execute("SELECT phone FROM customer").fetchone())', {"1:34": "phone"}),
    "what is asserted": ('assert cur.execute("SELECT phone FROM customer").rowcount > 1', {"1:28": "phone"}),
    "what is raised with rows": ('raise X(cur.execute("SELECT phone FROM customer").fetchall())', {"1:29": "phone"}),
    "an option of a reader": (
        'spark.read.format("jdbc").option("query", "SELECT phone FROM customer").load()',
        {"1:51": "phone"},
    ),
    "an option of a writer": (
        'spark.sql("SELECT phone FROM customer").write.option("header", True).csv("/o")',
        {"1:19": "phone"},
    ),
    "a table that is copied": (
        'with cur.copy("COPY (SELECT phone FROM customer) TO STDOUT") as c: pass',
        {"1:29": "phone"},
    ),
    "a query that is copied": ('c.copy_from_query("SELECT phone FROM customer", output="x")', {"1:27": "phone"}),
    "a table of Spark": ('spark.table("staff")', {"1:13": "boss+id+name"}),
    "a table of a reader": ('spark.read.table("staff").write.csv("/x")', {"1:18": "boss+id+name"}),
    "a table by an option": ('spark.read.format("jdbc").option("dbtable", "staff").load()', {"1:45": "boss+id+name"}),
    "a query as a table": (
        'spark.read.format("jdbc").options(dbtable="(SELECT phone FROM customer) t").load()',
        {"1:43": "phone"},
    ),
    "a table by its place": ('spark.read.jdbc(url, "staff")', {"1:22": "boss+id+name"}),
    "what an operator is configured with": (
        'BigQueryInsertJobOperator(configuration={"query": {"query": "SELECT phone FROM customer"}})',
        {"1:69": "phone"},
    ),
    "operators that are expanded": (
        'PostgresOperator.partial(task_id="x").expand(sql=["SELECT phone FROM customer"])',
        {"1:59": "phone"},
    ),
    "bytes": ('cur.execute(b"SELECT phone FROM customer")', {"1:22": "phone"}),
    "bytes that are decoded": ('q = b"SELECT phone FROM customer".decode()\ncur.execute(q)', {"1:14": "phone"}),
    "a call of what a call gives": ('partial(run, "SELECT phone FROM customer")()', {"1:22": "phone"}),
    "a text of a table in a text": (
        '("SELECT phone FROM customer WHERE name = " + quote(cur.execute("SELECT name FROM customer"))).strip()',
        {"1:10": "phone", "1:73": "name"},
    ),
}


@pytest.mark.parametrize(("program", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_sql_that_is_written_in_a_program_is_traced_at_its_own_line(programs, program, expected):
    found = programs.columns("job.py", program)
    if "+" in "".join(expected.values()):
        # Columns of one place.
        assert set("+".join(found.values()).split("+")) <= {"phone", "name", "boss", "id"}
        assert set(found) <= {one.strip() for one in expected}
    else:
        assert found == expected


NONE = {
    "a docstring": '"""Select the rows from customer and update them."""\ndef f():\n    """SELECT phone FROM customer."""',
    "what is logged": 'log.info("select phone from customer")\nprint("SELECT phone FROM customer")',
    "what is raised": 'raise ValueError("select phone from customer failed")\nraise X(_("select a from b"))',
    "what is logged with its values": (
        'log.info(f"select phone from {t}")\nprint("SELECT a FROM b".upper(), "SELECT {} FROM t".format(x), file=f)'
        '\nprint(", ".join(["SELECT a FROM b", "SELECT c FROM d"]), ["psql", "-c", "SELECT a FROM b"])'
    ),
    "what is asserted": 'assert q == "SELECT phone FROM customer", "SELECT phone FROM customer"',
    "bytes that are none of a text": 'x = b"\\xff\\xfe"\nsock.send(b"select")',
    "help for people": 'parser.add_argument("--x", help="select phone from customer")\nf(description="select a from b")',
    "a sentence": 'st.button("Select the file from the list")\nlabel = "select columns from the table, then press OK"',
    "a sentence with a capital": 'label("Select rows from file")\nlabel("Update everything set aside")',
    "a sentence with its end": 'label("select one from many.")',
    "Chinese": 'label("请从列表中 select 一个 from 目录")',
    "words that begin like SQL": 'x = ["selection", "update", "created table", "copy that to me", "with care"]',
    "an expression of pandas": 'import pandas as pd\ndf.query("a > 3")\ndf.query(q)',
    "execute of something else": "pool.execute(job)\nexecutor.submit(run)",
    "methods that are called alike": (
        "import psycopg\nimport shutil\nshutil.copy(a, b)\ndf.query(q)\nd.copy()\npage.table(x)\nx.option('header', q)\nf.options(query=None)"
        "\nS3ToRedshiftOperator(table='t')\nclient.get(query=q)"
    ),
    "no strings at all": "x = 1\nimport os\n",
    "what is run by others": "subprocess.run(command)\napp.run(port)\nloop.run(main())\nhook.run()\nwebhook.run(payload)",
    "an empty file": "",
    "a table that is only counted in words": 'x = f"{n} rows from {t}"',
}


@pytest.mark.parametrize("program", NONE.values(), ids=NONE)
def test_words_about_sql_are_none(programs, program):
    assert programs.columns("job.py", program) == {}
    assert programs.traced("job.py", program).outputs == ()


GAPS = {
    "an argument that comes from elsewhere": ("cur.execute(argv[1])", "1:13 the SQL that is handed"),
    "what an attribute is taken of": ("pd.read_sql_query(q(), c).values", "1:19 the SQL that is handed"),
    "bytes that are no text": ('cur.execute(b"\\xff")', "1:13 the SQL that is handed"),
    "a query of an ORM": ("import sqlalchemy\ncon.execute(select(people))", "2:13 the SQL that is handed"),
    "a helper that others call": ("import psycopg\ndef run(sql):\n    cur.execute(sql)", "3:17 the SQL that is handed"),
    "columns that nobody knows": ('run(f"SELECT {columns} FROM customer")', "1:15 what a variable or a template"),
    "a table that nobody knows": ('run("SELECT phone FROM {}".format(t))', "1:35 what a variable or a template"),
    "columns that are asked for later": ('Q = "SELECT {columns} FROM customer"', "1:13 what a variable or a template"),
    "what grows in a loop": (
        'q = "SELECT phone"\nfor c in columns:\n    q += ", " + c\ncur.execute(q + " FROM customer")',
        "",
    ),
    "a script that is not there": ('import psycopg\ncur.execute(open("sql/a.sql").read())', "2:13 it runs sql/a.sql"),
    "a script that an operator names": ('HiveOperator(hql="daily.hql")', "1:18 it runs daily.hql"),
    "a template for all of it": ('SqlOperator(sql="{{ params.query }}")', "1:18 what a variable or a template"),
    "an argument of a keyword": ("SQLExecuteQueryOperator(sql=query)", "1:29 the SQL that is handed"),
    "the query of an operator": ("AthenaOperator(query=Q)", "1:22 the SQL that is handed"),
    "what an operator is configured with": (
        'BigQueryInsertJobOperator(configuration={"query": {"query": Q}})',
        "1:61 the SQL that is handed",
    ),
    "an operator for whole tables": (
        'RedshiftToS3Operator(table="customer", s3_bucket="b")',
        "1:1 what RedshiftToS3Operator lets out",
    ),
    "an operator that reads a whole table": (
        'DynamoDBToS3Operator(dynamodb_table_name="customer")',
        "1:1 what DynamoDBToS3Operator",
    ),
    "the source of an operator": ("OracleToOracleOperator(source_sql=Q)", "1:35 the SQL that is handed"),
    "a client of a warehouse": ("from google.cloud import bigquery\nclient.query(q)", "2:14 the SQL that is handed"),
    "a whole table of a client": (
        'from google.cloud import bigquery\nclient.extract_table("core.customer", "gs://x")',
        "2:1 what extract_table lets out",
    ),
    "a table that is copied": ('cur.copy_to(f, "customer")', "1:1 what copy_to lets out"),
    "a procedure by its name": ('cursor.callproc("export_all")', "1:1 what callproc lets out"),
    "a connection that is made there": ("engine.connect().execute(q)", "1:26 the SQL that is handed"),
    "what a hook runs": ("def f(hook, q):\n    hook.run(q)", "2:14 the SQL that is handed"),
    "what a hook that is made there runs": ('PostgresHook("core").run(q)', "1:26 the SQL that is handed"),
    "a table of a reader by its name": (
        'spark.read.jdbc(url="x", table=t).write.csv("/y")',
        "1:32 * cannot be expanded: what a variable",
    ),
    "a query that is copied": ("import psycopg\nwith cur.copy(q) as c: pass", "2:15 the SQL that is handed"),
    "a query of polars": ("pl.read_database(q, c)", "1:18 the SQL that is handed"),
    "an option of a reader": ('spark.read.option("query", q).load()', "1:28 the SQL that is handed"),
    "a syntax error of SQL": ('run("SELECT phone,,\\n FROM WHERE")', "1:"),
    "a syntax error of Python": ("def f(:\n  pass", "1:1 it cannot be read as Python 3"),
    "Python 2": ('print "SELECT phone FROM customer"', "1:1 it cannot be read as Python 3"),
    "a procedure": ('cur.execute("CALL export_all()")', "1:14 a dynamic or procedural"),
    "a dump": ('subprocess.run("pg_dump -t customer core > x", shell=True)', "1:17 what pg_dump lets out"),
    "a command word by word": ('subprocess.run(["psql", "-f", path])', "1:31 the SQL"),
    "a dump word by word": ('subprocess.run(["sudo", "pg_dump", "-t", "customer"])', "1:26 what pg_dump lets out"),
    "nesting without end": ("x = " + "[" * 150 + "]" * 150 + "\nx = " + "-" * 5000 + "1", "1:1"),
    "more than can be gone through": (
        "".join(f"{'  ' * n}for a{n} in ({'1,' * 60}):\n" for n in range(5)) + " " * 10 + "x = 1",
        "1:1 the program is too entangled",
    ),
}


@pytest.mark.parametrize(("program", "told"), GAPS.values(), ids=GAPS)
def test_sql_that_is_not_written_there_is_a_gap(programs, program, told):
    gaps = programs.gaps("job.py", program)
    assert any(gap.startswith(told) for gap in gaps), gaps


def test_a_script_that_is_read_is_judged_where_it_stands(programs):
    program = 'import psycopg\ncur.execute(Path("sql") / "daily.sql")'
    assert programs.columns("job.py", program, daily_sql="SELECT phone FROM customer") == {}


def _handed_on(steps: int, given: str) -> str:
    """A program in which something is handed on from function to function before it is executed."""
    first = "import psycopg\ndef f0(q):\n    cur.execute(q)\n"
    return first + "".join(f"def f{n}(q):\n    f{n - 1}(q)\n" for n in range(1, steps)) + f"f{steps - 1}({given})"


def test_what_goes_through_many_functions_is_followed(programs):
    assert programs.gaps("job.py", _handed_on(8, "x")) == [
        "18:1 the SQL that is handed to the database here is not written in this file"
    ]
    assert programs.columns("job.py", _handed_on(8, '"SELECT phone FROM " + "customer"')) == {"18:12": "phone"}
    returned = "".join(f"def f{n}():\n    return f{n + 1}()\n" for n in range(8))
    program = f'{returned}def f8():\n    return "SELECT phone FROM customer"\ncur.execute(f0())'
    assert programs.columns("job.py", program) == {"18:20": "phone"}


@pytest.mark.parametrize(
    "program",
    [
        _handed_on(40, "x"),
        _handed_on(40, '"SELECT phone FROM customer"'),
        'def run(q):\n    cur.execute(q)\n    run(q + " x")\nrun("SELECT phone FROM customer")',
        'def q(p):\n    return "SELECT " + q(p + ", x")\ncur.execute(q("a"))',
        "def run(q):\n    cur.execute(q)\n    self.x = self.x + q\nrun('SELECT phone FROM customer')\ncur.execute(self.x)",
    ],
)
def test_what_goes_on_without_end_is_a_gap(programs, program):
    assert any("the SQL that is handed" in gap for gap in programs.gaps("job.py", program))


def test_functions_that_call_themselves_and_execute_nothing_are_none(programs):
    assert programs.columns("job.py", 'def walk(p):\n    return walk(p + "/x") + "y"\nprint(walk("a"))') == {}


def test_what_a_function_is_given_by_others_is_a_gap_although_it_is_called_here(programs):
    program = 'def run(q):\n    cur.execute(q)\nrun("SELECT phone FROM customer")\npool.map(run, queries)'
    assert programs.gaps("job.py", program) == [
        "2:17 the SQL that is handed to the database here is not written in this file"
    ]


def test_what_is_handed_on_at_a_place_is_added_to_what_is_executed_there(programs):
    program = 'import psycopg\ndef run(q):\n    cur.execute(q if q else "SELECT phone FROM customer")'
    assert [column.name for one in programs.traced("job.py", program).outputs for column in one.columns] == ["phone"]
    assert programs.gaps("job.py", program) == [
        "3:17 the SQL that is handed to the database here is not written in this file"
    ]


def test_a_sum_of_very_many_lines_is_one_text(programs):
    lines = " +\n    ".join(
        ['"SELECT phone"', *[f'", {number} AS c{number}"' for number in range(1000)], '" FROM customer"']
    )
    found = programs.columns("job.py", f"run({lines})")
    assert found["1:13"] == "phone"
    assert len(found) == 1001


def test_a_value_that_doubles_itself_ends_in_a_gap(programs):
    doubling = "x = 'SELECT phone FROM customer; '\n" + "x += x\n" * 60 + "cur.execute(x)"
    assert programs.gaps("job.py", doubling)
    mixed = "r = {}\nfor a in ('b', 'c', 'd', 'e', 'f', 'g'):\n    for x in ('1', '2', '3', '4'):\n        r[a] = [r, r, x, r]\n"
    assert programs.columns("job.py", mixed) == {}


def test_nothing_of_a_program_is_run(programs, tmp_path):
    mark = tmp_path / "ran"
    programs.traced("job.py", f"open({str(mark)!r}, 'w').write('x')\nf'{{open({str(mark)!r}, \"w\")}}'")
    assert not mark.exists()
