"""The structured corpus: fifteen columns in Parquet and CSV, with what each column is and where the rare identifiers stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.people import FIRST, Stock, mailbox, person_name, postal_address
from benchmarks.corpus.values import mobile_number, resident_number

SEED = 20260202
GROUP = 50_000
"""Rows written at once, and rows of remarks among which one holds a resident ID."""
_PRODUCTS = (
    "稳健理财A款",
    "安心存定期",
    "新客专享大额存单",
    "Gold Savings Plus",
    "小微经营贷",
    "Travel Card Platinum",
    "养老目标基金FOF",
    "王中王火腿肠",
)
_REMARKS = (
    "客户来电咨询利率",
    "已寄送账单",
    "Call back next week",
    "续期一年,资料齐全",
    "柜面办理,无异常",
    "see case 20260131-7",
    "",
    "金额1,280.00元已退回",
)
_TERMS = ("2024-2025-1", "2024-2025-2", "2025-2026-1", "2025-2026-2", "20242", "20251")

Digits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is: `identifier` of nearly every cell, or None; `rare`: the identifier of a few cells of a column that is none."""

    name: str
    identifier: str | None
    rare: str | None = None


COLUMNS = (
    Column("cust_name", "person_name"),
    Column("cert_no", "cn_resident_id"),
    Column("card_no", "bank_card"),
    Column("mobile", "cn_mobile"),
    Column("email", "email"),
    Column("home_addr", "address"),
    Column("amount", None),
    Column("order_no", None),
    Column("created_ms", None),
    Column("trace_id", None),
    Column("remark", None, rare="cn_resident_id"),
    Column("academic_year_code", None),
    Column("tax_code", None),
    Column("product_name", None),
    Column("digest", None),
)
"""The order numbers have 19 digits, the tax codes are those of goods (19 digits); the product names hold surnames, and hashes hex digits."""


def _strings(digits: Digits) -> list[str]:
    """Rows of digits as text."""
    width = digits.shape[1]
    texts: list[str] = (digits + 48).astype(np.uint8).view(f"S{width}").ravel().astype(f"U{width}").tolist()
    return texts


def _random_digits(generator: np.random.Generator, rows: int, width: int) -> Digits:
    return generator.integers(0, 10, (rows, width), dtype=np.uint8)


def _with_luhn(body: Digits) -> Digits:
    doubled = body.astype(np.int64)
    doubled[:, ::-2] *= 2
    doubled[:, ::-2] -= 9 * (doubled[:, ::-2] > 9)  # noqa: PLR2004 - the two digits of a product added
    check = (-doubled.sum(axis=1) % 10).astype(np.uint8)
    return np.column_stack([body, check])


def _cards(generator: np.random.Generator, rows: int) -> list[str]:
    """UnionPay numbers of 16 and of 19 digits, half each."""
    long = _random_digits(generator, rows, 18)
    long[:, :2] = (6, 2)
    short = _random_digits(generator, rows, 15)
    short[:, :2] = (6, 2)
    both = np.column_stack([_strings(_with_luhn(long)), _strings(_with_luhn(short))])
    numbers: list[str] = both[np.arange(rows), generator.integers(0, 2, rows)].tolist()
    return numbers


def _orders(generator: np.random.Generator, rows: int) -> list[str]:
    digits = _random_digits(generator, rows, 19)
    digits[:, 0] = generator.integers(1, 10, rows)
    return _strings(digits)


def _tax_codes(generator: np.random.Generator, rows: int) -> list[str]:
    digits = np.zeros((rows, 19), dtype=np.uint8)
    digits[:, :9] = _random_digits(generator, rows, 9)
    digits[:, 0] = generator.integers(1, 7, rows)
    return _strings(digits)


def _hex(generator: np.random.Generator, rows: int, width: int) -> list[str]:
    return [generator.bytes(width // 2).hex() for _ in range(rows)]


def _uuids(generator: np.random.Generator, rows: int) -> list[str]:
    plain = _hex(generator, rows, 32)
    return [f"{one[:8]}-{one[8:12]}-4{one[13:16]}-a{one[17:20]}-{one[20:]}" for one in plain]


def _remarks(random: Random, rows: int) -> list[str]:
    remarks = random.choices(_REMARKS, k=rows)
    if rows == GROUP:
        remarks[random.randrange(rows)] = f"客户身份证{resident_number(random)}已核验"
    return remarks


def _group(random: Random, generator: np.random.Generator, rows: int, stock: Stock) -> dict[str, list[str]]:
    made: Mapping[str, Callable[[], list[str]]] = {
        "cust_name": lambda: [person_name(random, stock) for _ in range(rows)],
        "cert_no": lambda: [resident_number(random) for _ in range(rows)],
        "card_no": lambda: _cards(generator, rows),
        "mobile": lambda: [mobile_number(random) for _ in range(rows)],
        "email": lambda: [mailbox(random, stock) for _ in range(rows)],
        "home_addr": lambda: [postal_address(random, stock) for _ in range(rows)],
        "amount": lambda: [f"{cents / 100:.2f}" for cents in generator.integers(1, 10**8, rows).tolist()],
        "order_no": lambda: _orders(generator, rows),
        "created_ms": lambda: generator.integers(1_600_000_000_000, 1_790_000_000_000, rows).astype("U13").tolist(),
        "trace_id": lambda: _uuids(generator, rows),
        "remark": lambda: _remarks(random, rows),
        "academic_year_code": lambda: random.choices(_TERMS, k=rows),
        "tax_code": lambda: _tax_codes(generator, rows),
        "product_name": lambda: random.choices(_PRODUCTS, k=rows),
        "digest": lambda: _hex(generator, rows, 64),
    }
    return {column.name: made[column.name]() for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class TableCorpus:
    """A structured corpus on disk."""

    parquet: Path
    csv: Path
    labels: Path

    @classmethod
    def at(cls, folder: Path, name: str = "table") -> TableCorpus:
        """The files of a corpus of that name."""
        return cls(folder / f"{name}.parquet", folder / f"{name}.csv", folder / f"{name}.labels.json")

    def read_labels(self) -> dict[str, Any]:
        """`rows`, and by column `identifier`, `rows` that hold it and `rare` (the identifier and how many rows hold it)."""
        labels: dict[str, Any] = json.loads(self.labels.read_text(encoding="utf-8"))
        return labels


def write_table(corpus: TableCorpus, rows: int, *, seed: int = SEED, stock: Stock = FIRST) -> None:
    """Writes so many rows, a group of them at a time."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra bench; the text corpora go without
    from pyarrow import csv, parquet  # noqa: PLC0415 - as above

    random, generator = Random(seed), np.random.default_rng(seed)  # noqa: S311 - repeatable, not secret
    schema = pa.schema([(column.name, pa.string()) for column in COLUMNS])
    with parquet.ParquetWriter(corpus.parquet, schema) as first, csv.CSVWriter(corpus.csv, schema) as second:
        for start in range(0, rows, GROUP):
            group = pa.table(_group(random, generator, min(GROUP, rows - start), stock), schema=schema)
            first.write_table(group)
            second.write_table(group)
    rare = rows // GROUP
    fields = {
        column.name: {
            "identifier": column.identifier,
            "rows": rows if column.identifier else 0,
            "rare": {"identifier": column.rare, "rows": rare} if column.rare else None,
        }
        for column in COLUMNS
    }
    corpus.labels.write_text(json.dumps({"rows": rows, "seed": seed, "columns": fields}, indent=1), encoding="utf-8")
