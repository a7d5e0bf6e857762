"""Numbers made up with their check digits, a detector with a fixed key, and tables judged whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import pytest

from pii_audit.detection import Detector, judge
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk, TextChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected


class Numbers:
    """Valid numbers of nobody, the same in every run."""

    def __init__(self) -> None:
        self._random = random.Random(20260701)

    def digits(self, count: int) -> str:
        return "".join(self._random.choices("0123456789", k=count))

    def mobile(self) -> str:
        return "138" + self.digits(8)

    def resident_id(self) -> str:
        """GB 11643-1999: ISO 7064 MOD 11-2."""
        born = f"{self._random.randint(1950, 2004)}{self._random.randint(1, 12):02d}{self._random.randint(1, 28):02d}"
        body = f"330106{born}{self._random.randint(1, 999):03d}"
        total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
        return body + "0123456789X"[(12 - total) % 11]

    def card(self, prefix: str = "622202", length: int = 19) -> str:
        """ISO/IEC 7812-1: Luhn."""
        body = prefix + self.digits(length - 1 - len(prefix))
        doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
        return body + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector(load_catalogue(), Fingerprinter(b"a key of the tests"))


@pytest.fixture(scope="session")
def table(detector: Detector) -> Callable[..., Inspected]:
    """Judges a table that was read in full, or of which `draws` rows were drawn."""

    def judged(columns: Mapping[str, Sequence[str | None]], *, name: str = "t", draws: int | None = None) -> Inspected:
        rows = len(next(iter(columns.values())))
        asset = Asset("s", name, AssetKind.TABLE, tuple(map(Field, columns)))
        status = CoverageStatus.INSPECTED if draws is None else CoverageStatus.SAMPLED
        tally = detector.tally(asset, TableChunk("0", range(rows), columns))
        return judge(detector, asset, tally, Coverage("s", name, status, rows=rows, draws=draws))

    return judged


@pytest.fixture(scope="session")
def document(detector: Detector) -> Callable[[str], Inspected]:
    """Judges a text that was read in full."""

    def judged(text: str) -> Inspected:
        asset = Asset("s", "a.txt", AssetKind.FILE)
        tally = detector.tally(asset, TextChunk("0", 0, text))
        return judge(detector, asset, tally, Coverage("s", "a.txt", CoverageStatus.INSPECTED))

    return judged
