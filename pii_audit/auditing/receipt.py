"""The receipt of a gate: what was judged, by which policy, with what result, signed with the workspace's key.

The signature is HMAC-SHA-256 (RFC 2104) over the canonical JSON (sorted keys, no spaces, UTF-8) of everything but itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.run import Run

PURPOSE = b"pii-audit receipt 1"
"""Sets the signing key apart from the one of fingerprints."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileDigest:
    """One file as it was judged: its SHA-256 and size in bytes; no digest where it could not be read."""

    sha256: str | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a gate certifies; `ledger` is the extraction ledger (T/PCAC 0001-2023, 14.3 row 3)."""

    run: str
    judged_at: str
    version: str
    flow: str
    recipient: str
    purpose: str
    policy_sha256: str
    files: Mapping[str, FileDigest]
    verdict: str
    exit_code: int
    findings: Sequence[str]
    ledger: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        run: Run,
        policy: str,
        before: Mapping[str, FileDigest],
        after: Mapping[str, FileDigest],
        stated: Mapping[str, str | None],
        code: int,
    ) -> Receipt:
        """The receipt of a gate's run. UsageError when a file changed while it was judged: nothing is certified then."""
        for name, digest in before.items():
            if after.get(name) != digest:
                raise UsageError(
                    Text(
                        "裁决期间文件发生变化,未出回执", "the file changed while it was judged; no receipt was written"
                    ),
                    where=name,
                    todo=Text("等导出写完再裁决", "judge it when the export is finished"),
                )
        elements = sorted({verdict.element for verdict in run.verdicts if verdict.identifier})
        return cls(
            run=run.id,
            judged_at=run.finished.isoformat(),
            version=run.version,
            flow=run.notes["flow"],
            recipient=run.notes["recipient"],
            purpose=run.notes["purpose"],
            policy_sha256=policy,
            files=dict(before),
            verdict="pass" if code == 0 else "fail",
            exit_code=code,
            findings=[f"{finding.rule} {finding.fingerprint}" for finding in run.findings],
            ledger={
                **stated,
                "time": run.finished.isoformat(),
                "purpose": run.notes["purpose"],
                "elements": elements,
                "gaps": sum(one.outcome is Outcome.GAP for one in run.verdicts),
            },
        )

    def signed(self, key: bytes) -> str:
        """The receipt as JSON with its signature."""
        body = {"version": 1, **asdict(self)}
        return (
            json.dumps({**body, "signature": signature(body, key)}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        )


def signature(body: Mapping[str, Any], key: bytes) -> str:
    """The signature of a receipt's body, in hex."""
    signing = hmac.digest(key, PURPOSE, "sha256")
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return hmac.new(signing, canonical, "sha256").hexdigest()


def digests(paths: Sequence[str], shown: Callable[[str], str]) -> dict[str, FileDigest]:
    """The digests of all files below the paths, by the name under which each may be `shown`.

    UsageError for standard input, which cannot be read twice.
    """
    found: dict[str, FileDigest] = {}
    for path in paths:
        if path == "-":
            raise UsageError(
                Text("标准输入没有回执", "standard input gets no receipt"),
                todo=Text("把导出写成文件再裁决", "write the export to a file and judge that"),
            )
        below = (
            sorted(Path(folder) / name for folder, _, names in os.walk(path) for name in names)
            if Path(path).is_dir()
            else [Path(path)]
        )
        for file in below:
            if file.is_file():
                found[shown(str(file))] = _digest(file)
    return found


def _digest(path: Path) -> FileDigest:
    total = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                total.update(block)
                size += len(block)
    except OSError:
        return FileDigest(None, size)
    return FileDigest(total.hexdigest(), size)
