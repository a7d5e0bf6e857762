"""Grades that elements have because of what stands beside them: a name alone tells little, with number and card a lot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pii_audit.identifiers.model import Catalogue
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.levels import CLASSES, Levels, LevelSelector
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.together import each_another
from pii_audit.policy.model import Classification, Raise


def raised_levels(
    classification: Classification, assets: Iterable[Inspected], catalogue: Catalogue
) -> Mapping[str, Levels]:
    """The identifiers that combinations raise in these assets, with the grades that they have there."""
    raised: dict[str, Levels] = {}
    if not classification.raises:
        return raised
    for asset in assets:
        rows = _rows(asset)
        for rule in classification.raises:
            for identifier in _hit(rule, rows, catalogue):
                known = catalogue.get(identifier)
                before = raised.get(identifier) or (known.levels if known else Levels())
                raised[identifier] = _at_least(before, rule.to)
    return raised


def grade(statements: Iterable[FieldEvidence], raised: Mapping[str, Levels]) -> int | None:
    """The minimum grade (JR/T 0197-2020) of what was found in clear or partly; None where the standard grades none."""
    grades = [raised.get(one.identifier, one.level).jrt0197 for one in statements]
    return max((found for found in grades if found is not None), default=None)


def _rows(asset: Inspected) -> list[frozenset[str]]:
    """The sets of identifiers that occur in one row; of text without columns, in one document."""
    if asset.columns:
        return list(asset.tally.together)
    return [frozenset(found.identifier for found in asset.fields)]


def _hit(rule: Raise, rows: Iterable[frozenset[str]], catalogue: Catalogue) -> frozenset[str]:
    wanted = [catalogue.expand(element.word) for element in rule.combination.elements]
    hit = [row for row in rows if each_another([row & one for one in wanted])]
    return frozenset(name for row in hit for one in wanted for name in row & one)


def _at_least(levels: Levels, to: LevelSelector) -> Levels:
    if to.scheme == "jrt0197":
        return replace(levels, jrt0197=max(levels.jrt0197 or 0, int(to.value)))
    if to.scheme == "jrt0171" and levels.rank < to.rank:
        return replace(levels, jrt0171=CLASSES[to.rank - 1])
    return levels
