"""What one field of one chunk says of one identifier, while it is being gathered, and the evidence made of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pii_audit.detection import forms
from pii_audit.identifiers.model import Identifier
from pii_audit.model.evidence import SAMPLES, Evidence, Match, Sample
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form
from pii_audit.model.sketch import Sketch

_WEAKEST_FIRST = (
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
_WEAKNESS = {form: place for place, form in enumerate(_WEAKEST_FIRST)}
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
    score: float = 0.0
    supported: float = 0.0
    inadequate: int = 0
    shown: tuple[int, int] = (0, 0)
    foreign: int = 0
    values: dict[tuple[Form, str], str] = field(default_factory=dict, repr=False)
    """The canonical value of each form and spelling."""

    def add(self, found: Iterable[tuple[Match, str]], rows: int, *, whole: bool = False, score: float = 0.0) -> bool:
        """Adds the matches (with their text) of one row or of so many equal ones; whether they are exposed there.

        `score` is the best of those that a pattern found.
        """
        pairs = list(found)
        weakest = min((match.form for match, _ in pairs), key=_WEAKNESS.__getitem__)
        self.forms[weakest] += rows
        self.whole += rows if whole else 0
        self.score = max(self.score, score)
        for match, text in pairs:
            plain = match.form is Form.PLAIN
            self.values[match.form, text] = self.definition.canonical(text) if plain else text.strip()
        if self.own and self.definition.id == BANK_CARD:
            numbers = (self.definition.canonical(text) for match, text in pairs if match.form is Form.PLAIN)
            self.foreign += rows if any(not number.startswith(self.own) for number in numbers) else 0
        masked = [text.strip() for match, text in pairs if match.form is Form.MASKED]
        for text in masked:
            first, last = forms.shown(text)
            self.shown = (max(self.shown[0], first), max(self.shown[1], last))
        if not all(map(self.definition.adequately_masked, masked)):
            self.inadequate += rows
        return weakest in PLAIN_EQUIVALENT

    def evidence(self, fingerprinter: Fingerprinter, *, samples: bool) -> Evidence:
        """The counts, with the values turned into a sketch and a few masked samples."""
        name = self.definition.id
        keys = {} if self.definition.attribute else self.values
        people = {(form, canonical) for (form, _), canonical in keys.items() if form in _COUNTS_PEOPLE}
        fingerprints = [
            fingerprinter.number(name if form is Form.PLAIN else f"{name}:{form}", canonical)
            for form, canonical in people
        ]
        return Evidence(
            forms=dict(self.forms),
            whole=self.whole,
            lookalikes=self.lookalikes,
            score=self.score,
            supported=self.supported,
            inadequate=self.inadequate,
            shown=self.shown,
            foreign=self.foreign,
            samples=self._samples(fingerprinter) if samples else (),
            persons=Sketch.of(fingerprints) if fingerprints else Sketch(),
        )

    def _samples(self, fingerprinter: Fingerprinter) -> tuple[Sample, ...]:
        kind = f"sample:{self.definition.id}"
        ordered = heapq.nsmallest(
            SAMPLES,
            ((fingerprinter.number(kind, text), form, text) for form, text in self.values),
        )
        return tuple(Sample(order, masked_sample(self.definition, form, text)) for order, form, text in ordered)


def masked_sample(definition: Identifier, form: Form, value: str) -> str:
    """How a report shows a value: by its identifier's display rule; a digest or ciphertext by its length alone."""
    if form in (Form.PLAIN, Form.MASKED):
        return definition.mask(value)
    return f"{form}({len(value.strip())})"
