"""Polars and DuckDB: one alternation over every column of a Parquet file, no validation, the rows that match counted."""

from __future__ import annotations

from pathlib import Path

from benchmarks.contestants.interface import Scan, Told
from benchmarks.patterns import plain
from benchmarks.scoring import Found


def prepare_polars() -> Scan:
    """Polars, lazily, so that it reads as it likes."""
    import polars as pl  # noqa: PLC0415 - of the extra bench

    pattern = "|".join(plain("rust"))

    def scan(path: Path, rows: int) -> Told:
        counted = pl.scan_parquet(path).head(rows).select(pl.col(pl.String).str.contains(pattern).sum())
        sums = counted.collect().to_dict(as_series=False)
        return lambda: [Found(hits, rows, name) for name, (hits,) in sums.items() if hits]

    return scan


def prepare_duckdb() -> Scan:
    """DuckDB in memory, with one thread."""
    import duckdb  # noqa: PLC0415 - of the extra bench

    connection = duckdb.connect(config={"threads": 1})
    pattern = "|".join(plain("re2"))

    def scan(path: Path, rows: int) -> Told:
        table = connection.sql("SELECT * FROM read_parquet($path)", params={"path": str(path)})
        sums = ", ".join(f'count(*) FILTER (regexp_matches("{name}", $pattern))' for name in table.columns)
        query = f"SELECT {sums} FROM (SELECT * FROM read_parquet($path) LIMIT $rows)"  # noqa: S608 - columns of our own corpus
        counted = connection.execute(query, {"path": str(path), "rows": rows, "pattern": pattern}).fetchone() or ()
        return lambda: [Found(hits, rows, name) for name, hits in zip(table.columns, counted, strict=True) if hits]

    return scan
