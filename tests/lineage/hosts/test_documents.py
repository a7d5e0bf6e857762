"""SQL in the YAML of schedulers and in notebooks."""

from __future__ import annotations

import json

import pytest

YAML = {
    "a block": ("sql: |\n  SELECT phone,\n    name\n  FROM customer\n", {"2:10": "phone", "3:5": "name"}),
    "a folded block": ("tasks:\n  - query: >-\n      SELECT phone\n      FROM customer\n", {"3:14": "phone"}),
    "a plain one": ("sql: SELECT phone FROM customer\n", {"1:13": "phone"}),
    "in quotes": ("客户: \"SELECT phone, '\\u5f20' AS x FROM customer\"\n", {"1:13": "phone", "1:20": ""}),
    "a template": ("sql: SELECT phone FROM customer WHERE dt = '{{ ds }}'\n", {"1:13": "phone"}),
    "a command": ("bash_command: psql -c 'SELECT phone FROM customer'\n", {"1:31": "phone"}),
    "a script of a job": (
        "job:\n  script:\n    - |\n      psql <<EOF\n      SELECT phone FROM customer\n      EOF\n",
        {"5:14": "phone"},
    ),
    "a command word by word": ("command: [psql, -c, SELECT phone FROM customer]\n", {"1:28": "phone"}),
    "a command and its words": (
        "c:\n- command: [psql, -h, db]\n  args: ['-c', 'SELECT phone FROM customer']\n",
        {"3:24": "phone"},
    ),
    "a list": ("sql:\n- SELECT phone FROM customer\n- SELECT name FROM customer\n", {"2:10": "phone", "3:10": "name"}),
}


@pytest.mark.parametrize(("text", "expected"), YAML.values(), ids=YAML)
def test_sql_in_yaml_is_traced_at_its_own_line(programs, text, expected):
    assert programs.columns("dag.yaml", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "description: SELECT phone FROM customer\n",
        "models:\n  - {name: customer, description: 'select all from here', tests: [unique]}\n",
        'query: up{job="x"}\nname: select\n',
        "# sql: SELECT phone FROM customer\na: 1\n",
        "packages: [mysql, psql, hive]\nargs: [-c, $X]\nimage: mysql\nservices:\n- mysql\n- sqlite3\n",
    ],
)
def test_words_about_sql_in_yaml_are_none(programs, text):
    assert programs.columns("dag.yml", text) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: [", "2:5 it cannot be read as YAML"),
        ("a: &x\n  - b\n{% if x %}\n", "3:2 it cannot be read as YAML"),
        ("- " * 5000, "1:"),
        ("t: {type: SQL, sql: '${query}'}\n", "1:22 the SQL that is handed"),
        ("sql: '{{ var.value.query }}'\n", "1:"),
        ("sql: daily/a.sql\n", "1:6 it runs daily/a.sql"),
        ("bash_command: pg_dump core > x\n", "1:15 what pg_dump lets out"),
        ("command: [psql, -c, $(SQL)]\n", "1:21 the SQL that is handed"),
        ("command: [psql, -h, db]\nargs: [-f, $FILE]\n", "2:12 the SQL $FILE that is handed"),
        ("entrypoint: [mysql]\ncommand: [-h, db]\n", "1:14 what mysql reads here"),
        ("c:\n- command: ['/bin/sh', -c, 'psql -c \"$SQL\"']\n", "2:38 the SQL $SQL that is handed"),
    ],
)
def test_what_is_not_known_of_yaml_is_a_gap(programs, text, told):
    gaps = programs.gaps("dag.yaml", text)
    assert any(gap.startswith(told) for gap in gaps), gaps


