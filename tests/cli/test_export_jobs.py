"""Repositories of export jobs: what their scripts would let out stands in a run as a flow that was observed by lineage."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

pytest.importorskip("sqlglot")

JOBS = "  - {id: jobs, kind: export_jobs, url: jobs/, owner: Data, region: CN, sql: {SQL}}\npolicies:"
SMS = "-- daily\nSELECT mobile,\n       upper(name) AS name\nFROM people;\n"


@pytest.fixture
def jobs(space):
    """The workspace with a folder of jobs, one of which makes the files of a declared flow."""
    with closing(sqlite3.connect(space / "core.db")) as connection:
        connection.execute("CREATE TABLE people (id INTEGER, name TEXT, mobile TEXT)")
        rows = [(number, f"王{'秀英建国'[number % 4]}{'芳明'[number % 2]}", f"138{number:08d}") for number in range(50)]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
        connection.commit()
    (space / "jobs" / "sms").mkdir(parents=True)
    (space / "jobs" / "sms" / "daily.sql").write_text(SMS)
    (space / "jobs" / "readme.md").write_text("notes")
    _declare(space, '{dialect: sqlite, reads: [core], flows: {"sms/*.sql": sms-daily}}')
    return space


def _declare(space, sql):
    audit = (space / "audit.yaml").read_text().split("  - {id: jobs")[0].split("policies:")[0]
    rest = (space / "audit.yaml").read_text().partition("policies:")[2]
    (space / "audit.yaml").write_text(audit + JOBS.replace("{SQL}", sql) + rest)


def _run(call, *words, code=1):
    answer = call("run", "--format", "json", *words)
    assert answer.code == code, answer.err + answer.out[-2000:]
    return json.loads(answer.out)


def test_a_script_is_judged_as_the_flow_whose_files_it_makes(jobs, call):
    told = _run(call)
    (finding,) = [one for one in told["findings"] if one["flow"] == "sms-daily"]
    assert (finding["rule"], finding["identifiers"]) == ("SHR003", ["person_name"])
    assert finding["location"] == {"file": "jobs/sms/daily.sql", "line": 3, "column": 8}
    rows = {(row["asset"], row["status"]) for row in told["coverage"] if row["asset"].startswith("jobs:")}
    assert rows == {("jobs:sms/daily.sql", "inspected"), ("jobs:readme.md", "skipped")}


def test_a_script_of_no_flow_is_an_undeclared_feed(jobs, call):
    (jobs / "jobs" / "other.sql").write_text("INSERT INTO export SELECT name, mobile FROM people WHERE id > 3;\n")
    told = _run(call)
    (finding,) = [one for one in told["findings"] if one["rule"] == "SHR006"]
    assert finding["location"] == {"file": "jobs/other.sql", "line": 1, "column": 1}
    assert set(finding["identifiers"]) == {"person_name", "cn_mobile"}


def test_a_flow_may_have_its_scripts_as_its_source(jobs, call):
    flows = jobs / "policies" / "flows.yaml"
    flows.write_text(flows.read_text().replace("source: outbox", "source: jobs").replace("sms_*.csv", "*.sql"))
    _declare(jobs, "{dialect: sqlite}")
    (jobs / "outbox" / "sms_1.csv").unlink()
    (finding,) = [one for one in _run(call)["findings"] if one["flow"] == "sms-daily"]
    assert finding["rule"] == "SHR003"


def test_what_cannot_be_traced_makes_the_run_incomplete(jobs, call):
    (jobs / "jobs" / "sms" / "daily.sql").write_text("SELECT mobile FROM people;\nEXECUTE x;\nSELECT name FROM gone;\n")
    told = _run(call, "--fail-on", "critical", code=3)
    places = {one["location"]["line"] for one in told["findings"] if one["rule"] == "COV001"}
    assert places == {2, 3}


def test_scripts_alone_are_judged_by_what_was_recorded_before(jobs, call):
    _run(call)
    told = _run(call, "--source", "jobs")
    assert [one["location"]["line"] for one in told["findings"] if one["flow"] == "sms-daily"] == [3]


def test_people_and_deliveries_are_those_of_files_alone(jobs, call):
    recipients = jobs / "policies" / "recipients.yaml"
    recipients.write_text(recipients.read_text() + "    max_persons: {per_run: 10, per_year: 10}\n")
    told = _run(call)
    assert _volumes(told) == {"max_persons.per_run": "compliant", "max_persons.per_year": "compliant"}


def test_by_a_script_alone_nobody_can_count_the_people(jobs, call):
    recipients = jobs / "policies" / "recipients.yaml"
    recipients.write_text(recipients.read_text() + "    max_persons: {per_run: 10, per_year: 10}\n")
    (jobs / "outbox" / "sms_1.csv").unlink()
    assert _volumes(_run(call)) == {"max_persons.per_run": "gap", "max_persons.per_year": "gap"}


def _volumes(told):
    return {one["element"]: one["outcome"] for one in told["verdicts"] if one["element"].startswith("max_persons")}


def test_a_script_keeps_nothing_and_is_read_by_nobody(jobs, call):
    told = _run(call)
    about = {one["rule"] for one in told["findings"] if (one["asset"] or "").startswith("jobs:")}
    assert about == {"SHR003"}
    assert call("access", "--source", "jobs").code in (0, 1)
    assert "jobs:sms/daily.sql  SQL statement · traced, not run" in call("inventory").out


def test_a_finding_about_a_script_has_no_rows_to_locate(jobs, call, told):
    (jobs / "jobs" / "other.sql").write_text("SELECT name FROM people;\n")
    (finding,) = [one for one in _run(call)["findings"] if one["rule"] == "SHR006"]
    (line,) = told(call("findings", "locate", finding["fingerprint"][:12], "-o", "rows.csv"), 2)
    assert "about a script" in line


def test_models_that_are_not_selected_are_read_by_those_that_are(jobs, call):
    (jobs / "jobs" / "base.sql").write_text("select mobile as m, name as n from {{ source('core', 'people') }}")
    (jobs / "jobs" / "sms" / "daily.sql").write_text("select m as mobile, upper(n) as name from {{ ref('base') }}")
    audit = jobs / "audit.yaml"
    audit.write_text(audit.read_text().replace("kind: export_jobs,", 'kind: export_jobs, include: ["sms/*"],'))
    told = _run(call)
    assert [one["rule"] for one in told["findings"] if one["flow"] == "sms-daily"] == ["SHR003"]
    assert ("jobs:base.sql", "skipped") in {(row["asset"], row["status"]) for row in told["coverage"]}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("{reads: [core]}", "dialect"),
        ("{dialect: sqlite, reads: [cor]}", 'did you mean "core"'),
        ("{dialect: sqlte}", 'no dialect of SQL is called "sqlte"'),
        ('{dialect: sqlite, flows: {"*": sms-dayly}}', 'did you mean "sms-daily"'),
    ],
)
def test_bad_settings_are_told_before_anything_is_read(jobs, call, told, sql, said):
    _declare(jobs, sql)
    assert any(said in line for line in told(call("run"), 2))


def test_without_jobs_a_run_does_without_the_parser(space):
    listing = (
        "import sys; sys.modules['sqlglot'] = None; from pii_audit.cli.main import main; sys.exit(main(['run', '-q']))"
    )
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, timeout=60, check=False, cwd=space)
    assert done.returncode in (0, 1), done.stderr.decode()


JOB = """\"\"\"Select what is sent from the customers.\"\"\"
import sqlite3


