"""`--baseline`: a CI job hears of what is new."""

from __future__ import annotations

import json
import re

import pytest


@pytest.fixture
def baseline(space, excess, call):
    """What a gate said of an export with one column too many, kept as baseline.json."""
    call("gate", excess, "--flow", "sms-daily", "--format", "json", "-o", "baseline.json")
    return space / "baseline.json"


def _gate(call, path, *more):
    return call("gate", path, "--flow", "sms-daily", "--baseline", "baseline.json", *more)


def test_what_was_there_already_is_hidden_and_counted(baseline, excess, call, told):
    answer = _gate(call, excess)
    told(answer, 0)
    assert "the baseline hid 1 finding(s); 0 of it are gone" in answer.err
    assert "1 hidden by the baseline (0 gone)" in answer.out
    document = json.loads(_gate(call, excess, "--format", "json").out)
    assert document["findings"] == []
    assert document["run"]["notes"]["baseline_hidden"] == "1"
    assert "Hidden by the baseline: 1; gone since: 0." in _gate(call, excess, "--format", "markdown").out


def test_what_is_new_is_told_and_fails(baseline, excess, call):
    excess.write_text("mobile,name,id_no,email\n13800138000,张*,11010519491231002X,a.b@example.org\n" * 2)
    answer = _gate(call, excess, "--format", "json")
    assert answer.code == 1
    assert {identifier for one in json.loads(answer.out)["findings"] for identifier in one["identifiers"]} == {"email"}


def test_what_was_put_right_is_counted_as_gone(baseline, space, call, told):
    answer = _gate(call, space / "outbox" / "sms_1.csv")
    told(answer, 0)
    assert "the baseline hid 0 finding(s); 1 of it are gone" in answer.err


def test_what_was_not_looked_at_is_not_called_gone(baseline, space, excess, call, told):
    (space / "policies" / "flows.yaml").write_text(
        (space / "policies" / "flows.yaml").read_text()
        + '  other:\n    {source: outbox, match: "x_*.csv", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: PIA-1}\n'
    )
    (space / "outbox" / "x_1.csv").write_text("mobile,name\n13800138000,张*\n")
    answer = call("gate", space / "outbox" / "x_1.csv", "--flow", "other", "--baseline", "baseline.json")
    told(answer, 0)
    assert "0 of it are gone, 1 were not looked at" in answer.err
    assert "1 hidden" not in answer.out
    answer = call("run", "--source", "core", "--baseline", "baseline.json", "--format", "html", "-o", "r.html")
    assert "1 were not looked at" in answer.err
    assert "Of the baseline, not looked at by this run, so unknown: 1." in (space / "r.html").read_text()


def test_a_recorded_run_is_reported_against_a_baseline_in_every_format(space, excess, call, told):
    call("run", "--format", "json", "-o", "baseline.json")
    excess.write_text("mobile,name,id_no,email\n13800138000,张*,11010519491231002X,a.b@example.org\n" * 2)
    call("run", "--format", "json")
    whole = json.loads(call("report", "--format", "json").out)
    answer = call("report", "--baseline", "baseline.json", "--format", "json")
    new = json.loads(answer.out)
    assert answer.code == 0
    assert 0 < len(new["findings"]) < len(whole["findings"])
    assert {"email"} == {
        name for one in new["findings"] if one["rule"].startswith("SHR") for name in one["identifiers"]
    }
    hidden = new["run"]["notes"]["baseline_hidden"]
    assert f"the baseline hid {hidden} finding(s)" in answer.err
    sarif = json.loads(call("report", "--baseline", "baseline.json", "--format", "sarif").out)
    assert sarif["runs"][0]["properties"]["baseline"] == {"hidden": int(hidden), "gone": 0, "unlooked": 0}
    assert (
        f'"baseline_hidden" value="{hidden}"' in call("report", "--baseline", "baseline.json", "--format", "junit").out
    )
    told(call("report", "--baseline", "baseline.json", "--document", "annual", "-o", "a.docx"), 2)
    assert not (space / "a.docx").exists()


