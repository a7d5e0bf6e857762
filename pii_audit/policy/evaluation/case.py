"""What one flow is judged by: the policy's parts, what was seen, and what is known beyond it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text, same
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.evaluation.grades import raised_levels
from pii_audit.policy.model import CUSTOMER, Agreement, Flow, Policy, Purpose, Recipient

DOUBT = 0.5
"""Evidence below this confidence shows that something may be there: a breach on it is a gap, not a violation."""


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """Rows of an asset with and without a value that proves consent."""

    given: int
    missing: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beyond the assets; None is unknown, and what is unknown is a gap.

    `persons_this_run` defaults to the distinct people of the assets. `persons_this_year` counts those of
    whom the recipient was told since 1 January, this run included; `abroad_this_year` those of whom anybody abroad was
    told, `sensitive_this_year` those of them of whom sensitive information went. `persons_per_day` are the people of whom
    the recipient was told day by day, `deliveries` the days of this flow's deliveries, one entry each. `known_columns` are
    those that the flow had when it was first recorded. `population_share` is the share
    (0 to 1) of the people seen who belong to the declared population, `population_untold` the rows that name nobody by its
    key. `consent` maps asset ids to the proof found in
    the consent column.
    """

    persons_this_run: int | None = None
    persons_this_year: int | None = None
    abroad_this_year: int | None = None
    sensitive_this_year: int | None = None
    persons_per_day: Mapping[date, int] | None = None
    deliveries: Sequence[date] | None = None
    known_columns: Collection[str] | None = None
    population_share: float | None = None
    population_untold: int = 0
    consent: Mapping[str, ConsentProof] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """The judged content of one flow's assets."""

    assets: tuple[Inspected, ...] = ()

    @property
    def persons(self) -> int:
        """The distinct people of all assets; 0 when nothing seen tells people apart."""
        return len(sum((asset.persons for asset in self.assets), Sketch()))

    @property
    def rows(self) -> int:
        """Rows of all assets."""
        return sum(asset.tally.rows for asset in self.assets)


@dataclass(frozen=True, slots=True)
class Seen:
    """One element as it was seen: an identifier of a subject in one form, with every place that holds it.

    `adequate` is False when masked or truncated values hide too little, `shown` the most leading and trailing characters
    that any of them shows. `fields` are the columns that hold it, `in_text` whether text without columns does, `assets`
    their ids, `hits` the rows. `certain`: some of the evidence is beyond doubt.
    """

    identifier: str
    subject: str
    form: Form
    adequate: bool = True
    shown: tuple[int, int] = (0, 0)
    fields: tuple[str, ...] = ()
    in_text: bool = False
    assets: tuple[str, ...] = ()
    hits: int = 0
    certain: bool = True

    @property
    def element(self) -> str:
        """The element as policies write it."""
        return self.identifier if self.subject == CUSTOMER else f"{self.identifier}@{self.subject}"


class Kinds(Protocol):
    """What is known of identifiers: of the catalogue alone, or of those of one case."""

    def groups(self, identifier: str) -> tuple[str, ...]:
        """The groups of an identifier; one that is not known has none."""

    def levels(self, identifier: str) -> Levels:
        """The grades of an identifier."""

    def enumerable(self, identifier: str) -> bool:
        """Whether a bare hash of it can be reversed; of an unknown identifier that is assumed."""


@dataclass(frozen=True, slots=True)
class CatalogueKinds:
    """What the catalogue says of identifiers, save the grades that combinations raise."""

    catalogue: Catalogue
    raised: Mapping[str, Levels] = field(default_factory=dict)

    def groups(self, identifier: str) -> tuple[str, ...]:
        known = self.catalogue.get(identifier)
        return known.groups if known else ()

    def levels(self, identifier: str) -> Levels:
        if identifier in self.raised:
            return self.raised[identifier]
        known = self.catalogue.get(identifier)
        return known.levels if known else Levels()

    def enumerable(self, identifier: str) -> bool:
        known = self.catalogue.get(identifier)
        return known.enumerable if known else True


@dataclass(frozen=True, slots=True)
class Case:
    """One flow before its judge.

    `raised` are the grades that combinations raise; `agreements` those about the flow's purpose that are in force, or all
    of them when none is; `found` is the evidence by asset and field.
    """

    policy: Policy
    flow: Flow
    purpose: Purpose
    recipient: Recipient
    observed: Observed
    catalogue: Catalogue
    as_of: date
    knowledge: Knowledge
    seen: tuple[Seen, ...]
    raised: Mapping[str, Levels] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    found: Mapping[tuple[str, str | None], Sequence[FieldEvidence]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, policy: Policy, flow: Flow, observed: Observed, catalogue: Catalogue, *, as_of: date, knowledge: Knowledge
    ) -> Case:
        """The case of a flow; its recipient and purpose exist, since the loader refuses a flow without."""
        purpose, recipient = policy.purposes[flow.purpose], policy.recipients[flow.recipient]
        every = [one for asset in observed.assets for one in asset.fields]
        found: defaultdict[tuple[str, str | None], list[FieldEvidence]] = defaultdict(list)
        for one in every:
            found[one.asset, one.field].append(one)
        raised = raised_levels(policy.classification, observed.assets, catalogue)
        about = tuple(agreement for agreement in recipient.agreements if agreement.covers(flow.purpose))
        binding = tuple(agreement for agreement in about if agreement.in_force(as_of)) or about
        seen = gather(every, flow)
        return cls(
            policy, flow, purpose, recipient, observed, catalogue, as_of, knowledge, seen, raised, binding, found
        )

    def groups(self, identifier: str) -> tuple[str, ...]:
        known = self.catalogue.get(identifier)
        return known.groups if known else ()

    def levels(self, identifier: str) -> Levels:
        if identifier in self.raised:
            return self.raised[identifier]
        known = self.catalogue.get(identifier)
        return known.levels if known else Levels()

    def enumerable(self, identifier: str) -> bool:
        known = self.catalogue.get(identifier)
        return known.enumerable if known else True

    def sensitive(self, seen: Seen) -> bool:
        """Whether it is sensitive personal information."""
        return is_sensitive(seen.identifier, seen.subject, self.catalogue)

    def title(self, identifier: str) -> Text:
        """An identifier as a sentence names it."""
        known = self.catalogue.get(identifier)
        return Text(f"{known.title.zh}（{identifier}）", identifier) if known else same(identifier)

    def verdict(self, element: str, outcome: Outcome, message: Text, policy: Position, **more: object) -> Verdict:
        """A verdict on something of this flow."""
        trail = more.pop("trail", (policy,))
        return Verdict(self.flow.id, element, outcome, message, policy, trail=trail, **more)  # type: ignore[arg-type]  # named as in Verdict

    def of_flow(
        self, element: str, outcome: Outcome, message: Text, policy: Position, rule: str, remedy: Text | None = None
    ) -> Verdict:
        """A verdict on a property of the whole flow; a compliant one falls under no rule."""
        assets = tuple(asset.asset.id for asset in self.observed.assets)
        breached = None if outcome is Outcome.COMPLIANT else rule
        return self.verdict(element, outcome, message, policy, rule=breached, assets=assets, remedy=remedy)


def is_sensitive(identifier: str, subject: str, catalogue: Catalogue) -> bool:
    """Whether it is sensitive personal information (PIPL Art. 28: the classes listed, and children under 14)."""
    known = catalogue.get(identifier)
    return subject == "minor" or (known is not None and "pipl28" in known.sensitive)


def gather(evidence: Iterable[FieldEvidence], flow: Flow) -> tuple[Seen, ...]:
    """The elements seen, in the order of their first sighting.

    A column declared with an `@subject` is of that subject; else the evidence says whose it is.
    """
    found: dict[tuple[str, str, Form, bool], list[FieldEvidence]] = {}
    for one in evidence:
        if one.form is Form.ABSENT:
            continue
        declared = (flow.fields or {}).get(one.field) if one.field is not None else None
        subject = declared.subject if declared is not None and declared.subject else one.subject
        key = (one.identifier, subject, one.form, one.inadequate == 0)
        found.setdefault(key, []).append(one)
    return tuple(_seen(*key, several) for key, several in found.items())


def _seen(identifier: str, subject: str, form: Form, adequate: bool, evidence: Sequence[FieldEvidence]) -> Seen:  # noqa: FBT001 - the parts of gather's key
    return Seen(
        identifier,
        subject,
        form,
        adequate,
        shown=(max(one.shown[0] for one in evidence), max(one.shown[1] for one in evidence)),
        fields=tuple(dict.fromkeys(one.field for one in evidence if one.field is not None)),
        in_text=any(one.field is None for one in evidence),
        assets=tuple(dict.fromkeys(one.asset for one in evidence)),
        hits=sum(one.hits for one in evidence),
        certain=any(one.confidence >= DOUBT for one in evidence),
    )
