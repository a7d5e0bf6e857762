"""The ids of the shipped rules, which exceptions may name, without loading the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import yaml

from pii_audit import content

NEVER_EXCEPTABLE = frozenset({"STO001", "SHR001"})
"""Rules that no exception lifts, whatever a file says: prohibited data kept, and C3 or authentication data leaving."""


FOLDER = "policies/rules"
CASES = ".cases.yaml"
"""Files of cases, which lie beside the rules and are none."""


def rule_files() -> Iterator[str]:
    """The files in which the shipped rules stand."""
    return (path for path in content.walk(FOLDER, ".yaml") if not path.endswith(CASES))


@cache
def exceptable_rules() -> Mapping[str, bool]:
    """Every rule id of policies/rules/, and whether an exception may name it."""
    found: dict[str, bool] = {}
    for path in rule_files():
        document = yaml.load(content.data(path), Loader=yaml.CSafeLoader)
        for rule, entry in document["rules"].items():
            found[rule] = entry.get("exceptable", True) and rule not in NEVER_EXCEPTABLE
    return found
