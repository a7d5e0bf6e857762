"""Proof that a column holds bare hashes: the values that the same run met elsewhere, hashed without a key, are among its digests.

The column's name need not speak for it, and if it says `hmac` or `token`, the proof says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pii_audit.detection.digests import ALGORITHMS, SM3
from pii_audit.detection.judge import CEILING, bound_of, people_of
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.subjects import subject_of
from pii_audit.language import Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.evidence import FREE_TEXT, Digests, Evidence, FieldEvidence, FieldTally, Hashed, Reason
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch

FACTOR = "proof"
_CLAIMED = (Form.BARE_HASH, Form.KEYED_HASH, Form.TOKENISED, Form.ENCRYPTED)
"""What a column of digests is taken for by its name."""
_WHOLE = 0.5
"""From this estimated share of a column's digests on, all of them are taken for the same."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The plain values of one identifier that a run met; `places` are where, `sampled`: not all rows were read there."""

    identifier: Identifier
    hashed: Hashed
    people: Sketch
    places: tuple[str, ...]
    sampled: bool


@dataclass(frozen=True, slots=True)
class _Proof:
    """That digests of a field are those of known values: `matched` of them for certain, about `share` of all."""

    known: _Known
    algorithm: str
    matched: int
    share: float


def proven(
    inspected: Iterable[Inspected], catalogue: Mapping[str, Identifier], shown: Callable[[str], str] = str
) -> list[Inspected]:
    """Assets with what can be proven about their columns of digests by the values of all of them; asked again, it adds what is new.

    `shown` gives names as they may be shown. A column of which nothing is proven stays what it is: its digests may be keyed, or of people whom
    nobody drew.
    """
    assets = list(inspected)
    known = _known(assets, catalogue, shown) if any(one.digests.seen.payload for one in _fields(assets)) else []
    return [_with_proofs(one, known, catalogue) for one in assets] if known else assets


def settled(one: Inspected) -> Inspected:
    """An asset without what was kept for proofs: they are made, and no store needs it."""
    fields = {name: _settled(field) for name, field in one.tally.fields.items()}
    return replace(one, tally=replace(one.tally, fields=fields))


def _settled(field: FieldTally) -> FieldTally:
    evidence = {name: replace(one, hashed=Hashed()) for name, one in field.evidence.items()}
    return replace(field, evidence=evidence, digests=Digests())


def _fields(assets: Sequence[Inspected]) -> Iterator[FieldTally]:
    return (field for one in assets for field in one.tally.fields.values())


def _known(
    assets: Sequence[Inspected], catalogue: Mapping[str, Identifier], shown: Callable[[str], str]
) -> list[_Known]:
    """The identifiers of which plain values were met, as far as they were judged to be that."""
    found: dict[str, _Known] = {}
    for one in assets:
        for statement in one.fields:
            evidence = one.tally.fields[statement.field or FREE_TEXT].evidence.get(statement.identifier, Evidence())
            if statement.form is not Form.PLAIN or not evidence.hashed.drawn.payload:
                continue
            place = ".".join(map(shown, filter(None, (one.asset.name, statement.field))))
            more = _Known(
                catalogue[statement.identifier], evidence.hashed, evidence.persons, (place,), _is_sampled(one)
            )
            before = found.get(statement.identifier)
            found[statement.identifier] = _together(before, more) if before else more
    return list(found.values())


def _together(one: _Known, other: _Known) -> _Known:
    return _Known(
        one.identifier,
        one.hashed + other.hashed,
        one.people + other.people,
        (*one.places, *other.places),
        one.sampled or other.sampled,
    )


def _is_sampled(one: Inspected) -> bool:
    return one.coverage.status is not CoverageStatus.INSPECTED


