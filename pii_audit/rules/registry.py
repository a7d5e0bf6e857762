"""All rules in code, family by family; their texts stand in policies/rules/."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.rules import (
    collect,
    copies,
    coverage,
    crossborder,
    custom,
    foreign_cards,
    governance,
    leftovers,
    manual,
    masking,
    retention,
    share,
    store,
    too_early,
    use,
    use_accounts,
    use_files,
    use_folders,
    use_settings,
)
from pii_audit.rules.interface import Draft, Facts

RULES = (
    *collect.RULES,
    *store.RULES,
    *foreign_cards.RULES,
    *retention.RULES,
    *too_early.RULES,
    *copies.RULES,
    *leftovers.RULES,
    *use.RULES,
    *use_accounts.RULES,
    *use_files.RULES,
    *use_settings.RULES,
    *use_folders.RULES,
    *masking.RULES,
    *share.RULES,
    *crossborder.RULES,
    *governance.RULES,
    *manual.RULES,
    *custom.RULES,
    *coverage.RULES,
)


def apply_rules(facts: Facts) -> Iterator[Draft]:
    """What every rule has to say of the facts."""
    for rule in RULES:
        yield from rule(facts)
