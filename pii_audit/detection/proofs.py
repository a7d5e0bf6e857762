"""What a proof that digests are bare hashes of an identifier changes in what is said of an asset."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pii_audit.detection.judge import CEILING, bound_of, people_of
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.subjects import subject_of
from pii_audit.language import Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.evidence import Digests, Evidence, FieldEvidence, FieldTally, Hashed, Reason
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected

FACTOR = "proof"
_CLAIMED = (Form.BARE_HASH, Form.KEYED_HASH, Form.TOKENISED, Form.ENCRYPTED)
"""What a column of digests is taken for by its name."""
_WHOLE = 0.5
"""Where the share of a column's digests may be as much, all of them are taken for the same."""
_DEVIATIONS = 2
"""Of the number that matched (Poisson), by which the share may be larger than it seems."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That digests of a field are those of an identifier's values: `matched` for certain, about `share` of all.

    `said` tells how it is known; `partial`: not all values were read by which it is known, so that the share says little.
    """

    identifier: Identifier
    matched: int
    share: float
    said: Text
    partial: bool = False


def is_proven(one: Inspected, field: str, identifier: str | None = None) -> bool:
    """Whether something is proven about the digests of a field, or that they are those of one identifier."""
    return any(
        reason.factor == FACTOR
        for statement in one.fields
        if statement.field == field and identifier in (None, statement.identifier)
        for reason in statement.why
    )


def is_sampled(one: Inspected) -> bool:
    """Whether rows of an asset were left out."""
    return one.coverage.status is not CoverageStatus.INSPECTED


def with_proofs(
    one: Inspected, proofs: Mapping[str, Sequence[Proof]], catalogue: Mapping[str, Identifier]
) -> Inspected:
    """An asset with what is proven of its fields; what was proven before stays as it was said then."""
    fields, statements = dict(one.tally.fields), list(one.fields)
    for name, found in proofs.items():
        for proof in found:
            identifier = proof.identifier.id
            if is_proven(one, name, identifier):
                continue
            before = fields[name].evidence.get(identifier, Evidence())
            claimed = _claimed(statements, name, identifier)
            if claimed is not None:
                statements[statements.index(claimed)] = _confirmed(claimed, proof)
                after = _moved(before, claimed.form)
            else:
                hits = _hits(fields[name].digests, proof, sampled=is_sampled(one))
                statements.append(_statement(one, name, proof, hits))
                seen = fields[name].digests.seen
                after = before + Evidence(forms={Form.BARE_HASH: hits}, whole=hits, persons=seen)
            fields[name] = replace(fields[name], evidence={**fields[name].evidence, identifier: after})
    if statements == list(one.fields):
        return one
    tally = replace(one.tally, fields=fields)
    return replace(one, tally=tally, fields=tuple(statements), persons=people_of(catalogue, tally, statements))


def settled(one: Inspected) -> Inspected:
    """An asset without what was kept for proofs: they are made, and no store needs it."""
    fields = {name: _settled(field) for name, field in one.tally.fields.items()}
    return replace(one, tally=replace(one.tally, fields=fields))


def _settled(field: FieldTally) -> FieldTally:
    evidence = {name: replace(one, hashed=Hashed()) for name, one in field.evidence.items()}
    return replace(field, evidence=evidence, digests=Digests())


def _claimed(statements: Sequence[FieldEvidence], name: str, identifier: str) -> FieldEvidence | None:
    """What a column's name said of its digests, a bare hash first."""
    mine = [one for one in statements if (one.field, one.identifier) == (name, identifier) and one.form in _CLAIMED]
    return min(mine, key=lambda one: _CLAIMED.index(one.form), default=None)


def _hits(digests: Digests, proof: Proof, *, sampled: bool) -> int:
    """The rows whose digest is that of a value: all where half of them may be, or where rows that were not read leave it open."""
    rows = sum(digests.rows.values())
    if sampled or proof.partial or proof.share * (1 + _DEVIATIONS / math.sqrt(proof.matched)) >= _WHOLE:
        return rows
    return min(rows, max(proof.matched, round(rows * proof.share)))


def _confirmed(statement: FieldEvidence, proof: Proof) -> FieldEvidence:
    """What a column's name said, proven or, as to how its values are protected, refuted."""
    said, form = proof.said, statement.form
    if form is not Form.BARE_HASH:
        said = Text(f"{said.zh}，并非 {form}", f"{said.en}; it is no {form}")
    reason = Reason(FACTOR, said, round(CEILING - statement.confidence, 2))
    return replace(statement, form=Form.BARE_HASH, confidence=CEILING, why=(*statement.why, reason))


def _moved(evidence: Evidence, claimed: Form) -> Evidence:
    """Evidence whose rows of one form are bare hashes."""
    forms = dict(evidence.forms)
    rows = forms.pop(claimed, 0)
    return replace(evidence, forms={**forms, Form.BARE_HASH: forms.get(Form.BARE_HASH, 0) + rows})


def _statement(one: Inspected, name: str, proof: Proof, hits: int) -> FieldEvidence:
    """What nothing but the proof says of a column."""
    field = one.tally.fields[name]
    comment = next((each.comment for each in one.asset.fields if each.name == name), None)
    return FieldEvidence(
        asset=one.asset.id,
        field=name,
        identifier=proof.identifier.id,
        form=Form.BARE_HASH,
        rows_inspected=field.rows,
        hits=hits,
        prevalence=hits / field.rows if field.rows else 0.0,
        bound=bound_of(hits, field.rows, one.coverage),
        confidence=CEILING,
        level=proof.identifier.levels,
        why=(Reason(FACTOR, proof.said, CEILING),),
        subject=subject_of(one.asset.name, name, comment),
        persons=min(hits, len(field.digests.seen)),
    )
