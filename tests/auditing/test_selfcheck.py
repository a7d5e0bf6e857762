"""The whole way through a workspace, by its Python door."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pii_audit import audit
from pii_audit.auditing.crawling import Options
from pii_audit.auditing.selfcheck import run_key
from pii_audit.engine.local import LocalEngine
from pii_audit.engine.pool import PoolEngine
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.model.finding import Severity
from pii_audit.workspace import load_workspace

AUDIT = """\
version: 1
organisation: {name: Test, standards: [pipl], units: [{id: hq, title: HQ, units: [{id: hz, title: Hangzhou}]}]}
sources:
  - {id: share, kind: file_share, url: share/, owner: Office, unit: hq, units_by_path: {"hz/**": hz}}
  - {id: outbox, kind: feed, url: outbox/, owner: Data}
policies: [policies/]
key: "file:key"
"""
POLICY = """\
version: 1
purposes: {sms: {title: SMS, needs: {cn_mobile: plain}}}
recipients:
  acme: {title: Acme, role: processor, region: CN, purposes: [sms], scope: {cn_mobile: plain},
         agreement: {ref: HT-1, from: 2025-01-01, until: 2026-12-31}}
flows:
  sms: {source: outbox, match: "sms_*.csv", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1}
storage: {forms: {C3: encrypted}}
"""


@pytest.fixture
def root(tmp_path) -> Path:
    for name in ("share/hz", "outbox", "policies"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "audit.yaml").write_text(AUDIT)
    (tmp_path / "policies" / "p.yaml").write_text(POLICY)
    (tmp_path / "share" / "hz" / "db.properties").write_text("password=Kq8812-zW1\n")
    (tmp_path / "outbox" / "sms_1.csv").write_text(
        "mobile,card_no\n13800138000,4111111111111111\n13900139000,5555555555554444\n"
    )
    (tmp_path / "outbox" / "new.csv").write_text("mobile\n13800138000\n13900139000\n")
    return tmp_path


def essence(run):
    return (run.inspected, run.coverage, run.grants, run.verdicts, run.findings, run.suppressed, run.grouped)


def test_every_family_of_rules_is_asked_and_nothing_else_is_found(root):
    run = audit(root, Options(as_of=date(2026, 6, 30)))
    found = {finding.rule for finding in run.findings}
    assert {"STO002", "SHR002", "SHR006"} <= found
    assert run.exit_code(Severity.HIGH) == 1
    assert {row.status.value for row in run.coverage} == {"inspected"}


@pytest.mark.parametrize(
    ("more", "outcome"),
    [("", "compliant"), (",4012888888881881\n", "gap"), ("13700137000,4012888888881881\n", "violation")],
)
def test_rows_without_the_key_of_a_population_are_in_it_for_all_that_nobody_knows(root, more, outcome):
    policy = root / "policies" / "p.yaml"
    policy.write_text(
        policy.read_text().replace("pia: P-1", "pia: P-1, population: {key: cn_mobile, within: share.overdue.csv}")
    )
    (root / "share" / "overdue.csv").write_text("mobile\n13800138000\n13900139000\n")
    export = root / "outbox" / "sms_1.csv"
    export.write_text(export.read_text() + more)
    found = [one for one in audit(root).verdicts if one.element == "population"]
    assert [one.outcome.value for one in found] == [outcome]


def test_a_finding_belongs_to_the_unit_of_its_path_and_the_owner_of_its_source(root):
    [finding] = [one for one in audit(root).findings if one.rule == "STO002"]
    assert (finding.owner, finding.unit) == ("Office", "hz")


def test_the_day_decides_what_holds(root):
    before = {one.rule for one in audit(root, Options(as_of=date(2026, 12, 31))).findings}
    after = {one.rule for one in audit(root, Options(as_of=date(2027, 1, 1))).findings}
    assert after - before == {"SHR007"}


def test_two_processes_come_to_the_same_run(root):
    day = date(2026, 6, 30)
    assert essence(audit(root, Options(as_of=day, engine=PoolEngine(2)))) == essence(audit(root, Options(as_of=day)))


LAB = """\
version: 1
purposes: {study: {title: Study, needs: {email: keyed_hash}}}
recipients:
  lab: {title: Lab, role: processor, region: CN, purposes: [study], scope: {email: keyed_hash},
        agreement: {ref: HT-2, from: 2025-01-01, until: 2026-12-31}}
