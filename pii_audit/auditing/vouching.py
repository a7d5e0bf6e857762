"""Encrypted files of an outbox and the gate's receipts for what was encrypted: who vouches for which file."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from pii_audit.auditing.receipt import signature
from pii_audit.auditing.verification import read_receipt
from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage
from pii_audit.policy.matching import FlowMatcher
from pii_audit.sources.interface import failed

WRAPPINGS = frozenset({".pgp", ".gpg", ".asc", ".age", ".enc"})
"""Endings that encryption adds to a file's name."""


@dataclass
class Receipts:
    """The receipts of a folder whose signature holds; `problems` are ledger rows of those that speak for nothing.

    Raises nothing: a folder that is not there has no receipts, and a receipt that is none is a problem.
    """

    source: str
    folder: Path
    key: bytes
    flows: FlowMatcher
    problems: list[Coverage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._about: dict[str, list[Mapping[str, Any]]] = {}
        for receipt in self._valid():
            for name in receipt["files"]:
                self._about.setdefault(PurePath(name).name, []).append(receipt)

    def vouch(self, name: str) -> Text | None:
        """The newest receipt that let the file pass before it was encrypted, for the flow that the file belongs to."""
        path = PurePath(name)
        plain = path.stem if path.suffix.lower() in WRAPPINGS else path.name
        flow = self.flows.find(self.source, name)
        fitting = [
            one
            for one in self._about.get(plain, ())
            if one["verdict"] == "pass" and flow is not None and one["flow"] == flow.id
        ]
        if not fitting:
            return None
        newest = max(fitting, key=lambda one: str(one["judged_at"]))
        return Text(
            f"已加密；加密前已由闸门放行（数据流 {newest['flow']}，{newest['judged_at']}，回执 {newest['run']}）",
            f"encrypted; the gate let it pass before (flow {newest['flow']}, {newest['judged_at']}, receipt {newest['run']})",
        )

    def _valid(self) -> Iterator[Mapping[str, Any]]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                receipt = read_receipt(str(path))
            except UsageError as error:
                self.problems.append(failed(self.source, f"receipts/{path.name}", error.what))
                continue
            body = {name: value for name, value in receipt.items() if name != "signature"}
            if hmac.compare_digest(
                signature(body, self.key).encode(), receipt["signature"].encode("utf-8", "surrogatepass")
            ):
                yield receipt
            else:
                reason = Text("回执签名不符，不作数", "the receipt's signature does not hold; it counts for nothing")
                self.problems.append(failed(self.source, f"receipts/{path.name}", reason))
