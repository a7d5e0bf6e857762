"""`gate --sql`: the verdict on an export before it runs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

pytest.importorskip("sqlglot")

GATE = ("--dialect", "sqlite", "--flow", "sms-daily")
CARD = "SELECT mobile,\n  upper(card_no) AS card\nFROM customer;\n"


@pytest.fixture
def recorded(space, call):
    """The workspace after a run: what its columns hold is known."""
    with closing(sqlite3.connect(space / "core.db")) as connection:
        connection.execute("CREATE TABLE people (id INTEGER, name TEXT, mobile TEXT, id_no TEXT, code TEXT)")
        rows = [
            (number, f"王{'秀英建国'[number % 4]}{'芳明'[number % 2]}", f"138{number:08d}", None, f"A{number}")
            for number in range(100)
        ]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE TABLE empty (id INTEGER, mobile TEXT)")
        connection.commit()
    assert call("run", "--source", "core", "--fail-on", "critical", "-q").code in (0, 1)
    return space


def _judged(recorded, call, sql, *more, code):
    (recorded / "export.sql").write_text(sql, encoding="utf-8")
    answer = call("gate", "--sql", "export.sql", *GATE, "--format", "json", *more)
    assert answer.code == code, answer.err + answer.out
    return json.loads(answer.out)


def test_an_excess_column_is_told_at_its_place_in_the_script(recorded, call):
    told = _judged(recorded, call, CARD, code=1)
    (finding,) = told["findings"]
    assert (finding["rule"], finding["field"], finding["identifiers"]) == ("SHR002", "card", ["bank_card"])
    assert finding["location"] == {"file": "export.sql", "line": 2, "column": 3}
    assert finding["policy"].startswith("policies/recipients.yaml:")
    places = {one["identifier"]: one["location"] for one in told["verdicts"] if one["identifier"]}
    assert places["cn_mobile"] == {"file": "export.sql", "line": 1, "column": 8}


def test_a_script_that_selects_what_may_leave_passes(recorded, call):
    sql = "SELECT mobile, substr(name, 1, 1) || '**' AS name, code FROM people WHERE id > 5"
    told = _judged(recorded, call, sql, code=0)
    assert told["findings"] == []
    assert {one["element"]: (one["form"], one["outcome"]) for one in told["verdicts"] if one["identifier"]} == {
        "cn_mobile": ("plain", "compliant"),
        "person_name": ("masked", "compliant"),
    }


@pytest.mark.parametrize("dressed", ["upper(name)", "trim(name) || ''", "CAST(name AS TEXT)", "own(name)"])
def test_a_cosmetic_function_hides_nothing(recorded, call, dressed):
    told = _judged(recorded, call, f"SELECT mobile, {dressed} AS name FROM people", code=1)
    # Of a function that nobody knows it is told besides that it may read anything.
    assert [(one["rule"], one["field"]) for one in told["findings"] if one["rule"] != "COV001"] == [("SHR003", "name")]
    assert any(one["rule"] == "COV001" for one in told["findings"]) is dressed.startswith("own")


def test_what_cannot_be_resolved_is_no_pass(recorded, call):
    told = _judged(recorded, call, "SELECT mobile FROM people;\nSELECT * FROM nowhere", code=3)
    (finding,) = told["findings"]
    assert (finding["rule"], finding["outcome"]) == ("COV001", "gap")
    assert finding["location"] == {"file": "export.sql", "line": 2, "column": 8}
    assert [row["status"] for row in told["coverage"]].count("failed") == 1
    _judged(recorded, call, "SELECT mobile FROM people;\nSELECT * FROM nowhere", "--allow-incomplete", code=0)


def test_a_violation_weighs_more_than_a_gap(recorded, call):
    told = _judged(recorded, call, CARD + "SELECT x FROM", code=1)
    assert {one["rule"] for one in told["findings"]} == {"SHR002", "COV001"}


def test_a_table_that_was_empty_when_it_was_inspected_is_a_gap(recorded, call):
    told = _judged(recorded, call, "SELECT mobile FROM empty", code=3)
    assert "was empty" in told["findings"][0]["message"]


def test_parts_of_one_value_in_several_columns_are_put_together(recorded, call):
    sql = "SELECT mobile, substr(name, 1, 1) || '*' AS name, '**' || substr(name, 2) AS rest FROM people"
    told = _judged(recorded, call, sql, code=1)
    assert {(one["rule"], one["field"]) for one in told["findings"]} == {("SHR003", "name"), ("SHR003", "rest")} or {
        tuple(one["evidence"]["columns"]) for one in told["findings"]
    } == {("name", "rest")}


def test_sarif_gitlab_and_junit_point_at_the_line(recorded, call):
    (recorded / "export.sql").write_text(CARD, encoding="utf-8")
    sarif = json.loads(call("gate", "--sql", "export.sql", *GATE, "--format", "sarif").out)
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("export.sql", {"startLine": 2, "startColumn": 3})
    (issue,) = json.loads(call("gate", "--sql", "export.sql", *GATE, "--format", "gitlab").out)
    assert issue["location"] == {"path": "export.sql", "lines": {"begin": 2}}
    assert "export.sql:2:3: column" in call("gate", "--sql", "export.sql", *GATE, "--format", "junit").out


def test_github_is_told_of_a_gap_once_at_its_line(recorded, call):
    (recorded / "export.sql").write_text("SELECT mobile FROM people;\nSELECT * FROM nowhere", encoding="utf-8")
    (line,) = call("gate", "--sql", "export.sql", *GATE, "--format", "github").out.splitlines()
    assert line.startswith("::warning file=export.sql,line=2,title=COV001")


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("列", "位置", "来自", "结论")), ("en", ("Column", "Place", "From", "Verdict"))]
)
def test_the_table_shows_each_column_with_place_origin_and_verdict(recorded, call, language, words):
    (recorded / "export.sql").write_text(CARD, encoding="utf-8")
    out = call("gate", "--sql", "export.sql", *GATE, "--lang", language).out
    assert all(word in out for word in words)
    assert "export.sql:2:3" in out
    assert "core:customer.card_no" in out


def test_population_is_proved_where_all_comes_from_the_declared_table(recorded, call):
    flows = recorded / "policies" / "flows.yaml"
    flows.write_text(flows.read_text() + "    population: {key: cn_mobile, within: core.people}\n")
    assert _judged(recorded, call, "SELECT mobile FROM people WHERE id > 5", code=0)["findings"] == []
    told = _judged(recorded, call, "SELECT mobile FROM customer WHERE id > 5", code=1)
    assert [(one["rule"], one["outcome"]) for one in told["findings"]] == [("SHR004", "gap")]


def test_more_people_than_agreed_are_a_violation_only_where_nobody_is_left_out(recorded, call):
    recipients = recorded / "policies" / "recipients.yaml"
    recipients.write_text(recipients.read_text() + "    max_persons: {per_run: 50}\n")
    outcomes = {}
    for sql in (
        "SELECT mobile FROM people",
        "SELECT mobile FROM people WHERE id < 10",
        "SELECT mobile FROM customer WHERE id < 10",
    ):
        told = _judged(recorded, call, sql, code=0 if "customer" in sql else 1)
        outcomes[sql] = [one["outcome"] for one in told["verdicts"] if one["element"] == "max_persons.per_run"]
    assert list(outcomes.values()) == [["violation"], ["gap"], ["compliant"]]


def test_a_literal_that_is_an_identifier_is_never_shown(recorded, call):
    sql = "SELECT mobile, 1 AS \"13800138000\" FROM people WHERE id_no = '11010519491231002X' AND AND"
    (recorded / "export.sql").write_text(sql + ";\n" + sql.replace(" AND AND", ""), encoding="utf-8")
    for form in ("table", "json", "sarif", "junit"):
        answer = call("gate", "--sql", "export.sql", *GATE, "--format", form)
        assert "13800138000" not in answer.out + answer.err
        assert "11010519491231002X" not in answer.out + answer.err


def test_standard_input_folders_and_variables(recorded, call):
    assert call("gate", "--sql", "-", *GATE, stdin=b"SELECT mobile FROM people").code == 0
    models = recorded / "models"
    models.mkdir()
    (models / "base.sql").write_text("select mobile as m, name from {{ source('core', 'people') }}")
    (models / "final.sql").write_text("select m from {{ ref('base') }}")
    told = json.loads(call("gate", "--sql", "models", *GATE, "--format", "json").out)
    assert [one["field"] for one in told["findings"]] == ["name"]
    sql = "SELECT ${what} AS x FROM people"
    _judged(recorded, call, sql, code=3)
    _judged(recorded, call, sql, "--var", "what=mobile", code=0)


def test_an_own_function_that_audit_yaml_declares_counts(recorded, call):
    sql = "SELECT mobile, own_mask(name) AS name FROM people"
    _judged(recorded, call, sql, code=1)
    audit = recorded / "audit.yaml"
    audit.write_text(audit.read_text() + "functions: {own_mask: masked}\n")
    _judged(recorded, call, sql, code=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sql", "export.sql", "--flow", "sms-daily"), "the dialect of the SQL is not named"),
        (
            ("--sql", "export.sql", "--dialect", "postgre", "--flow", "sms-daily"),
            'no dialect of SQL is called "postgre"',
        ),
        (("--sql", "none.sql", *GATE), "the script cannot be read"),
        (("--sql", "share", *GATE), "the folder holds no script"),
        (("--sql", "nothing.sql", *GATE), "no statement of the script lets anything out"),
        (("--sql", "export.sql", "outbox/sms_1.csv", *GATE), "--sql does not go with PATH"),
        (("--sql", "export.sql", *GATE, "--receipt", "r.json"), "--sql does not go with --receipt"),
        (("--sql", "export.sql", *GATE, "--source", "cor"), 'did you mean "core"'),
        (("--sql", "export.sql", *GATE, "--var", "x"), "--var is written NAME=VALUE"),
        (("--sql", "export.sql", "--dialect", "sqlite"), "no flow is named"),
    ],
)
def test_bad_input_is_told_and_nothing_is_judged(recorded, call, told, words, said):
    (recorded / "export.sql").write_text(CARD, encoding="utf-8")
    (recorded / "nothing.sql").write_text("-- not yet\n", encoding="utf-8")
    assert any(said in line for line in told(call("gate", *words), 2))


def test_scripts_that_are_no_text_are_gaps(recorded, call):
    (recorded / "export.sql").write_bytes(b"\x00\x01\x02SELECT")
    assert call("gate", "--sql", "export.sql", *GATE).code == 3
    (recorded / "export.sql").write_bytes("SELECT mobile AS 手机号 FROM people -- 导出".encode("gb18030"))
    assert call("gate", "--sql", "export.sql", *GATE).code == 0


def test_without_an_inventory_nothing_is_judged(space, call, told):
    (space / "export.sql").write_text(CARD)
    (line,) = told(call("gate", "--sql", "export.sql", *GATE), 2)
    assert "run" in line


def test_without_the_parser_it_says_what_to_install(recorded, call, told, monkeypatch):
    (recorded / "export.sql").write_text(CARD)
    monkeypatch.setattr("pii_audit.lineage.dialects.find_spec", lambda _: None)
    (line,) = told(call("gate", "--sql", "export.sql", *GATE), 2)
    assert "pip install 'pii-audit[sql]'" in line


def test_a_program_is_judged_at_the_lines_of_its_strings(recorded, call):
    (recorded / "job.py").write_text(
        'COLUMNS = """mobile,\n  card_no AS card"""\nrun(f"SELECT {COLUMNS} FROM customer")\n'
    )
    answer = call("gate", "--sql", "job.py", *GATE, "--format", "json")
    assert answer.code == 1, answer.err
    (finding,) = json.loads(answer.out)["findings"]
    assert (finding["rule"], finding["location"]) == ("SHR002", {"file": "job.py", "line": 2, "column": 3})


def test_a_program_without_sql_is_not_the_export_that_was_meant(recorded, call, told):
    (recorded / "job.py").write_text('print("select nothing from here")\n')
    assert "no statement" in told(call("gate", "--sql", "job.py", *GATE), 2)[0]
