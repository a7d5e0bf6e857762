"""What a contestant is: made ready, then asked for the spans of a file or the hits of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal

from benchmarks.corpus.table import GROUP
from benchmarks.scoring import Found

BLOCK = 1 << 20
"""Bytes of text handed over at once."""

Told = Callable[[], list[Found]]
"""Tells what was found, once the clock has stopped: spans of a text; of a table, per field the hits (`start`) of so many rows (`end`)."""
Scan = Callable[[Path, int], Told]
"""Reads so many bytes of a text, or so many rows of a table."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One competitor, and how much it is given: less where it is slow.

    `module` has a function `prepare_<name>` that gives a Scan; `share` is the part of the corpus that it reads, and no less than `least`; `typed` says that it names
    identifiers, `offsets` in what it counts.
    """

    name: str
    title: str
    module: str
    share: float = 1.0
    least: int = 0
    repeats: int = 3
    typed: bool = True
    offsets: Literal["characters", "bytes", "none"] = "characters"

    def prepare(self) -> Scan:
        """Loads and compiles what is needed; raises ImportError or FileNotFoundError where it is not installed."""
        scan: Scan = getattr(import_module(f"benchmarks.contestants.{self.module}"), f"prepare_{self.name}")()
        return scan


def blocks(path: Path, size: int, most: int = BLOCK) -> Iterator[bytes]:
    """At least `size` bytes of a file in blocks of about `most` that end with a line; a last line is never cut."""
    left = size
    with path.open("rb") as file:
        while left > 0:
            block = file.read(min(most, left)) + file.readline()
            if not block:
                return
            left -= len(block)
            yield block


TEXT = (
    Contestant("bulk", "pii-audit, bulk engine", "ourselves"),
    Contestant("bulk_arrays", "pii-audit, bulk engine, arrays", "ourselves", typed=False, offsets="none"),
    Contestant("reference", "pii-audit, exact reference", "ourselves", share=0.03, least=3_000_000),
    Contestant("ripgrep", "ripgrep -o, twelve plain patterns", "tools", typed=False, offsets="bytes"),
    Contestant("ripgrep_catalogue", "ripgrep -o, our catalogue", "tools", share=0.2, typed=False, offsets="bytes"),
    Contestant("hyperscan", "Hyperscan, twelve plain patterns", "tools", typed=False, offsets="bytes"),
    Contestant("hyperscan_catalogue", "Hyperscan, our catalogue", "tools", share=0.2, typed=False, offsets="none"),
    Contestant("presidio", "Presidio AnalyzerEngine, as shipped", "presidio", share=0.003, least=300_000),
)
TABLE = (
    Contestant("bulk_table", "pii-audit, bulk engine", "ourselves"),
    Contestant("reference_table", "pii-audit, exact reference", "ourselves", share=0.05, least=GROUP, repeats=1),
    Contestant("polars", "Polars, one alternation of the twelve", "frames", typed=False, offsets="none"),
    Contestant("duckdb", "DuckDB, one alternation of the twelve", "frames", typed=False, offsets="none"),
)
