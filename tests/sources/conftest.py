from __future__ import annotations

from pathlib import Path

import pytest

from pii_audit.model.asset import TableChunk, TextChunk
from pii_audit.sources.format.files import readings
from pii_audit.sources.interface import Sampling

EVERYTHING = Sampling()


class Read:
    """Everything that one reading gave."""

    def __init__(self, asset, reading):
        self.asset = asset
        self.chunks = list(reading)
        self.coverage = reading.coverage()
        self.status = str(self.coverage.status)
        self.reason = self.coverage.reason.en if self.coverage.reason else ""

    @property
    def rows(self):
        """Row number → {field: cell}."""
        rows = {}
        for chunk in self.chunks:
            if isinstance(chunk, TableChunk):
                for index, number in enumerate(chunk.rows):
                    rows[number] = {name: cells[index] for name, cells in chunk.columns.items()}
        return rows

    @property
    def text(self):
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, TextChunk))

    @property
    def ids(self):
        return [chunk.id for chunk in self.chunks]

    @property
    def fields(self):
        return [field.name for field in self.asset.fields]


@pytest.fixture(scope="session")
def read_all():
    """Reads the readings that a function call gives."""
    return lambda pairs: [Read(asset, reading) for asset, reading in pairs]


@pytest.fixture
def read_bytes(tmp_path: Path):
    """Writes a file of these bytes and reads it."""

    def read(data: bytes, name: str = "a.csv", sampling: Sampling = EVERYTHING):
        path = tmp_path / name
        path.write_bytes(data)
        [(asset, reading)] = [(asset, Read(asset, reading)) for asset, reading in readings(path, "s", name, sampling)]
        assert asset.id == f"s:{name}"
        return reading

    return read
