"""All of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pii_audit.policy.model.governing import Attestations, CrossBorder, CustomRule, ExceptionRule, Governance, Threshold
from pii_audit.policy.model.keeping import AccessPolicy, Classification, Floor, StoragePolicy
from pii_audit.policy.model.sharing import Flow, Purpose, Recipient


@dataclass(frozen=True, slots=True)
class Policy:
    """All policy files together. `digest` is the SHA-256 of their names and bytes, for receipts.

    `severity` is the number of people from which a finding is one step more severe; None: as shipped.
    """

    files: tuple[str, ...] = ()
    digest: str = ""
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    recipients: Mapping[str, Recipient] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    floors: tuple[Floor, ...] = ()
    access: AccessPolicy = field(default_factory=AccessPolicy)
    storage: StoragePolicy = field(default_factory=StoragePolicy)
    classification: Classification = field(default_factory=Classification)
    cross_border: CrossBorder = field(default_factory=CrossBorder)
    severity: Threshold | None = None
    rules: Mapping[str, CustomRule] = field(default_factory=dict)
    attestations: Attestations = field(default_factory=Attestations)
    governance: Governance = field(default_factory=Governance)
    exceptions: tuple[ExceptionRule, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is stated: no file, or files without a section."""
        sections = (self.purposes, self.recipients, self.flows, self.floors, self.rules, self.exceptions)
        rest = (self.storage, self.classification)
        return not any(sections) and not self.access.stated and rest == (StoragePolicy(), Classification())
