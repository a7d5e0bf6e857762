"""Tests of policies, written beside them: given these elements to this recipient on this day, which verdict?"""

from __future__ import annotations

from pii_audit.policy.testing.coverage import Covered, covered
from pii_audit.policy.testing.loader import SUFFIX, load_cases
from pii_audit.policy.testing.model import Result, TestCase
from pii_audit.policy.testing.runner import run_case

__all__ = ["SUFFIX", "Covered", "Result", "TestCase", "covered", "load_cases", "run_case"]
