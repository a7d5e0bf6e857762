"""YAML that people write: read with positions, typed by a schema, every problem reported at once.

A `Spec` describes one value. It reads a YAML node into plain Python data and renders itself as JSON Schema
(draft 2020-12).
YAML 1.1's guesses do not apply: a scalar is what the schema says it is (`NO` is Norway, `0123` keeps its zero).
"""

from __future__ import annotations

from pii_audit.document.reader import MAX_BYTES, MISSING, SUFFIXES, Items, Missing, Reader, Section, Spec
from pii_audit.document.scalars import (
    BOOLEAN,
    DATE,
    ID,
    INTEGER,
    PERIOD,
    PROOF,
    STRING,
    Period,
    Scalar,
    number,
    whole,
    word,
)
from pii_audit.document.shapes import TITLE, Choice, Either, Lazy, ListOf, MapOf, Record, json_schema
from pii_audit.document.wording import Node, Words, quoted, slip, suggestion, unknown

__all__ = [
    "BOOLEAN",
    "DATE",
    "ID",
    "INTEGER",
    "MAX_BYTES",
    "MISSING",
    "PERIOD",
    "PROOF",
    "STRING",
    "SUFFIXES",
    "TITLE",
    "Choice",
    "Either",
    "Items",
    "Lazy",
    "ListOf",
    "MapOf",
    "Missing",
    "Node",
    "Period",
    "Reader",
    "Record",
    "Scalar",
    "Section",
    "Spec",
    "Words",
    "json_schema",
    "number",
    "quoted",
    "slip",
    "suggestion",
    "unknown",
    "whole",
    "word",
]
