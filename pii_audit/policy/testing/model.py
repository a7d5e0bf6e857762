"""A test of a policy, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.evaluation.case import Seen
from pii_audit.policy.model import Flow


@dataclass(frozen=True, slots=True)
class Given:
    """One element as the case gives it, in a column of its own or, where `column` is None, in free text."""

    seen: Seen
    column: str | None


@dataclass(frozen=True, slots=True)
class TestCase:
    """One case. `declared` says that its flow is one of the policy's, else it names recipient and purpose alone.

    `rows` are the people in it; `shares` what is known beyond the file (None: unknown); `expected` is the verdict on the
    whole, `rules` those that must be broken and no others (None: any), `elements` the verdicts on single elements.
    """

    __test__ = False  # no test of ours, whatever pytest makes of the name

    title: Text
    position: Position
    flow: Flow
    declared: bool
    as_of: date
    given: tuple[Given, ...]
    expected: Outcome
    rules: frozenset[str] | None = None
    elements: Mapping[str, Outcome] = field(default_factory=dict)
    persons: int = 1
    persons_this_year: int | None = None
    persons_this_day: int | None = None
    abroad_this_year: int | None = None
    sensitive_this_year: int | None = None
    population_share: float | None = None
    consent_proved: bool | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case: the verdicts, and what differs from what was expected (nothing: it passed)."""

    case: TestCase
    verdicts: tuple[Verdict, ...]
    differences: tuple[Text, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences
