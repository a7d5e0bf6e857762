"""The shapes of version 1 of the machine formats; reports/schemas/ says the same as JSON Schema."""

from __future__ import annotations

from typing import Any, TypedDict

VERSION = 1


class ExitWire(TypedDict):
    """The exit code that this run asks for, and the threshold that it was judged by."""

    code: int
    fail_on: str
    allow_incomplete: bool


class CountsWire(TypedDict):
    """How many; `findings`, `severity` and `outcome` count what still stands, `change` all, `coverage` ledger rows.

    `unchanged` are the rows of objects that were not read again.
    """

    findings: int
    severity: dict[str, int]
    outcome: dict[str, int]
    change: dict[str, int]
    coverage: dict[str, int]
    unchanged: int


class RunWire(TypedDict):
    """Which run this was. `suppressed` counts what exceptions hide, `grouped` what grouping hides."""

    id: str
    kind: str
    version: str
    started: str
    finished: str
    incomplete: bool
    exit: ExitWire
    counts: CountsWire
    suppressed: int
    grouped: int
    notes: dict[str, str]


class LocationWire(TypedDict):
    """A place in a file; line and column from 1, null where there is none."""

    file: str
    line: int | None
    column: int | None


class DecisionWire(TypedDict):
    """An acceptance or a false positive: the finding's status tells which; `approver` is the reviewer of the latter."""

    by: str
    at: str
    owner: str | None
    approver: str
    reason: str
    until: str | None


class FindingWire(TypedDict):
    """One finding; `policy` is file:line, `evidence` holds counts, names and masked samples."""

    fingerprint: str
    rule: str
    severity: str
    status: str
    change: str | None
    outcome: str
    stage: str
    phase: str
    title: str
    message: str
    resource: list[str]
    source: str | None
    asset: str | None
    field: str | None
    identifiers: list[str]
    flow: str | None
    recipient: str | None
    principal: str | None
    evidence: dict[str, Any]
    clauses: list[str]
    policy: str | None
    location: LocationWire | None
    remediation: str
    owner: str | None
    unit: str | None
    due: str | None
    returns: int
    decision: DecisionWire | None


class TrackedWire(FindingWire):
    """A finding of the store, with the dates and the run between which it was seen."""

    first_seen: str
    last_seen: str
    last_run: str


class StepWire(TypedDict):
    """One step of a finding's life; `run` made it, or `by`, under the `account` of the program."""

    number: int
    fingerprint: str
    at: str
    by: str
    account: str | None
    run: str | None
    action: str
    before: str | None
    after: str
    reason: str


class SuppressedWire(TypedDict):
    """A finding that an exception hides, and which one."""

    exception: str
    finding: FindingWire


class VerdictWire(TypedDict):
    """What the policy says of one element of one flow; `trail` are the lines weighed, the deciding one last.

    Of an element, `use` is what it is to the flow (needed, allowed, excess, forbidden, not_seen), `hits`, `prevalence` and
    `persons` how much of it was seen, `declared` what the flow says of its columns, `allowed` the form that is asked for.
    `location` is its place in the SQL that would export it.
    """

    flow: str
    element: str
    outcome: str
    rule: str | None
    identifier: str | None
    subject: str
    form: str | None
    fields: list[str]
    assets: list[str]
    message: str
    policy: str | None
    trail: list[str]
    remedy: str | None
    location: LocationWire | None
    use: str | None
    declared: list[str]
    allowed: str | None
    hits: int | None
    prevalence: float | None
    persons: int | None


class EarlierWire(TypedDict):
    """A run that read something in full; `at` is when it began."""

    run: str
    at: str


class CoverageWire(TypedDict):
    """One row of the ledger; bytes, rows and draws are null where they are not known.

    `unchanged_since` is null where the object was read, or could not be.
    """

    asset: str
    status: str
    reason: str | None
    bytes: int | None
    rows: int | None
    total: int | None
    draws: int | None
    unchanged_since: EarlierWire | None


class AssetWire(TypedDict):
    """One asset that was opened; `columns` are all field names seen, `persons` the people that it concerns.

    `presence` is the share of rows in which each of the columns holds something.
    """

    asset: str
    kind: str
    rows: int
    columns: list[str]
    presence: dict[str, float]
    persons: int


class FieldWire(TypedDict):
    """One identifier in one field; `field` is null for free text, `bound` the upper limit of prevalence at 95 %."""

    asset: str
    field: str | None
    identifier: str
    form: str
    rows_inspected: int
    hits: int
    prevalence: float
    bound: float
    confidence: float
    level: dict[str, str | int]
    why: list[dict[str, Any]]
    subject: str
    persons: int
    inadequate: int
    shown: list[int]
    samples: list[str]


class RunDocument(TypedDict):
    """`run|gate|report --format json`."""

    version: int
    run: RunWire
    findings: list[FindingWire]
    suppressed: list[SuppressedWire]
    verdicts: list[VerdictWire]
    coverage: list[CoverageWire]


class InspectDocument(TypedDict):
    """`inspect --format json`; a field with no identifier has no row in `fields`."""

    version: int
    assets: list[AssetWire]
    fields: list[FieldWire]
    coverage: list[CoverageWire]
