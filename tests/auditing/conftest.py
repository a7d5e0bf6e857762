"""What tests of whole audits share: a key folder of their own, the program run in this process, and a workspace that sends something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import call, surroundings

__all__ = ["call", "sending", "surroundings"]

AUDIT = """\
version: 1
sources:
  - {id: outbox, kind: feed, url: outbox/, owner: Data%s}
%spolicies: [p.yaml]
key: "file:key"
"""
POLICY = """\
version: 1
purposes: {sms: {title: SMS, needs: {cn_mobile: plain}}}
recipients:
  acme: {title: Acme, role: processor, region: CN, purposes: [sms], scope: {cn_mobile: plain},
         agreement: {ref: HT-1, until: 2099-12-31}}
flows:
  sms: {source: outbox, match: "sms_*", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1%s}
%s"""


@pytest.fixture
def sending(tmp_path):
    """An outbox with one flow: gives what writes audit.yaml and p.yaml, with what source and flow say besides, and what else there is."""
    (tmp_path / "outbox").mkdir()
    (tmp_path / "key").write_text("5a" * 32 + "\n")

    def declare(*, source: str = "", sources: str = "", flow: str = "", flows: str = "") -> Path:
        (tmp_path / "audit.yaml").write_text(AUDIT % (source, sources))
        (tmp_path / "p.yaml").write_text(POLICY % (flow, flows))
        return tmp_path

    return declare
