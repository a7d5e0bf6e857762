"""What a collector does: every table looked into, what was seen written down, what the rights are worked out from asked."""

from __future__ import annotations

from dataclasses import replace

from pii_audit.access import effective_access, server_settings
from pii_audit.collecting.inside import tables
from pii_audit.collecting.inside.catalogue import load_catalogue
from pii_audit.collecting.inside.detector import PlainDetector
from pii_audit.collecting.inside.narration import progress, tell
from pii_audit.detection.redact import Redactor
from pii_audit.model.asset import Asset
from pii_audit.model.codec import encode
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.sources.bundle.answers import Asking
from pii_audit.sources.bundle.format import Writer
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.interface import Sampling, Source

LONGEST_NAME = 64
"""What is longer than a name of a database's object is a text, in which identifiers are masked."""


def collect(source: Source, sampling: Sampling, key: bytes, bundle: Writer) -> int:
    """Writes everything that was met; gives how much of it could not be inspected."""
    fingerprinter = Fingerprinter(key)
    detector = PlainDetector(load_catalogue(), fingerprinter, samples=tables.SAMPLES, own_bins=tables.OWN_BINS)
    redactor = Redactor(detector, fingerprinter)
    failures = 0
    holding: set[str] = set()
    try:
        for number, one in enumerate(list(source.assets()), 1):
            progress(number)
            if isinstance(one, Asset):
                tally, coverage = _look(source, detector, one, sampling)
                if any(field.evidence for field in tally.fields.values()):
                    holding.add(one.name)
                bundle.add(
                    "asset",
                    {"asset": encode(_shown(one, redactor)), "tally": encode(tally), "coverage": encode(coverage)},
                )
            else:
                coverage = one
                bundle.add("coverage", encode(one))
            failures += tell(coverage, failures)
        failures += _rights(source, holding, bundle, redactor, failures)
        bundle.close()
    finally:
        source.close()
    return failures


def _look(source: Source, detector: PlainDetector, asset: Asset, sampling: Sampling) -> tuple[AssetTally, Coverage]:
    """What one table holds: counts of what was found in each of its chunks, added up; the rows are let go of."""
    tally = AssetTally()
    for _, reading in source.open(asset, sampling):
        for chunk in reading:
            tally += detector.tally(asset, chunk)
        coverage = reading.coverage()
    return tally, coverage


def _shown(asset: Asset, redactor: Redactor) -> Asset:
    """An asset without the examples that comments give."""

    def told(comment: str | None) -> str | None:
        return redactor.name(comment) if comment else comment

    fields = tuple(replace(field, comment=told(field.comment)) for field in asset.fields)
    return replace(asset, source="", fields=fields, comment=told(asset.comment))


def _rights(source: Source, holding: set[str], bundle: Writer, redactor: Redactor, failures: int) -> int:
    """Writes what the rights on tables that hold something are worked out from; gives how much of it could not be read.

    What a server could not tell is told again, with its reason, where the bundle is read.
    """
    asking: Asking | None = None
    if isinstance(source, ServerSource):
        asking = Asking(source.session, lambda text: redactor.name(text) if len(text) > LONGEST_NAME else text)
        source.session = asking
    untold = 0
    for one in effective_access(source, holding):
        if isinstance(one, Coverage):
            untold += tell(one, failures + untold)
        if asking is None:
            if isinstance(one, Coverage):
                bundle.add("coverage", encode(one))
            else:
                bundle.add("grant", {**encode(one), "asset": one.asset.removeprefix(tables.SOURCE)})
    # Asked here, and worked out where the bundle is read.
    for _ in server_settings(source) if holding else ():
        pass
    for statement, answer in asking.answers.items() if asking else ():
        bundle.add("asked", {"statement": statement, **answer})
    return untold
