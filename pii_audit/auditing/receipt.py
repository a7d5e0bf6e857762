"""The receipt of a gate: what was judged, by which policy, with what result, signed with the workspace's key.

The signature is HMAC-SHA-256 (RFC 2104) over the canonical JSON (sorted keys, no spaces, UTF-8) of everything but itself.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pii_audit.auditing.inputs import FileDigest
from pii_audit.model.finding import Outcome
from pii_audit.model.run import Run

PURPOSE = b"pii-audit receipt 1"
"""Sets the signing key apart from the one of fingerprints."""
_KEY_NAME = b"pii-audit receipt key"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a gate certifies; `program` is the version that judged, `conditions` how strictly.

    `ledger` is the extraction ledger (T/PCAC 0001-2023, 14.3 row 3).
    """

    run: str
    judged_at: str
    program: str
    flow: str
    recipient: str
    purpose: str
    policy_sha256: str
    files: Mapping[str, FileDigest]
    verdict: str
    exit_code: int
    findings: Sequence[str]
    conditions: Mapping[str, str | bool]
    ledger: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        run: Run,
        policy: str,
        files: Mapping[str, FileDigest],
        stated: Mapping[str, Any],
        conditions: Mapping[str, str | bool],
        code: int,
    ) -> Receipt:
        """The receipt of a gate's run; `stated` is what the caller says of the extraction."""
        return cls(
            run=run.id,
            judged_at=run.finished.isoformat(),
            program=run.version,
            flow=run.notes["flow"],
            recipient=run.notes["recipient"],
            purpose=run.notes["purpose"],
            policy_sha256=policy,
            files=dict(files),
            verdict="pass" if code == 0 else "fail",
            exit_code=code,
            findings=[f"{finding.rule} {finding.fingerprint}" for finding in run.findings],
            conditions=conditions,
            ledger={
                **stated,
                "time": stated.get("time") or run.finished.isoformat(),
                "purpose": run.notes["purpose"],
                "elements": elements(run),
                "gaps": sum(one.outcome is Outcome.GAP for one in run.verdicts),
            },
        )

    def signed(self, key: bytes) -> str:
        """The receipt as JSON with its signature, and the name of the key that it can be checked with."""
        body = {"version": VERSION, "key": key_name(key), **asdict(self)}
        return (
            json.dumps({**body, "signature": signature(body, key)}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        )


def elements(run: Run) -> list[str]:
    """The elements that a gate saw, as policies write them."""
    return sorted({verdict.element for verdict in run.verdicts if verdict.identifier})


def key_name(key: bytes) -> str:
    """Tells one key from another and nothing of either: 64 bits in hex."""
    return hmac.digest(key, _KEY_NAME, "sha256").hex()[:16]


def signature(body: Mapping[str, Any], key: bytes) -> str:
    """The signature of a receipt's body, in hex."""
    signing = hmac.digest(key, PURPOSE, "sha256")
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return hmac.new(signing, canonical, "sha256").hexdigest()
