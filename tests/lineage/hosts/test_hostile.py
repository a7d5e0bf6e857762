"""Programs as nobody writes them: they end in SQL, in a gap or in nothing, soon, and never in an error."""

from __future__ import annotations

import json
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lineage.hosts.test_clients import BY_INPUT
from tests.lineage.hosts.test_documents import MAGICS
from tests.lineage.hosts.test_python import GAPS, WRITTEN
from tests.lineage.hosts.test_shell import GAPS as SHELL_GAPS
from tests.lineage.hosts.test_shell import WRITTEN as SHELL

PYTHON = [
    '"{²}".format(1)', 'cur.execute("{0²}{1}".format(a, b))', '"%(²)s" % x', f'"{{{"9" * 5000}}}".format(1)', f"x = 0x{'f' * 9000}",
    f"x = {'9' * 5000}", f'cur.execute("a" + str(0b{"1" * 30000}))', "x = 1e999999", '"{".format(1)', '"{0[}".format(1)', "[].format()",
    '"".join()', '"a".replace()', '"a".replace("", "b")', "x[1:2:3]", '{**a}["x"]', f"x = {'(' * 200}{')' * 200}", f"x = {'f(' * 500}{')' * 500}",
    f"x = x{'.x' * 3000}", f"x = {'-' * 3000}1", 'cur.execute("a\0b")', '"\\ud800"', 'cur.execute("\\udfff")', "cur.execute(*q, **r)",
    "def f(*a, **k): cur.execute(*a, **k)", "x = 1if 1else 2", '"\\d"', "for a.b, (c, *d) in x: pass", '"%s %s" % ("a",)', "x = *a, *b",
    "cur.execute(...)", "match x:\n    case {'a': 1, **r}: cur.execute(r)",
]  # fmt: skip
SHELLS = [
    "$", "${", "$(", "`", '"', "'", "<<", "<<<", "<<E", "|", ";;", "(", "case x in", "esac", "fi", "}", "done", "for x in", "psql <", "psql <<<",
    "psql -c", "A=(", "A[0]=", "${A[", '"${A[@]}"', "alias a=a\na", "printf -v", "printf '' a | psql", "cat |", "$((", "$(<)", "f() {",
    "<(", "$'\\", "$'\\ud800'", "psql --=", "exit; exit", "psql <<A <<B\na\nA\nb\nB", "${a:-" * 100, "$(" * 100, '"$(' * 300,
]  # fmt: skip
YAMLS = [
    'a: "\\ud800"',
    "? [a]\n: sql",
    "&a [*a]",
    "a: !!python/object:os.system x",
    "*x",
    '"a\\\nb": c',
    "%YAML 1.1\n---\na: b",
]


def _hosts():
    from pii_audit.lineage.hosts.notebook import sql_in_notebook
    from pii_audit.lineage.hosts.python import sql_in_python
    from pii_audit.lineage.hosts.shell import sql_in_shell
    from pii_audit.lineage.hosts.yaml_jobs import sql_in_yaml

    return sql_in_python, sql_in_shell, sql_in_notebook, sql_in_yaml


def _check(host, text):
    """Reads a program; what is found stands within it."""
    from pii_audit.lineage.text import Mapped

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = host(Mapped.of(text))
        except RecursionError:
            return
    assert all(0 <= (gap.offset or 0) <= len(text) for gap in found.gaps)
    assert all(0 <= piece.origin <= len(text) for script in found.scripts for piece in script.pieces)


def _notebook(cell):
    return json.dumps({"cells": [{"cell_type": "code", "source": cell}]})


@pytest.mark.parametrize("text", PYTHON)
def test_python_as_nobody_writes_it_is_read(text):
    _check(_hosts()[0], text)
    _check(_hosts()[2], _notebook(text))


@pytest.mark.parametrize("text", SHELLS)
def test_a_shell_as_nobody_writes_it_is_read(text):
    _check(_hosts()[1], text)
    _check(_hosts()[2], _notebook(f"%%bash\n{text}"))


@pytest.mark.parametrize("text", YAMLS)
def test_yaml_as_nobody_writes_it_is_read(text):
    _check(_hosts()[3], text)


