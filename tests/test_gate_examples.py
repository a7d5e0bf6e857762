"""The examples for CI in docs/gate/: each is parsed, and its own shell steps are run, on a good export and on a bad one."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from types import ModuleType

import pytest
import yaml

GOOD = "mobile,name\n13800138000,张*\n13900139000,李*\n"
EXCESS = "mobile,name,id_no\n13800138000,张*,11010519491231002X\n13900139000,李*,440524188001010014\n"
POLICY = """\
version: 1
purposes: {sms: {title: Messages, needs: {cn_mobile: plain}, allows: {person_name: masked}}}
recipients:
  acme:
    title: Acme
    role: processor
    region: CN
    agreement: {ref: HT-1, from: 2025-01-01, until: 2099-12-31}
    purposes: [sms]
    scope: {cn_mobile: plain, person_name: masked}
flows:
  sms-daily:
    {source: outbox, match: "sms_*.csv", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1}
"""
TOOLS = {
    "pii-audit": f'exec {sys.executable} -m pii_audit "$@"',
    "pip": "exit 0",
    "sftp": "cat > sent.txt",
    "send.sh": "cat > sent.txt; test -s sent.txt",
}


@pytest.fixture
def job(tmp_path, checkout):
    """A repository with a workspace and an export; gives what runs shell steps in it, one after the other until one fails."""
    for name in ("outbox", "policies", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "audit.yaml").write_text(
        "version: 1\norganisation: {name: Test}\nsources: [{id: outbox, kind: feed, url: outbox/, owner: Data}]\n"
        'policies: [policies/]\nkey: "env:PII_AUDIT_KEY"\n'
    )
    (tmp_path / "policies" / "all.yaml").write_text(POLICY)
    for name, line in TOOLS.items():
        tool = tmp_path / ("bin" if "." not in name else ".") / name
        tool.write_text(f"#!/bin/bash\n{line}\n")
        tool.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "PII_AUDIT_KEY": "5a" * 32,
        "LANG": "en_US.UTF-8",
        "PYTHONPATH": str(checkout),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def run(export, steps):
        (tmp_path / "outbox" / "sms_1.csv").write_text(export)
        (tmp_path / "export.sh").write_text(f"#!/bin/bash\nprintf '%s' '{export}'\n")
        (tmp_path / "export.sh").chmod(0o755)
        codes = []
        for step in steps:
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                timeout=60,
                check=False,
            )
            codes.append(done.returncode)
            if done.returncode:
                break
        return codes

    run.folder = tmp_path
    return run


@pytest.fixture
def examples(checkout):
    """The folder of the examples."""
    return checkout / "docs" / "gate"


def let_through(job, steps):
    codes = job(GOOD, steps)
    assert codes == [0] * len(steps)
    return (job.folder / "receipt.json").exists()


def held_back(job, steps):
    codes = job(EXCESS, steps)
    return codes[-1] == 1 and not (job.folder / "sent.txt").exists()


def test_github_actions(job, examples):
    steps = yaml.safe_load((examples / "github-actions.yml").read_text())["jobs"]["gate"]["steps"]
    always = [one["run"] for one in steps if "run" in one and "if" not in one]
    assert held_back(job, always)
    assert "SHR002" in (job.folder / "summary.md").read_text()
    [scanning] = [one["run"] for one in steps if one.get("if") == "failure()" and "run" in one]
    assert job(EXCESS, [scanning]) == [0]
    assert "SHR002" in (job.folder / "gate.sarif").read_text()


def test_gitlab_ci(job, examples):
    jobs = yaml.safe_load((examples / "gitlab-ci.yml").read_text())
    steps = [line for name in jobs["stages"] for line in (*jobs[name]["before_script"], *jobs[name]["script"])]
    assert let_through(job, steps)
    assert "put outbox/sms_1.csv" in (job.folder / "sent.txt").read_text()
    (job.folder / "sent.txt").unlink()
    assert held_back(job, steps)
    assert "SHR002" in (job.folder / jobs["gate"]["artifacts"]["reports"]["codequality"]).read_text()


def test_jenkins(job, examples):
    text = (examples / "Jenkinsfile").read_text()
    assert text.count("{") == text.count("}")
    steps = re.findall(r"\bsh '([^']+)'", text)
    assert held_back(job, steps)
    assert "SHR002" in (job.folder / re.findall(r"junit '([^']+)'", text)[0]).read_text()


def test_airflow(job, examples, monkeypatch):
    tasks = []

    class Dag:
        def __init__(self, *_, **__):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    class Task:
        def __init__(self, *, task_id, bash_command, **_):
            tasks.append(bash_command)
            self.task_id = task_id

        def __rshift__(self, other):
            return other

    for name in ("airflow", "airflow.providers", "airflow.providers.standard", "airflow.providers.standard.operators"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    bash = ModuleType("airflow.providers.standard.operators.bash")
    monkeypatch.setattr(sys.modules["airflow"], "DAG", Dag, raising=False)
    monkeypatch.setattr(bash, "BashOperator", Task, raising=False)
    monkeypatch.setitem(sys.modules, bash.__name__, bash)
    runpy.run_path(str(examples / "airflow_dag.py"))
    assert let_through(job, tasks)
    assert "put outbox/sms_1.csv" in (job.folder / "sent.txt").read_text()


def test_airflow_itself_takes_the_dag(examples, tmp_path):
    python = os.environ.get("PII_AUDIT_AIRFLOW")
    if not python:
        pytest.skip("PII_AUDIT_AIRFLOW names no Python that has Airflow, whose dependencies are its own")
    listing = "import runpy, sys; dag = runpy.run_path(sys.argv[1])['dag']; print([one.task_id for one in dag.topological_sort()])"
    done = subprocess.run(
        [python, "-c", listing, str(examples / "airflow_dag.py")],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "['export', 'gate', 'send']", done.stderr


@pytest.mark.parametrize(
    ("example", "schema", "more"),
    [
        ("github-actions.yml", "vendor.github-workflows", ()),
        ("gitlab-ci.yml", "vendor.gitlab-ci", ("--data-transform", "gitlab-ci")),
    ],
)
def test_a_pipeline_has_the_form_that_its_service_publishes(examples, example, schema, more):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, str(examples / example)]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pre_commit(job, examples):
    config = (examples / "pre-commit-config.yaml").read_text()
    (job.folder / ".pre-commit-config.yaml").write_text(config)
    own = f"HOME={job.folder} PRE_COMMIT_HOME={job.folder}/hooks GIT_CONFIG_NOSYSTEM=1"
    commit = (
        "git init -q . 2>/dev/null; git config user.email a@bank.example; git config user.name A; git add outbox",
        f"{own} {sys.executable} -m pre_commit install >/dev/null",
        f"{own} git commit -qm exports",
    )
    assert job(GOOD, commit) == [0, 0, 0]
    (job.folder / "outbox" / "other.csv").write_text(EXCESS)
    assert job(GOOD.replace("138", "137"), commit) == [0, 0, 0]
    assert job(EXCESS, commit) == [0, 0, 1]


def test_a_pipe(job, examples):
    step = (examples / "pipe.sh").read_text()
    assert job(GOOD, [step]) == [0]
    assert (job.folder / "sent.txt").read_text() == GOOD
    assert job(EXCESS, [step]) != [0]
    assert (job.folder / "sent.txt").read_text() == ""
    assert "SHR002" in (job.folder / "gate.json").read_text()
