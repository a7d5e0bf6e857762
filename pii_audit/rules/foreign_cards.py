"""Keeping: authentication data of cards that other institutions issued (T/PCAC 0001-2023, 8 c) and 10.1; JR/T 0171-2020).

Which cards are the institution's own, `organisation.institution` of audit.yaml says. What may not be kept whoever issued the
card is STO001's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pii_audit.detection.gather import BANK_CARD
from pii_audit.language import Text
from pii_audit.model.evidence import FREE_TEXT, FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.run import Inspected
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles
from pii_audit.rules.store import banned, is_kept, never_kept, stored

GROUP = "card"


def of_others(facts: Facts) -> Iterator[Draft]:
    """STO008: C3 information beside cards of other institutions; one finding an asset.

    A gap where it may belong to the own cards that stand there as well.
    """
    if not facts.institution.own_bins and not facts.institution.issues_none:
        return
    never = never_kept(facts)
    for one in stored(facts):
        cards = [found for found in one.fields if found.identifier == BANK_CARD]
        held = [found for found in one.fields if _is_c3_of_a_card(facts, found) and not banned(never, found)]
        foreign = _foreign(facts, one, cards)
        if not held or not foreign:
            continue
        own = sum(found.hits for found in cards) - foreign
        kinds, where = titles(facts, [found.identifier for found in held]), named(held)
        yield Draft(
            "STO008",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 有 {foreign} 行其他机构的卡，并留存 {kinds.zh}（{where.zh}）",
                f"{one.asset.id} holds cards of other institutions in {foreign} rows and keeps {kinds.en} ({where.en})",
            ),
            outcome=Outcome.VIOLATION if _beside(one, held) > own else Outcome.GAP,
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=tuple(dict.fromkeys(found.identifier for found in (*held, *cards))),
            evidence=proof([*held, *cards], foreign_cards=foreign),
            concern=concern(facts, held),
        )


def _is_c3_of_a_card(facts: Facts, found: FieldEvidence) -> bool:
    return is_kept(found) and found.level.jrt0171 == "C3" and GROUP in facts.catalogue[found.identifier].groups


def _foreign(facts: Facts, one: Inspected, cards: Sequence[FieldEvidence]) -> int:
    """Rows with cards of others: all, where the institution issues none."""
    if facts.institution.issues_none:
        return sum(found.hits for found in cards)
    return sum(one.tally.fields[found.field or FREE_TEXT].evidence[BANK_CARD].foreign for found in cards)


def _beside(one: Inspected, held: Sequence[FieldEvidence]) -> int:
    """Rows in which a card stands together with such data."""
    kinds = {found.identifier for found in held}
    return sum(rows for together, rows in one.tally.together.items() if BANK_CARD in together and together & kinds)


RULES = (of_others,)
