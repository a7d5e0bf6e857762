"""What one field of one chunk says of one identifier, while it is being gathered, and the evidence made of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pii_audit.detection.cell import Cell
from pii_audit.detection.digests import hashed, is_hashed
from pii_audit.detection.masks import shown
from pii_audit.identifiers.model import Identifier
from pii_audit.model.evidence import SAMPLES, Evidence, Hashed, Sample
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form
from pii_audit.model.sketch import Sketch

WEAKEST_FIRST = (
    Form.PLAIN,
    Form.ENCODED,
    Form.BARE_HASH,
    Form.TRUNCATED,
    Form.MASKED,
    Form.PASSWORD_HASH,
    Form.KEYED_HASH,
    Form.TOKENISED,
    Form.ENCRYPTED,
    Form.ABSENT,
)
_WEAKNESS = {form: place for place, form in enumerate(WEAKEST_FIRST)}
BANK_CARD = "bank_card"
"""The identifier whose first digits (ISO/IEC 7812-1) say who issued the card."""
_COUNTS_PEOPLE = PLAIN_EQUIVALENT | {Form.KEYED_HASH, Form.TOKENISED}


@dataclass
class Gathering:
    """Counts of one identifier in one field of one chunk; `values` keeps each distinct spelling until its sketch is made.

    `own` are the leading digits of the cards that the institution itself issues.
    """

    definition: Identifier
    own: tuple[str, ...] = ()
    forms: Counter[Form] = field(default_factory=Counter)
    whole: int = 0
    lookalikes: int = 0
    tried: int = 0
    score: float = 0.0
    supported: float = 0.0
    inadequate: int = 0
    shown: tuple[int, int] = (0, 0)
    foreign: int = 0
    values: dict[Form, dict[str, str]] = field(default_factory=dict, repr=False)
    """By form, the canonical value of each spelling."""

    def looks_at(self, found: Iterable[Form]) -> bool:
        """Whether values in some forms must be seen one by one."""
        return Form.MASKED in found or self._tells_issuers

    @property
    def _tells_issuers(self) -> bool:
        return bool(self.own) and self.definition.id == BANK_CARD

    def see(self, found: Sequence[tuple[Form, str]], rows: int) -> None:
        """Looks at the values of so many equal rows: what masks hide, and whose cards there are."""
        masked = [text.strip() for form, text in found if form is Form.MASKED]
        for text in masked:
            first, last = shown(text)
            self.shown = (max(self.shown[0], first), max(self.shown[1], last))
        if not all(map(self.definition.adequately_masked, masked)):
            self.inadequate += rows
        if self._tells_issuers:
            numbers = (self.definition.canonical(text) for form, text in found if form is Form.PLAIN)
            self.foreign += rows if any(not number.startswith(self.own) for number in numbers) else 0

    def count(self, found: Iterable[Form], rows: int, *, whole: bool, score: float) -> bool:
        """Counts so many rows that hold values in some forms; whether they are exposed there.

        `whole`: a value fills the cell; `score` is the best of those that a pattern found.
        """
        weakest = min(found, key=_WEAKNESS.__getitem__)
        self.forms[weakest] += rows
        self.whole += rows if whole else 0
        self.score = max(self.score, score)
        return weakest in PLAIN_EQUIVALENT

    def keep(self, form: Form, texts: Sequence[str]) -> None:
        """Keeps values as they are written, for the sketch and the samples."""
        canonical = self.definition.canonicals(texts) if form is Form.PLAIN else map(str.strip, texts)
        self.values.setdefault(form, {}).update(zip(texts, canonical, strict=True))

    def evidence(self, fingerprinter: Fingerprinter, *, samples: bool, draw: int = 0) -> Evidence:
        """The counts, with the values turned into a sketch and a few masked samples; `draw` of them are hashed, to be found again among digests."""
        people: list[int] = []
        shown: list[Sample] = []
        for form, known in self.values.items():
            counts = form in _COUNTS_PEOPLE and not self.definition.attribute
            if not (counts or samples):
                continue
            name = self.definition.id
            distinct = list(dict.fromkeys(known.values()))
            numbers = fingerprinter.numbers(name if form is Form.PLAIN else f"{name}:{form}", distinct)
            people += numbers if counts else ()
            shown += self._samples(form, dict(zip(distinct, numbers, strict=True))) if samples else ()
        return Evidence(
            forms=dict(self.forms),
            whole=self.whole,
            lookalikes=self.lookalikes,
            tried=self.tried,
            score=self.score,
            supported=self.supported,
            inadequate=self.inadequate,
            shown=self.shown,
            foreign=self.foreign,
            samples=tuple(sorted(set(shown))[:SAMPLES]),
            persons=Sketch.of(people) if people else Sketch(),
            hashed=self._hashed(draw, fingerprinter),
        )

    def _hashed(self, draw: int, fingerprinter: Fingerprinter) -> Hashed:
        plain = self.values.get(Form.PLAIN)
        return (
            hashed(self.definition, plain, draw, fingerprinter)
            if plain and draw and is_hashed(self.definition)
            else Hashed()
        )

    def _samples(self, form: Form, numbers: Mapping[str, int]) -> list[Sample]:
        """Values in one form with the lowest keyed hashes, every spelling of them."""
        lowest = heapq.nsmallest(SAMPLES, numbers, key=numbers.__getitem__)
        orders = {canonical: numbers[canonical] for canonical in lowest}
        return [
            Sample(orders[canonical], masked_sample(self.definition, form, text))
            for text, canonical in self.values[form].items()
            if canonical in orders
        ]


class Gatherings:
    """What is gathered of one field of one chunk, by identifier."""

    def __init__(self, catalogue: Mapping[str, Identifier], own_bins: tuple[str, ...] = (), draw: int = 0) -> None:
        """`draw` values of each identifier are hashed (`digests`)."""
        self._catalogue, self._own, self._draw = catalogue, own_bins, draw
        self._gathered: dict[str, Gathering] = {}

    def __getitem__(self, identifier: str) -> Gathering:
        if identifier not in self._gathered:
            self._gathered[identifier] = Gathering(self._catalogue[identifier], self._own)
        return self._gathered[identifier]

    def evidence(self, fingerprinter: Fingerprinter, *, samples: bool) -> dict[str, Evidence]:
        """The evidence of each identifier."""
        return {
            identifier: one.evidence(fingerprinter, samples=samples, draw=self._draw)
            for identifier, one in sorted(self._gathered.items())
        }


def count_cell(cell: Cell, values: Sequence[str], rows: Sequence[int], gathered: Gatherings) -> Iterator[str]:
    """Counts values that hold the same, each with the rows in which it stands; gives the identifiers that they expose."""
    total = sum(rows)
    for identifier, lookalikes in cell.lookalikes.items():
        gathered[identifier].lookalikes += lookalikes * total
    for identifier, tried in cell.tried.items():
        gathered[identifier].tried += tried * total
    for identifier in sorted({hit.match.identifier for hit in cell.hits}):
        hits = [hit for hit in cell.hits if hit.match.identifier == identifier]
        one = gathered[identifier]
        one.supported = max(one.supported, *(hit.match.score if hit.supported else 0.0 for hit in hits))
        held = [hit.match for hit in hits]
        for match in held:
            one.keep(match.form, [value[match.start : match.end] for value in values])
        found = [match.form for match in held]
        for value, number in zip(values, rows, strict=True) if one.looks_at(found) else ():
            one.see([(match.form, value[match.start : match.end]) for match in held], number)
        score = max((hit.match.score for hit in hits if not hit.by_name), default=0.0)
        if one.count(found, total, whole=any(hit.whole for hit in hits), score=score):
            yield identifier


def masked_sample(definition: Identifier, form: Form, value: str) -> str:
    """How a report shows a value: by its identifier's display rule; a digest or ciphertext by its length alone."""
    if form in (Form.PLAIN, Form.MASKED):
        return definition.mask(value)
    return f"{form}({len(value.strip())})"
