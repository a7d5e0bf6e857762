"""Evidence: what was seen, as counts and sketches that add up in any order and grouping.

Raw tallies are a commutative monoid, so one thread, many processes and a resumed run give the same answer.
They are judged once, at the end, into `FieldEvidence`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TypeVar

from pii_audit.language import Text
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.sketch import Sketch

SAMPLES = 5
FREE_TEXT = ""
"""The field name under which text without columns is tallied; `null` in machine formats."""

K = TypeVar("K")


def _sum(a: Mapping[K, int], b: Mapping[K, int]) -> Mapping[K, int]:
    total = Counter(a)
    total.update(b)
    return dict(total)


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """One masked value; `order` is its keyed hash, so that the choice of samples is repeatable and tells nothing."""

    order: int
    masked: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """Keyed hashes of the digests of some plain values: what `Digests` of other fields are held against.

    `drawn` are those values themselves, as in `Evidence.persons`; `usual` are their digests under MD5 and the SHA family, `sm3` those under SM3.
    """

    drawn: Sketch = Sketch()
    usual: Sketch = Sketch()
    sm3: Sketch = Sketch()

    def __add__(self, other: Hashed) -> Hashed:
        return Hashed(self.drawn + other.drawn, self.usual + other.usual, self.sm3 + other.sm3)


@dataclass(frozen=True, slots=True)
class Digests:
    """Cells that are digests by their shape: `rows` by the bytes of a digest, `seen` the keyed hashes of the distinct ones."""

    rows: Mapping[int, int] = attribute(default_factory=dict)
    seen: Sketch = Sketch()

    def __add__(self, other: Digests) -> Digests:
        return Digests(_sum(self.rows, other.rows), self.seen + other.seen)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One identifier in one field.

    `forms` counts rows by form (the weakest form in the row); `whole` counts rows whose whole cell is the value;
    `lookalikes` counts rows with anything of the same length and alphabet, hit or not, `tried` those of them that have its whole
    structure (issuer, province, date) and were left to the check digit, 0 where nobody counted; `score` is the best single match
    (0 to 1), `supported` the best one with a context word beside it; `inadequate` counts masked rows that hide too
    little, `shown` the most leading and trailing characters visible in any masked value; `foreign` counts rows with the
    number of a card that another institution issued, where the own ones are known; `hashed` is there until digests are proven.
    """

    forms: Mapping[Form, int] = attribute(default_factory=dict)
    whole: int = 0
    lookalikes: int = 0
    tried: int = 0
    score: float = 0.0
    supported: float = 0.0
    inadequate: int = 0
    shown: tuple[int, int] = (0, 0)
    foreign: int = 0
    samples: tuple[Sample, ...] = ()
    persons: Sketch = Sketch()
    hashed: Hashed = Hashed()

    @property
    def hits(self) -> int:
        """Rows with at least one value, in whatever form."""
        return sum(self.forms.values())

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            forms=_sum(self.forms, other.forms),
            whole=self.whole + other.whole,
            lookalikes=self.lookalikes + other.lookalikes,
            tried=self.tried + other.tried,
            score=max(self.score, other.score),
            supported=max(self.supported, other.supported),
            inadequate=self.inadequate + other.inadequate,
            shown=(max(self.shown[0], other.shown[0]), max(self.shown[1], other.shown[1])),
            foreign=self.foreign + other.foreign,
            samples=tuple(sorted({*self.samples, *other.samples})[:SAMPLES]),
            persons=self.persons + other.persons,
            hashed=self.hashed + other.hashed,
        )


@dataclass(frozen=True, slots=True)
class FieldTally:
    """One field, before judgement.

    `rows` were read, `filled` of them hold something, `refused` are neither a yes nor a reference or date, which matters where the
    field proves consent; `months` (yyyy-mm → rows) counts cells that are dates, `prose` those that are sentences; `digests` is there until they are
    proven.
    """

    rows: int = 0
    filled: int = 0
    refused: int = 0
    months: Mapping[str, int] = attribute(default_factory=dict)
    evidence: Mapping[str, Evidence] = attribute(default_factory=dict)
    prose: int = 0
    digests: Digests = Digests()

    def __add__(self, other: FieldTally) -> FieldTally:
        evidence = dict(self.evidence)
        for identifier, more in other.evidence.items():
            evidence[identifier] = evidence[identifier] + more if identifier in evidence else more
        return FieldTally(
            self.rows + other.rows,
            self.filled + other.filled,
            self.refused + other.refused,
            _sum(self.months, other.months),
            evidence,
            self.prose + other.prose,
            self.digests + other.digests,
        )


@dataclass(frozen=True, slots=True)
class AssetTally:
    """One asset, before judgement.

    `chunks` names what has been merged: adding a chunk that is already in changes nothing. `together` counts rows by
    the set of identifiers that occur in them (two or more). `characters` is what was read of free text.
    """

    chunks: frozenset[str] = frozenset()
    rows: int = 0
    characters: int = 0
    fields: Mapping[str, FieldTally] = attribute(default_factory=dict)
    together: Mapping[frozenset[str], int] = attribute(default_factory=dict)

    def __add__(self, other: AssetTally) -> AssetTally:
        if other.chunks and other.chunks <= self.chunks:
            return self
        if self.chunks and self.chunks <= other.chunks:
            return other
        if self.chunks & other.chunks:
            message = "tallies that share some chunks but not all cannot be told apart"
            raise ValueError(message)
        fields = dict(self.fields)
        for name, more in other.fields.items():
            fields[name] = fields[name] + more if name in fields else more
        return AssetTally(
            self.chunks | other.chunks,
            self.rows + other.rows,
            self.characters + other.characters,
            fields,
            _sum(self.together, other.together),
        )

    def even(self) -> AssetTally:
        """The same once all chunks are merged: of a column that was not in each of them, the other rows are empty."""
        texts = self.fields.get(FREE_TEXT, FieldTally()).rows
        fields = {
            name: field if name == FREE_TEXT else replace(field, rows=self.rows - texts)
            for name, field in self.fields.items()
        }
        return replace(self, fields=fields)


@dataclass(frozen=True, slots=True)
class Reason:
    """One factor of a judgement (`name`, `values`, `context` …) and what it adds to or takes from the confidence."""

    factor: str
    detail: Text
    weight: float

    def __str__(self) -> str:
        return f"{self.factor}: {self.detail} ({self.weight:+.2f})"


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """A judged statement: this field holds this identifier in this form.

    `asset` is the asset's id, `field` None for free text; `hits` of `rows_inspected` rows; `prevalence` is their ratio
    and `bound` the upper limit of the true one at 95 % (equal to it when all was read); `confidence` 0 to 1; `persons`
    estimates the distinct people; `shown` is what the weakest masked value shows (leading, trailing); `inadequate`
    masked rows hide too little.
    """

    asset: str
    field: str | None
    identifier: str
    form: Form
    rows_inspected: int
    hits: int
    prevalence: float
    bound: float
    confidence: float
    level: Levels
    why: tuple[Reason, ...]
    subject: str = "customer"
    persons: int = 0
    inadequate: int = 0
    shown: tuple[int, int] = (0, 0)
    samples: tuple[str, ...] = ()

    def of(self, asset: str) -> FieldEvidence:
        """The same statement about a named asset."""
        return replace(self, asset=asset)


@dataclass(frozen=True, slots=True)
class Match:
    """One identifier in a text: `start` and `end` in characters, `end` exclusive; `score` 0 to 1."""

    identifier: str
    start: int
    end: int
    score: float
    form: Form