def _with_proofs(one: Inspected, known: Sequence[_Known], catalogue: Mapping[str, Identifier]) -> Inspected:
    """An asset with what the known values prove of its columns."""
    fields, statements = dict(one.tally.fields), list(one.fields)
    for name, field in one.tally.fields.items():
        for proof in _proofs(field.digests, known):
            identifier = proof.known.identifier
            mine = [each for each in statements if each.field == name and each.identifier == identifier.id]
            if any(reason.factor == FACTOR for each in mine for reason in each.why):
                continue
            claimed = min(
                (each for each in mine if each.form in _CLAIMED),
                key=lambda each: _CLAIMED.index(each.form),
                default=None,
            )
            if claimed is not None:
                statements[statements.index(claimed)] = _confirmed(claimed, proof)
                moved = _moved(field.evidence[identifier.id], claimed.form)
            else:
                hits = _hits(field.digests, proof, sampled=_is_sampled(one))
                statements.append(_statement(one, name, proof, hits))
                moved = field.evidence.get(identifier.id, Evidence()) + Evidence(
                    forms={Form.BARE_HASH: hits}, whole=hits, persons=field.digests.seen
                )
            fields[name] = replace(fields[name], evidence={**fields[name].evidence, identifier.id: moved})
    if statements == list(one.fields):
        return one
    tally = replace(one.tally, fields=fields)
    return replace(one, tally=tally, fields=tuple(statements), persons=people_of(catalogue, tally, statements))


def _proofs(digests: Digests, known: Sequence[_Known]) -> Iterator[_Proof]:
    """What known values prove of some digests, one proof for each identifier."""
    if not digests.seen.payload:
        return
    for one in known:
        hashed = one.hashed
        best: tuple[int, float, bool] = (0, 0.0, False)
        for sketch, is_sm3 in ((hashed.usual, False), (hashed.sm3, True)):
            best = max(best, (*digests.seen.met(sketch), is_sm3))
        matched, both, is_sm3 = best
        if matched:
            drawn = min(1.0, len(hashed.drawn) / max(1, len(one.people)))
            yield _Proof(one, _algorithm(digests, is_sm3=is_sm3), matched, both / drawn / max(1, len(digests.seen)))


def _algorithm(digests: Digests, *, is_sm3: bool) -> str:
    """By which algorithm digests were made: the length tells them apart, save SM3 from SHA-256."""
    named = (name for name, (size, _) in ALGORITHMS.items() if size in digests.rows and (name == SM3) == is_sm3)
    return "/".join(named)


def _hits(digests: Digests, proof: _Proof, *, sampled: bool) -> int:
    """The rows whose digest is that of a value: all where most are, or where rows that were not read leave it open."""
    rows = sum(digests.rows.values())
    if sampled or proof.known.sampled or proof.share >= _WHOLE:
        return rows
    return min(rows, max(proof.matched, round(rows * proof.share)))


def _reason(proof: _Proof, weight: float, claimed: Form = Form.BARE_HASH) -> Reason:
    first, *more = proof.known.places
    where = Text(f"{first} 等 {len(more) + 1} 处", f"{first} and {len(more)} more") if more else Text(first, first)
    but = Text("", "")
    if claimed is not Form.BARE_HASH:
        but = Text(f",并非 {claimed}", f", it is no {claimed}")
    return Reason(
        FACTOR,
        Text(
            f"{where.zh} 的值经 {proof.algorithm} 无密钥散列后,至少 {proof.matched} 个就在此列{but.zh}",
            f"values of {where.en}, hashed by {proof.algorithm} without a key, are here: {proof.matched} at least{but.en}",
        ),
        round(weight, 2),
    )


def _confirmed(statement: FieldEvidence, proof: _Proof) -> FieldEvidence:
    """What a column's name said, proven or, as to how its values are protected, refuted."""
    reason = _reason(proof, CEILING - statement.confidence, statement.form)
    return replace(statement, form=Form.BARE_HASH, confidence=CEILING, why=(*statement.why, reason))


def _moved(evidence: Evidence, claimed: Form) -> Evidence:
    """Evidence whose rows of one form are bare hashes."""
    forms = dict(evidence.forms)
    rows = forms.pop(claimed, 0)
    return replace(evidence, forms={**forms, Form.BARE_HASH: forms.get(Form.BARE_HASH, 0) + rows})


def _statement(one: Inspected, name: str, proof: _Proof, hits: int) -> FieldEvidence:
    """What nothing but the proof says of a column."""
    field = one.tally.fields[name]
    comment = next((each.comment for each in one.asset.fields if each.name == name), None)
    return FieldEvidence(
        asset=one.asset.id,
        field=name or None,
        identifier=proof.known.identifier.id,
        form=Form.BARE_HASH,
        rows_inspected=field.rows,
        hits=hits,
        prevalence=hits / field.rows if field.rows else 0.0,
        bound=bound_of(hits, field.rows, one.coverage),
        confidence=CEILING,
        level=proof.known.identifier.levels,
        why=(_reason(proof, CEILING),),
        subject=subject_of(one.asset.name, name, comment),
        persons=min(hits, len(field.digests.seen)),
    )
