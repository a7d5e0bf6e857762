"""The export of Active Directory that a workspace names, read once."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pii_audit.directory.building import WANTED, Builder
from pii_audit.directory.directory import NOBODY, Directory
from pii_audit.directory.ldif import ldif_entries
from pii_audit.directory.tables import csv_entries
from pii_audit.directory.told import Told
from pii_audit.errors import ConfigurationError, Position, Problem, UsageError
from pii_audit.language import Text
from pii_audit.workspace import Workspace

_BUFFER = 1 << 20
_LONGEST = 1 << 24
"""Bytes of a line, so that a file without any does not fill the memory."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How `ldifde -u`, `csvde -u` and `Export-Csv -Encoding Unicode` begin."""
_HEAD = 50
"""Lines among which the first is that is no comment."""


def load_directory(workspace: Workspace) -> Directory:
    """The people and groups of the files that `directory` names; of nobody, without one.

    UsageError for a file that cannot be read, ConfigurationError for one that holds no entries. What is wrong with one entry is among the
    directory's problems.
    """
    if not workspace.directory:
        return NOBODY
    builder = Builder()
    files = [Told(file) for file in workspace.directory]
    for told in files:
        if not _read(workspace.root / told.file, builder, told) and not told:
            said = Text("没有条目：不是 LDIF 或 CSV，或为空", "holds no entries: it is no LDIF or CSV, or empty")
            raise ConfigurationError([Problem(Position(told.file, 1), said)])
    problems = tuple(problem for told in files for problem in told.problems())
    return replace(builder.directory(), problems=problems)


def _read(path: Path, builder: Builder, told: Told) -> int:
    """Gives the entries of a file to a builder, and how many there are."""
    count = 0
    try:
        with path.open("rb", buffering=_BUFFER) as stream:
            wide = stream.read(2) in _WIDE
            stream.seek(0)
            encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
            text = io.TextIOWrapper(stream, encoding, errors, newline="")
            lines = iter(partial(text.readline, _LONGEST), "")
            head = list(islice(lines, _HEAD))
            if not head:
                return 0
            if _is_ldif(head):
                text.seek(0)
                chunks = iter(partial(text.read, _BUFFER), "")
                entries = ldif_entries((chunk.encode("utf-8", errors) for chunk in chunks), WANTED, told)
            else:
                entries = csv_entries(chain(head, lines), WANTED, told)
            for count, entry in enumerate(entries, start=1):  # noqa: B007 - asked for after the end
                builder.add(entry, told)
    except (OSError, UnicodeError) as error:
        kind = type(error).__name__
        raise UsageError(
            Text(f"无法读取目录导出（{kind}）", f"the directory export cannot be read ({kind})"),
            where=told.file,
            todo=Text("请检查路径、权限和编码（UTF-8）", "check its path, permissions and encoding (UTF-8)"),
        ) from None
    return count


def _is_ldif(head: Sequence[str]) -> bool:
    """Whether the first line that says something is `name: value`."""
    first = next((line for line in head if line.strip() and not re.match(r"#(?!TYPE)", line)), "")
    return re.match(r"[A-Za-z][A-Za-z0-9.;=-]*:", first) is not None
