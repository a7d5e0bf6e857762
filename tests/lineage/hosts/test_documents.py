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
        ("sql: daily/a.sql\n", "1:6 it runs daily/a.sql"),
        ("bash_command: pg_dump core > x\n", "1:15 what pg_dump lets out"),
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


@pytest.mark.parametrize(
    "source",
    [
        ["%%sql\n", "SELECT phone\n", "FROM customer"],
        "%%sql x <<\nSELECT phone FROM customer",
        "r = %sql SELECT phone FROM customer",
        "%%bash\npsql -c 'SELECT phone FROM customer'",
        "if x:\n    !psql -c 'SELECT phone FROM customer'",
        "q = '''SELECT \\u0070hone\nFROM customer'''\nrun(q)",
    ],
)
def test_magics_of_a_notebook_are_read(programs, source):
    assert list(programs.columns("a.ipynb", _notebook(source)).values()) == ["phone"]


def test_what_is_no_code_of_a_notebook_is_none(programs):
    assert programs.columns("a.ipynb", _notebook("SELECT phone FROM customer", kind="markdown")) == {}
    assert "no notebook" in programs.gaps("a.ipynb", '{"cells": [')[0]
