"""Using: masks on screens, in reports and in exports for use inside, which show too much or give the value back together.

PCI DSS 3.4.1; T/PCAC 0001-2023, 14.1 and 14.2. What leaves is judged by its flow's own demands (SHR003).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles

SHARE = 0.01
"""Of an identifier's masked rows, those that hide too little: below it they are accidents of single rows."""


def weak_masks(facts: Facts) -> Iterator[Draft]:
    """USE005: values masked too weakly, each for itself or several columns together; one finding an asset."""
    for one in facts.inspected:
        if one.asset.kind in (AssetKind.FEED, AssetKind.QUERY):
            continue
        masked = [found for found in one.fields if found.form is Form.MASKED]
        weak = [found for found in masked if found.inadequate >= max(1, SHARE * found.hits)]
        joined = [pair for pair in _joined(facts, masked) if not set(pair) & set(weak)]
        if weak:
            yield _draft(facts, one, weak, _too_much(facts, weak))
        elif joined:
            yield _draft(facts, one, joined[0], _together(facts, joined[0]))


def _too_much(facts: Facts, weak: Sequence[FieldEvidence]) -> Text:
    kinds, where = titles(facts, [found.identifier for found in weak]), named(weak)
    rows = sum(found.inadequate for found in weak)
    return Text(
        f"{kinds.zh}（{where.zh}）屏蔽不足，{rows} 行露出过多", f"{kinds.en} ({where.en}) shows too much in {rows} rows"
    )


def _together(facts: Facts, pair: Sequence[FieldEvidence]) -> Text:
    kinds, where = titles(facts, [pair[0].identifier]), named(pair)
    return Text(
        f"{kinds.zh}在 {where.zh} 中遮住的部分不同，合起来露出过多",
        f"{kinds.en} is masked differently in {where.en}: together they show too much",
    )


def _joined(facts: Facts, masked: Sequence[FieldEvidence]) -> Iterator[tuple[FieldEvidence, ...]]:
    """Columns of one asset that mask one identifier at different ends, so that what is hidden in one stands in another."""
    by_kind: dict[tuple[str, str], list[FieldEvidence]] = defaultdict(list)
    for found in masked:
        by_kind[found.identifier, found.subject].append(found)
    for (identifier, _), several in by_kind.items():
        definition = facts.catalogue[identifier]
        widest = [max(several, key=lambda found: found.shown[end]) for end in (0, 1)]
        length = max((len(sample) for found in several for sample in found.samples), default=0)
        first, last = widest[0].shown[0], widest[1].shown[1]
        if widest[0] is widest[1] or not length:
            continue
        hidden = max(0, length - first - last)
        # The rule for this identifier, asked about the value as both columns together show it.
        if hidden == 0 or not definition.adequately_masked("0" * first + "*" * hidden + "0" * last):
            yield tuple(widest)


def _draft(facts: Facts, one: Inspected, statements: Sequence[FieldEvidence], said: Text) -> Draft:
    return Draft(
        "USE005",
        (one.asset.id,),
        Text(f"{one.asset.id} 中 {said.zh}", f"{one.asset.id}: {said.en}"),
        source=one.asset.source,
        asset=one.asset.id,
        identifiers=tuple(dict.fromkeys(found.identifier for found in statements)),
        evidence=proof(statements, inadequate=sum(found.inadequate for found in statements)),
        concern=concern(facts, statements),
    )


RULES = (weak_masks,)
