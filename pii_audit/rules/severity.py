"""From a rule's base severity to a finding's: the number of persons raises it, and some things are never mild."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from pii_audit import content
from pii_audit.document import INTEGER, Choice, Reader, Record
from pii_audit.model.finding import Severity
from pii_audit.policy.model import Threshold
from pii_audit.rules.catalogue import Rule

_SEVERITY = Choice([severity.value for severity in Severity])
SCALE = Record(
    {
        "version": Choice(["1"]),
        "one_step_up": Record({"sensitive": INTEGER, "other": INTEGER}, ("sensitive", "other")),
        "at_least": Record(
            {"c3_in_clear": _SEVERITY, "everyone_can_read": _SEVERITY},
            ("c3_in_clear", "everyone_can_read"),
        ),
    },
    ("version", "one_step_up", "at_least"),
)
"""The form of policies/severity.yaml."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom and what a finding concerns.

    `sensitive` and `other` are distinct persons by kind of information; `c3_in_clear` says that C3 information was seen
    in clear, `everyone_can_read` that anybody who can log in may read it.
    """

    sensitive: int = 0
    other: int = 0
    c3_in_clear: bool = False
    everyone_can_read: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """The thresholds and floors of policies/severity.yaml; thresholds in distinct persons."""

    sensitive: int
    other: int
    c3_in_clear: Severity
    everyone_can_read: Severity

    def from_people(self, stated: Threshold | None) -> Scale:
        """The scale with the numbers of people that a policy states; its floors stay."""
        return self if stated is None else replace(self, sensitive=stated.sensitive, other=stated.other)

    def severity(self, rule: Rule, concern: Concern) -> Severity:
        """The severity of a finding under that rule, exceptions and remaps aside."""
        many = concern.sensitive >= self.sensitive or concern.other >= self.other
        severity = rule.severity.raised() if rule.scaled and many else rule.severity
        if concern.c3_in_clear and not severity.at_least(self.c3_in_clear):
            severity = self.c3_in_clear
        if concern.everyone_can_read and not severity.at_least(self.everyone_can_read):
            severity = self.everyone_can_read
        return severity


@cache
def load_scale() -> Scale:
    """The shipped scale. Raises ConfigurationError when policies/severity.yaml is wrong."""
    reader = Reader()
    path = "policies/severity.yaml"
    read = reader.read_bytes(content.data(path), SCALE, shown_as=path)
    reader.raise_problems()
    steps, floors = read["one_step_up"], read["at_least"]
    return Scale(
        steps["sensitive"],
        steps["other"],
        Severity(floors["c3_in_clear"]),
        Severity(floors["everyone_can_read"]),
    )
