"""Encrypted files of an outbox: recognised by their bytes, and matched to the receipt of what was encrypted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pii_audit.auditing.inputs import FileDigest
from pii_audit.auditing.receipt import Receipt
from pii_audit.auditing.vouching import Receipts
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.policy.loader import load_policy
from pii_audit.policy.matching import FlowMatcher
from pii_audit.sources.format.kinds import kind_of

AUDIT = """\
version: 1
sources: [{id: outbox, kind: feed, url: outbox/, owner: Data, receipts: receipts/}]
policies: [p.yaml]
key: "file:key"
"""
POLICY = """\
version: 1
purposes: {sms: {title: SMS, needs: {cn_mobile: plain}}, ads: {title: Ads, needs: {cn_mobile: plain}}}
recipients:
  acme: {title: Acme, role: processor, region: CN, purposes: [sms, ads], scope: {cn_mobile: plain},
         agreement: {ref: HT-1, until: 2099-12-31}}
flows:
  sms: {source: outbox, match: "sms_*", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1}
  ads: {source: outbox, match: "ads_*", recipient: acme, purpose: ads, channel: sftp, legal_basis: contract, pia: P-2}
"""
PGP = b"\x85\x02\x0c\x03" + bytes(range(8)) + b"\x01" + bytes(range(256)) * 2
"""A session key for an RSA key (RFC 9580, 5.1.1), and noise."""


@pytest.fixture
def root(tmp_path) -> Path:
    """A workspace whose gate has let `sms_1.csv` pass, which then left the outbox encrypted."""
    for name in ("outbox", "receipts"):
        (tmp_path / name).mkdir()
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "audit.yaml").write_text(AUDIT)
    (tmp_path / "p.yaml").write_text(POLICY)
    passed = Receipt(
        run="20260630T0830-1a2b3c",
        judged_at="2026-06-30T08:30:00+08:00",
        program="1",
        flow="sms",
        recipient="acme",
        purpose="sms",
        policy_sha256="00" * 32,
        files={"/exports/sms_1.csv": FileDigest("11" * 32, 31)},
        verdict="pass",
        exit_code=0,
        findings=(),
        conditions={},
        ledger={},
    )
    (tmp_path / "receipts" / "1.json").write_text(passed.signed(bytes.fromhex("5a" * 32)))
    (tmp_path / "outbox" / "sms_1.csv.pgp").write_bytes(PGP)
    return tmp_path


@pytest.fixture
def vouch(root):
    """What the receipts of the workspace say of an encrypted file; the ledger rows of those that say nothing, too."""

    def of(name: str) -> tuple[str | None, list[str]]:
        policy = load_policy(["p.yaml"], root, load_catalogue())
        receipts = Receipts("outbox", root / "receipts", bytes.fromhex("5a" * 32), FlowMatcher(policy))
        said = receipts.vouch(name)
        return (said.en if said else None), [row.reason.en for row in receipts.problems]

    return of


def test_an_encrypted_file_is_told_by_the_receipt_of_what_was_encrypted(root, call):
    (root / "outbox" / "sms_2.csv.pgp").write_bytes(PGP)
    said = json.loads(call("-w", root, "run", "--format", "json").out)
    rows = {row["asset"]: (row["status"], row["reason"]) for row in said["coverage"]}
    status, reason = rows["outbox:sms_1.csv.pgp"]
    assert (status, reason.startswith("encrypted; the gate let it pass before (flow sms, ")) == ("skipped", True)
    assert rows["outbox:sms_2.csv.pgp"][0] == "failed"
    assert [one["flow"] for one in said["findings"] if one["message"] == "nothing of this flow was seen"] == ["ads"]


@pytest.mark.parametrize("name", ["sms_2.csv.pgp", "sms_1.csv.bak.pgp", "ads_sms_1.csv.pgp", "x.pgp"])
def test_nothing_speaks_for_a_file_of_another_name(vouch, name):
    assert vouch(name) == (None, [])


@pytest.mark.parametrize("name", ["sms_1.csv.pgp", "sms_1.csv.GPG", "sub/sms_1.csv.asc", "sms_1.csv"])
def test_what_encryption_adds_to_a_name_does_not_count(vouch, name):
    assert vouch(name)[0] is not None


def test_a_receipt_speaks_for_its_own_flow_only(root, vouch):
    text = (root / "p.yaml").read_text().replace('match: "sms_*"', 'match: "x_*"').replace('"ads_*"', '"sms_*"')
    (root / "p.yaml").write_text(text)
    assert vouch("sms_1.csv.pgp") == (None, [])


def test_a_receipt_that_was_changed_counts_for_nothing_and_is_told(root, vouch):
    path = root / "receipts" / "1.json"
    path.write_text(path.read_text().replace('"flow": "sms"', '"flow": "ads"'))
    (root / "receipts" / "2.json").write_text("{")
    signed = json.loads(path.read_text())
    (root / "receipts" / "3.json").write_text(json.dumps({**signed, "signature": "\u00e9\ud800"}))
    said, problems = vouch("sms_1.csv.pgp")
    assert said is None
    assert problems == [
        "the receipt's signature does not hold; it counts for nothing",
        "the receipt is cut short; no file was checked",
        "the receipt's signature does not hold; it counts for nothing",
    ]


@pytest.mark.parametrize(
    "head",
    [
        b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n",
        PGP,
        b"\x84\x5e\x03" + bytes(8) + b"\x12" + bytes(80),
        b"\x8c\x0d\x04\x09\x03\x08" + bytes(range(200, 208)) + b"\x60" + bytes(60),
        b"\xc1\xc0\x4c\x03" + bytes(8) + b"\x01" + bytes(300),
        b"age-encryption.org/v1\n-> X25519 x\n" + bytes(range(128, 255)),
        b"Salted__" + bytes(range(120, 255)),
    ],
)
def test_encrypted_files_are_recognised_by_their_first_bytes(head):
    kind = kind_of(head)
    assert kind is not None
    assert kind.encrypted


@pytest.mark.parametrize("text", ["…而且，这是中文。", "Å,Ä\n1,2\n", "Salted__ peanuts are cheap\n", "联系人,电话\n"])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16"])
def test_texts_are_not_taken_for_encrypted(text, codec):
    kind = kind_of(text.encode(codec))
    assert kind is None or not kind.encrypted
