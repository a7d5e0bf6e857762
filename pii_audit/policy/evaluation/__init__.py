"""The verdict of a policy on what was observed."""

from __future__ import annotations

from pii_audit.policy.evaluation.case import ConsentProof, Knowledge, Observed
from pii_audit.policy.evaluation.flow import evaluate_flow

__all__ = ["ConsentProof", "Knowledge", "Observed", "evaluate_flow"]
