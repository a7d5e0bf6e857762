"""What a collector carries beside code; `collecting.writing` fills it in."""

from __future__ import annotations

VERSION = ""
"""The version of pii-audit that wrote the collector."""
DIALECT = ""
"""Its folder under scanners/database/."""
SOURCE = ""
"""The source that it was written for, which decides which rows are drawn; it may have none."""
KEY_CHECK = ""
"""By which the right key is told; the key itself is not here."""
SAMPLES = True
"""Whether masked samples are kept."""
OWN_BINS: tuple[str, ...] = ()
"""Leading digits of the institution's own cards."""
SAMPLE: int | None = None
"""Rows of a table that are read; None for all."""
MAX_LOAD = 100
"""Percent of the time that a server works for it."""
INCLUDE: tuple[str, ...] = ()
EXCLUDE: tuple[str, ...] = ()
IDENTIFIERS = "[]"
"""What is looked for, as JSON of `identifiers.model.Identifier`."""
STATEMENTS = "{}"
"""What is asked, as JSON: name → [statement, what it reads in zh, in en]."""