def rows(connection, sql):
    return connection.execute(sql).fetchall()


send(rows(sqlite3.connect("core.db"), f"SELECT mobile, upper(name) AS name FROM people WHERE id > {first}"))
"""


def test_programs_are_judged_by_the_sql_in_them(jobs, call):
    (jobs / "jobs" / "sms" / "daily.sql").rename(jobs / "jobs" / "daily.sql")
    (jobs / "jobs" / "sms" / "daily.py").write_text(JOB)
    (jobs / "jobs" / "sms" / "daily.sh").write_text("sqlite3 core.db <<EOF\nSELECT mobile\nFROM people;\nEOF\n")
    (jobs / "jobs" / "sms" / "helper.py").write_text('print("select nothing from the list")\n')
    _declare(jobs, '{dialect: sqlite, reads: [core], flows: {"*daily.*": sms-daily}}')
    told = _run(call)
    # The script and the program select the name in clear; one finding has the places of both in its evidence.
    (finding,) = [one for one in told["findings"] if one["flow"] == "sms-daily"]
    assert finding["rule"] == "SHR003"
    assert set(finding["evidence"]["assets"]) == {"jobs:daily.sql", "jobs:sms/daily.py"}
    rows = {row["asset"]: row["status"] for row in told["coverage"] if row["asset"].startswith("jobs:")}
    assert rows["jobs:sms/helper.py"] == rows["jobs:sms/daily.sh"] == "inspected"
    assert "failed" not in rows.values()


def test_a_program_whose_sql_is_not_in_it_makes_the_run_incomplete(jobs, call):
    (jobs / "jobs" / "other.py").write_text("import sqlite3\ncursor.execute(argv[1])\n")
    (jobs / "jobs" / "sms" / "daily.sql").unlink()
    told = _run(call, "--fail-on", "critical", code=3)
    (finding,) = [one for one in told["findings"] if one["rule"] == "COV001"]
    assert finding["location"] == {"file": "jobs/other.py", "line": 2, "column": 16}