def test_a_unit_s_report_counts_the_baseline_of_that_unit_alone(space, excess, call):
    text = (space / "audit.yaml").read_text()
    text = text.replace(
        "organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}",
        "organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss], units: [{id: a, title: A}, {id: b, title: B}]}",
    )
    (space / "audit.yaml").write_text(text.replace("owner: Data,", "owner: Data, unit: a,"))
    call("run", "--format", "json", "-o", "baseline.json")
    excess.unlink()
    call("run", "--format", "json")
    (hidden, gone), other = [
        (int(notes["baseline_hidden"]), int(notes["baseline_gone"]))
        for unit in ("a", "b")
        for notes in [
            json.loads(call("report", "--unit", unit, "--baseline", "baseline.json", "--format", "json").out)["run"][
                "notes"
            ]
        ]
    ]
    assert gone >= 1
    assert hidden >= 0
    assert other == (0, 0)


def test_ten_times_the_people_are_no_longer_the_same(baseline, excess, call, told):
    document = json.loads(baseline.read_text())
    assert document["findings"][0]["evidence"]["persons"] == 2
    rows = "".join(f"138{number:08d},张*,11010519491231002X\n" for number in range(200))
    excess.write_text(f"mobile,name,id_no\n{rows}")
    told(_gate(call, excess), 1)


def test_prohibited_data_is_never_hidden(space, call, told):
    path = space / "outbox" / "sms_9.csv"
    path.write_text("mobile,cvv2\n13800138000,123\n13900139000,456\n")
    call("gate", path, "--flow", "sms-daily", "--format", "json", "-o", "baseline.json")
    before = json.loads((space / "baseline.json").read_text())["findings"]
    assert {"SHR001", "STO001"} & {one["rule"] for one in before}
    told(_gate(call, path), 1)


def test_a_run_records_everything_and_tells_what_is_new(space, excess, call, told):
    call("run", "--format", "json", "-o", "baseline.json")
    answer = call("run", "--baseline", "baseline.json", "--format", "json")
    told_rules = {one["rule"] for one in json.loads(answer.out)["findings"]}
    assert "SHR002" not in told_rules
    assert "SHR002" in call("findings", "list").out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("not json", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "no run of version 1"),
        ('{"version": 2}', "no run of version 1"),
        ('{"version": 1, "run": {"id": "x"}, "findings": [{"status": "open"}]}', "no run of version 1"),
        ('{"version": 1, "run": {"id": "x"}, "findings": [{"status": "nonsense"}]}', "no run of version 1"),
        ('{"version": 1, "run": {"id": "x", "kind": "run"}, "findings": []}', "no run of version 1"),
        ('{"version": 1, "run": {"id": "x", "kind": "run", "notes": []}, "findings": []}', "no run of version 1"),
        (
            '{"version": 1, "run": {"kind": "run", "id": "x", "notes": {}}, "findings": [], "coverage": [{"asset": "a", "status": "inspected", "draws": Infinity}]}',
            "no run of version 1",
        ),
    ],
)
def test_a_baseline_that_is_none_is_refused_before_anything_is_read(space, excess, call, told, content, said):
    if content is not None:
        (space / "baseline.json").write_text(content)
    (line,) = told(_gate(call, excess), 2)
    assert said in line
    (line,) = told(call("run", "--baseline", "baseline.json"), 2)
    assert said in line
    assert not (space / ".pii-audit").exists()


def test_a_baseline_under_another_key_is_refused_and_nothing_called_gone(space, excess, call, told):
    call("run", "--format", "json", "-o", "baseline.json")
    call("gate", excess, "--flow", "sms-daily", "--format", "json", "-o", "gate.json")
    other = space / "other.key"
    other.write_text("5c" * 32 + "\n")
    other.chmod(0o600)
    text = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(re.sub(r'key: ".*"', f'key: "file:{other}"', text))
    before = call("report", "--list").out
    for words in (["run"], ["gate", excess, "--flow", "sms-daily"]):
        name = "baseline.json" if words == ["run"] else "gate.json"
        (line,) = told(call(*words, "--baseline", name), 2)
        assert "made under another key" in line
    assert call("report", "--list").out == before


def test_a_receipt_certifies_the_whole_export(baseline, excess, call, told):
    (line,) = told(_gate(call, excess, "--receipt", "r.json"), 2)
    assert "does not go with --receipt" in line
