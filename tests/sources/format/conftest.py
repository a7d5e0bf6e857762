from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from pii_audit.sources.format.files import readings, readings_of_stream

DATA = Path(__file__).parent / "data"


@pytest.fixture
def data_file(read_all):
    """The readings of a file that a real program made, by what stands after the file's name."""
    return lambda name: {one.asset.name.removeprefix(name): one for one in read_all(readings(DATA / name, "s", name))}


@pytest.fixture
def read_inside(read_all):
    """The readings of these bytes as a file of that name, by what stands after the name."""

    def read(data: bytes, name: str):
        found = read_all(readings_of_stream(io.BytesIO(data), name))
        assert all(one.asset.name == one.coverage.asset for one in found)
        by_name = {one.asset.name.removeprefix(name): one for one in found}
        assert len(by_name) == len(found)
        return by_name

    return read


@pytest.fixture(scope="session")
def mutations():
    """Broken copies of some bytes: changed here and there, cut off now and then, the same ones every time."""

    def broken(data: bytes, count: int):
        rng = random.Random(7)
        for _ in range(count):
            copy = bytearray(data)
            for _ in range(rng.randint(1, 8)):
                copy[rng.randrange(len(copy))] = rng.randrange(256)
            yield bytes(copy[: rng.randint(1, len(copy))] if rng.random() < 0.3 else copy)

    return broken


@pytest.fixture(scope="session")
def repacked():
    """A ZIP-based document with some of its parts replaced or added."""

    def repack(name: str, **parts: bytes):
        out = io.BytesIO()
        with zipfile.ZipFile(DATA / name) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            changed = dict(parts)
            for entry in old.infolist():
                data = changed.pop(entry.filename) if entry.filename in changed else old.read(entry)
                new.writestr(entry.filename, data, entry.compress_type)
            for entry, data in changed.items():
                new.writestr(entry, data)
        return out.getvalue()

    return repack