def _notebook(*cells, kind="code"):
    made = [{"cell_type": kind, "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_cells_of_a_notebook_are_one_program(programs):
    text = _notebook(
        ["C = 'phone'\n", "x = 1\n"], ["%matplotlib inline\n", "df = pd.read_sql(f'SELECT {C} FROM customer', con)"]
    )
    assert list(programs.columns("a.ipynb", text).values()) == ["phone"]
    (place,) = programs.columns("a.ipynb", text)
    assert text.splitlines()[int(place.split(":")[0]) - 1].strip().startswith('"C = ')


MAGICS = [
    ["%%sql\n", "SELECT phone\n", "FROM customer"],
    "%%sql x <<\nSELECT phone FROM customer",
    "%%sql SELECT phone FROM customer",
    "%%sql result << SELECT phone\nFROM customer",
    "%%sql postgresql://u:p@h/db SELECT phone\nFROM customer",
    "%%sql --connection x\nSELECT phone FROM customer",
    "%%sql --connection x SELECT phone\nFROM customer",
    "%sql --connection x SELECT phone FROM customer",
    "%sql\nSELECT phone\nFROM customer",
    "r = %sql SELECT phone FROM customer",
    "%%bigquery df --project p\nSELECT phone FROM customer",
    "%%spark -c sql -o df\nSELECT phone FROM customer",
    "%%spark\nspark.sql('SELECT phone FROM customer').show()",
    "%%capture out\n%%sql\nSELECT phone FROM customer",
    "%%lakehouse\nSELECT phone FROM customer",
    "%%bash\npsql -c 'SELECT phone FROM customer'",
    "%%sh psql -c 'SELECT phone FROM customer'",
    "%%script bash\npsql -c 'SELECT phone FROM customer'",
    "%%script psql -h db\nSELECT phone FROM customer",
    "%%writefile x.sql\nSELECT phone FROM customer",
    "%%writefile x.py\ncur.execute('SELECT phone FROM customer')",
    "%%time\nfrom sqlalchemy import select\npd.read_sql('SELECT phone FROM customer', c)",
    "%timeit -n 10 cur.execute('SELECT phone FROM customer')",
    "if x:\n    %time cur.execute('SELECT phone FROM customer')",
    "%system psql -c 'SELECT phone FROM customer'",
    "rows = !psql -c 'SELECT phone FROM customer'",
    "if x:\n    !psql -c 'SELECT phone FROM customer'",
    "q = '''SELECT \\u0070hone\nFROM customer'''\nrun(q)",
    "x = '\U0001f600\x7f'\ncur.execute('SELECT phone FROM customer')",
    "x?\n??pd.read_sql\ncur.execute('SELECT phone FROM customer')",
]


@pytest.mark.parametrize("source", MAGICS)
def test_magics_of_a_notebook_are_read(programs, source):
    assert list(programs.columns("a.ipynb", _notebook(source)).values()) == ["phone"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("%sql $query", "the SQL that this magic runs"),
        ("%sql {{query}}", "the SQL that this magic runs"),
        ("%%sql\n{{query}}", "what a variable or a template"),
        ("%%sql --file q.sql", "it runs q.sql"),
        ('%%sh\npsql -c "$SQL"', "the SQL $SQL that is handed"),
        ("%%R\nx <- dbGetQuery(con, q)", "a cell of r is not read"),
        ("%%other\nx := y", "it cannot be read as Python 3"),
        ("%%python3\ncur.execute(q)", "the SQL that is handed"),
    ],
)
def test_what_is_not_known_of_a_magic_is_a_gap(programs, source, told):
    assert [told in gap for gap in programs.gaps("a.ipynb", _notebook(source))] == [True]


@pytest.mark.parametrize(
    "source",
    [
        "%load_ext sql\n%sql sqlite://\n%config SqlMagic.autopandas=True", "%%sql mydb\n", "%sqlcmd tables", "%matplotlib inline",
        "%%html\n<b>select x from y</b>", "%%javascript\nlet x = `a`", "%%configure -f\n{}", "%%writefile x.txt\nlet x = 1",
    ],
)  # fmt: skip
def test_magics_that_run_no_sql_are_none(programs, source):
    assert programs.columns("a.ipynb", _notebook(source)) == {}


@pytest.mark.parametrize(
    ("kernel", "source", "gaps"),
    [
        ({"kernelspec": {"language": "sql"}}, "SELECT phone FROM customer", []),
        ({"language_info": {"name": "R"}}, "dbGetQuery(con, q)", ["a cell of r is not read"]),
        ({"language_info": {"name": "python"}}, "cur.execute('SELECT phone FROM customer')", []),
    ],
)
def test_the_cells_of_a_notebook_are_in_the_language_of_its_kernel(programs, kernel, source, gaps):
    text = json.dumps(json.loads(_notebook(source)) | {"metadata": kernel})
    traced = programs.traced("a.ipynb", text)
    assert [gap.reason.en for gap in traced.gaps] == gaps
    assert [column.name for one in traced.outputs for column in one.columns] == ([] if gaps else ["phone"])


@pytest.mark.parametrize("text", ["[]", "{}", '{"cells": {}}', '{"worksheets": []}', "[" * 100_000, "1", '"\\ud83d"'])
def test_what_is_no_notebook_is_a_gap(programs, text):
    assert programs.gaps("a.ipynb", text) == ["1:1 it is no notebook that can be read"]


def test_places_in_a_notebook_with_tabs_and_halves_of_characters_are_right(programs):
    text = _notebook("x = 1", "cur.execute('SELECT phone FROM customer')").replace("\n ", "\n\t")
    text = text.replace('"x = 1"', "\"x = '\\ud83d\\ude00 \\ud83d \\\\ud83d\\/'\"")
    (place,) = programs.columns("a.ipynb", text)
    line, column = map(int, place.split(":"))
    assert text.splitlines()[line - 1][column - 1 :].startswith("phone")


def test_what_is_no_code_of_a_notebook_is_none(programs):
    assert programs.columns("a.ipynb", _notebook("SELECT phone FROM customer", kind="markdown")) == {}
    assert "no notebook" in programs.gaps("a.ipynb", '{"cells": [')[0]
