from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pii_audit.model.asset import Asset
from pii_audit.sources.interface import Sampling
from pii_audit.sources.registry import open_source

EVERYTHING = Sampling()


@pytest.fixture
def opened():
    """Opens databases by URL; all are closed after the test."""
    sources = []

    def open_(url, include=(), exclude=(), replicas=(), max_load=None):
        spec = SimpleNamespace(
            id="w",
            kind="database",
            url=url,
            include=include,
            exclude=exclude,
            ignore=(),
            replicas=replicas,
            max_load=max_load,
        )
        sources.append(open_source(spec, root=Path()))
        return sources[-1]

    yield open_
    for source in sources:
        source.close()


@pytest.fixture
def read_table(read_all):
    """Reads one table of a source."""

    def read(source, name, sampling=EVERYTHING):
        [asset] = [found for found in source.assets() if isinstance(found, Asset) and found.name == name]
        [result] = read_all(source.open(asset, sampling))
        return result

    return read