_JUNK = st.sampled_from(
    [*"²\0\"'{}%$`\\()\n#*[];|é\u2028\r\x0c-", "😀", "0x" + "f" * 5000, "<<", "%s", "{0}", "{x!r:>{y}}", "$(", "${", '"""', "\\ud83d", "&&", "||",
     "\nfi\n", "\ndone\n", "\nesac\n", "ⵥ"]
)  # fmt: skip
_EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), _JUNK | st.just("")), min_size=1, max_size=6)
_SEEDS = {
    0: [one[0] for one in (*WRITTEN.values(), *GAPS.values())],
    1: [one[0] for one in (*SHELL.values(), *SHELL_GAPS.values())] + list(BY_INPUT.values()),
    2: ["".join(one) for one in MAGICS],
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(_SEEDS)), st.data(), _EDITS)
def test_programs_with_anything_in_them_are_read(kind, data, edits):
    text = data.draw(st.sampled_from(_SEEDS[kind]))
    for where, gone, put in edits:
        at = int(where * len(text))
        text = text[:at] + put + text[at + gone :]
    _check(_hosts()[kind], _notebook(text) if kind == 2 else text)
    _check(_hosts()[3], f"a: |\n  {text}".replace("\n", "\n  "))


@pytest.mark.parametrize("name", ["a.py", "a.sh", "a.ipynb", "a.yaml"])
def test_what_a_host_does_not_foresee_is_a_gap(name, programs, monkeypatch):
    from pii_audit.lineage.hosts import registry

    def fails(_text):
        raise KeyError(_text)

    monkeypatch.setattr(registry, "_HOSTS", dict.fromkeys(registry._HOSTS, fails))
    assert programs.gaps(name, "x") == ["1:1 this form of program is not read (KeyError)"]


def test_python_says_nothing_of_literals_on_the_standard_error(programs, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert programs.columns(
            "a.py", 'x = 1if 1else "\\d"\ncur.execute("SELECT phone FROM customer WHERE x ~ \'\\d\'")'
        ) == {"2:21": "phone"}
    assert capfd.readouterr().err == ""


LONG = 200_000
_LONG_TEXTS = [
    "\n", "SELECT\n", "FROM a\n", "/*", "'", "\\'", "{{", "''", "COPY (\n", "WITH a (\n", "a..", '"a', "\\copy a\n", "SELECT '", "CREATE a b\n",
]  # fmt: skip


_CHAINED = "".join(f"x && V{number}=1 || " for number in range(4000))
_ENTANGLED = {
    "values that grow": ("a.sh", 'for a in b c; do A="$A$a"\n' * 1000, "1:1"),
    "variables that may be set": ("a.sh", _CHAINED, "1:1"),
    "commands in YAML": ("a.yaml", f"run: |\n  {_CHAINED} psql\n", "2:3"),
}


@pytest.mark.parametrize(("name", "text", "place"), _ENTANGLED.values(), ids=_ENTANGLED)
def test_a_script_of_a_shell_that_goes_on_and_on_is_soon_a_gap(programs, name, text, place):
    start = time.process_time()
    assert programs.gaps(name, text) == [f"{place} the program is too entangled to be traced"]
    assert time.process_time() - start < 30


@pytest.mark.parametrize("unit", _LONG_TEXTS)
def test_whether_a_long_text_is_sql_is_soon_told(unit):
    from pii_audit.lineage.hosts.wording import is_sql

    start = time.process_time()
    is_sql("SELECT " + unit * (LONG // len(unit)))
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "x = ['客', " + "1," * (LONG // 20) + "]\ny = [" + '"a",' * (LONG // 40) + "]"),
        ("a.py", "cur.execute(\"SELECT phone FROM customer WHERE x = '" + "a" * LONG + "'\")"),
        ("a.sh", "echo " + "a" * LONG),
        ("a.sh", "psql <<E\n" + "SELECT phone FROM customer;" * 100 + "\nE\n" + "# a" * LONG),
        ("a.sh", 'A="$A x"\n' * 1000),
        ("a.sh", "case a in b) C=1;; " * 1000),
        ("a.sh", "echo a\n" * (LONG // 10)),
        ("a.yaml", "a: " + "b " * (LONG // 2)),
        ("a.yaml", 'a: "' + "x y\n   " * (LONG // 7) + '"'),
        ("a.ipynb", _notebook("x = 1\n" * 2000)),
        ("a.sql", "SELECT phone FROM customer WHERE x IN (" + "1," * (LONG // 20) + "1)"),
    ],
    ids=lambda one: one if len(one) < 10 else "",
)
def test_long_programs_are_soon_read(programs, name, text):
    start = time.process_time()
    programs.traced(name, text)
    assert time.process_time() - start < 20
