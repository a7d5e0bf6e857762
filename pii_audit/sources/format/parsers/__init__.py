"""The parsers that run in a process of their own, by kind, with the package that each needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from pii_audit.sources.format.isolated.frames import Sink

Parse: TypeAlias = Callable[[BinaryIO, str, Sink], None]
"""Reads a file, whose name breaks ties, into a sink; whatever it raises is told of the file."""


@dataclass(frozen=True, slots=True)
class Parser:
    """Where a parser stands, the package without which it cannot work, its function, and the extra that brings the package."""

    module: str
    needs: str | None = None
    function: str = "parse"
    extra: str = "files"

    def load(self) -> Parse:
        """The parser's function."""
        parse: Parse = getattr(importlib.import_module(self.module), self.function)
        return parse


_HERE = "pii_audit.sources.format.parsers."
PARSERS: Mapping[str, Parser] = {
    "workbook": Parser(f"{_HERE}workbook", needs="python_calamine"),
    "document": Parser(f"{_HERE}word", needs="defusedxml"),
    "html": Parser(f"{_HERE}html", needs="defusedxml"),
    "xml": Parser(f"{_HERE}xml", needs="defusedxml"),
    "pdf": Parser(f"{_HERE}pdf", needs="pypdfium2"),
    "swift_mt": Parser(f"{_HERE}swift_mt"),
    "mail": Parser(f"{_HERE}mail"),
    "pkcs7": Parser(f"{_HERE}pkcs7"),
    "mailbox": Parser(f"{_HERE}mail", function="parse_mailbox"),
    "uuencoded": Parser(f"{_HERE}uuencoded"),
    "folded": Parser(f"{_HERE}folded"),
    "rtf": Parser(f"{_HERE}rtf"),
    "ole": Parser(f"{_HERE}compound", needs="olefile"),
    "avro": Parser(f"{_HERE}avro", needs="fastavro"),
    "parquet": Parser(f"{_HERE}columnar", needs="pyarrow", function="parse_parquet"),
    "orc": Parser(f"{_HERE}columnar", needs="pyarrow", function="parse_orc"),
    "arrow": Parser(f"{_HERE}columnar", needs="pyarrow", function="parse_arrow"),
    "sevenzip": Parser(f"{_HERE}sevenzip", needs="py7zr"),
    "rar": Parser(f"{_HERE}rar", needs="rars"),
    **{kind: Parser(f"{_HERE}metafile") for kind in ("emf", "wmf")},
    **{
        kind: Parser(f"{_HERE}image", needs="rapidocr", extra="ocr")
        for kind in ("png", "jpeg", "gif", "tiff", "bmp", "webp")
    },
}
