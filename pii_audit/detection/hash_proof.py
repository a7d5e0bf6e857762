"""Proof that a column holds bare hashes: the values that the same run met elsewhere, hashed without a key, are among its digests.

The column's name need not speak for it, and if it says `hmac` or `token`, the proof says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pii_audit.detection.digests import ALGORITHMS, SM3
from pii_audit.detection.proofs import Proof, is_sampled, with_proofs
from pii_audit.identifiers.model import Identifier
from pii_audit.language import Text, same
from pii_audit.model.evidence import FREE_TEXT, Digests, Evidence, Hashed
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch


@dataclass(frozen=True, slots=True)
class _Known:
    """The plain values of one identifier that a run met; `places` are where, `sampled`: not all rows were read there."""

    identifier: Identifier
    hashed: Hashed
    people: Sketch
    places: tuple[str, ...]
    sampled: bool

    def beside(self, other: _Known) -> _Known:
        """Those and others of the same identifier."""
        return _Known(
            self.identifier,
            self.hashed + other.hashed,
            self.people + other.people,
            (*self.places, *other.places),
            self.sampled or other.sampled,
        )


def proven(
    inspected: Iterable[Inspected], catalogue: Mapping[str, Identifier], shown: Callable[[str], str] = str
) -> list[Inspected]:
    """Assets with what can be proven about their columns of digests by the values of all of them; asked again, it adds what is new.

    `shown` gives names as they may be shown. A column of which nothing is proven stays what it is: its digests may be keyed, or of people whom
    nobody drew.
    """
    assets = list(inspected)
    if not any(field.digests.seen.payload for one in assets for field in one.tally.fields.values()):
        return assets
    known = _known(assets, catalogue, shown)
    return [
        with_proofs(
            one, {name: list(_proofs(field.digests, known)) for name, field in one.tally.fields.items()}, catalogue
        )
        for one in assets
    ]


def _known(
    assets: Sequence[Inspected], catalogue: Mapping[str, Identifier], shown: Callable[[str], str]
) -> list[_Known]:
    """The identifiers of which plain values were met, as far as they were judged to be that."""
    found: dict[str, _Known] = {}
    for one in assets:
        for statement in one.fields:
            name = statement.identifier
            evidence = one.tally.fields[statement.field or FREE_TEXT].evidence.get(name, Evidence())
            if statement.form is Form.PLAIN and evidence.hashed.drawn.payload:
                place = ".".join(map(shown, filter(None, (one.asset.name, statement.field))))
                more = _Known(catalogue[name], evidence.hashed, evidence.persons, (place,), is_sampled(one))
                found[name] = found[name].beside(more) if name in found else more
    return list(found.values())


def _proofs(digests: Digests, known: Sequence[_Known]) -> Iterator[Proof]:
    """What known values prove of some digests, one proof for each identifier."""
    if not digests.seen.payload:
        return
    for one in known:
        usual, sm3 = digests.seen.met(one.hashed.usual), digests.seen.met(one.hashed.sm3)
        matched, both = max(usual, sm3)
        if matched:
            drawn = min(1.0, len(one.hashed.drawn) / max(1, len(one.people)))
            share = both / drawn / max(1, len(digests.seen))
            said = _said(one, _algorithm(digests, is_sm3=sm3 > usual), matched)
            yield Proof(one.identifier, matched, share, said, one.sampled)


def _algorithm(digests: Digests, *, is_sm3: bool) -> str:
    """By which algorithm digests were made: their length tells it, save SM3 from SHA-256."""
    named = (name for name, (size, _) in ALGORITHMS.items() if size in digests.rows and (name == SM3) == is_sm3)
    return "/".join(named)


def _said(known: _Known, algorithm: str, matched: int) -> Text:
    first, *more = known.places
    where = Text(f"{first} 等 {len(more) + 1} 处", f"{first} and {len(more)} more") if more else same(first)
    return Text(
        f"{where.zh} 的值经 {algorithm} 无密钥散列后，至少 {matched} 个就在此列",
        f"values of {where.en}, hashed by {algorithm} without a key, are here, {matched} at least",
    )