flows:
  lab: {source: outbox, match: "lab_*.csv", recipient: lab, purpose: study, channel: sftp, legal_basis: contract, pia: P-2}
"""


@pytest.mark.parametrize("engine", [LocalEngine(), PoolEngine(2)])
def test_a_column_of_bare_hashes_is_judged_as_what_other_sources_prove_it_to_be(root, engine):
    mobiles = [f"138{number:08d}" for number in range(50)]
    (root / "policies" / "lab.yaml").write_text(LAB)
    (root / "share" / "customers.csv").write_text("mobile\n" + "\n".join(mobiles) + "\n")
    hashed = [hashlib.sha256(mobile.encode()).hexdigest() for mobile in mobiles]
    (root / "outbox" / "lab_1.csv").write_text("k,city\n" + "".join(f"{one},Hangzhou\n" for one in hashed))
    run = audit(root, Options(as_of=date(2026, 6, 30), engine=engine))
    [finding] = [one for one in run.findings if one.rule == "SHR002" and one.flow == "lab"]
    assert (finding.identifiers, finding.field) == (("cn_mobile",), "k")
    [seen] = [one for one in run.inspected if one.asset.name == "lab_1.csv"]
    assert "customers.csv.mobile" in seen.fields[0].why[0].detail.en
    assert not any(field.digests.seen.payload for one in run.inspected for field in one.tally.fields.values())
    assert not any(text in repr(run) for text in (*mobiles, *hashed))


def test_another_key_gives_other_fingerprints(root):
    first = {one.fingerprint for one in audit(root).findings}
    assert {one.fingerprint for one in audit(root).findings} == first
    (root / "key").write_text("7b" * 32 + "\n")
    assert {one.fingerprint for one in audit(root).findings}.isdisjoint(first)


def test_an_unknown_source_is_a_usage_error_that_knows_the_nearest(root):
    with pytest.raises(UsageError, match="shrae") as caught:
        audit(root, Options(sources=["shrae"]))
    assert "share" in caught.value.what.en


def test_a_broken_policy_is_told_before_anything_is_read(root):
    (root / "policies" / "q.yaml").write_text("version: 1\nflovs: {}\n")
    with pytest.raises(ConfigurationError):
        audit(root)


def test_an_unreadable_object_makes_the_run_incomplete_whatever_else_is_clean(root):
    (root / "share" / "hz" / "db.properties").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    for path in (root / "outbox").iterdir():
        path.unlink()
    run = audit(root)
    assert (run.incomplete, run.exit_code(Severity.HIGH)) == (True, 3)
    assert run.exit_code(Severity.HIGH, allow_incomplete=True) == 0


@pytest.mark.parametrize(("include", "incomplete"), [("hz/*.propertiez", True), ("hz/*.properties", False)])
def test_a_share_of_which_include_leaves_out_all_was_not_inspected(root, include, incomplete):
    config = root / "audit.yaml"
    config.write_text(config.read_text().replace("url: share/", f'url: share/, include: ["{include}"]'))
    run = audit(root)
    assert run.incomplete == incomplete
    assert any("include matches none" in str(row.reason) for row in run.coverage) == incomplete
    for path in (root / "share" / "hz").iterdir():
        path.unlink()
    assert not audit(root).incomplete


def test_the_same_run_has_the_same_key_in_every_process(root):
    """Otherwise nothing that was interrupted is ever found again: sets are in another order in each process."""
    script = (
        "import sys; from pathlib import Path; from pii_audit.workspace import load_workspace\n"
        "from pii_audit.auditing.crawling import Options\n"
        "from pii_audit.auditing.selfcheck import run_key\n"
        "print(run_key(load_workspace(Path(sys.argv[1])), Options()))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", script, str(root)], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(keys) == 1


@pytest.mark.parametrize("change", [{"full": True}, {"sample": 5}, {"seed": 1}, {"sources": ["share"]}])
def test_another_way_of_looking_is_another_run(root, change):
    space = load_workspace(root)
    assert run_key(space, Options(**change)) != run_key(space, Options())


def test_another_place_to_look_is_another_run(root):
    before = run_key(load_workspace(root), Options())
    (root / "audit.yaml").write_text(AUDIT.replace("url: outbox/", "url: share/"))
    assert run_key(load_workspace(root), Options()) != before
