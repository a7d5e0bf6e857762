"""Entries of CSV files as csvde and PowerShell's Export-Csv write them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePath

from pii_audit.directory.ldif import Entry
from pii_audit.directory.told import Told
from pii_audit.errors import ConfigurationError, Position, Problem
from pii_audit.language import Text
from pii_audit.rows import TORN, delimiter, strict_rows

_COLUMNS = {
    "dn": "dn", "distinguishedname": "dn", "sid": "objectsid", "objectsid": "objectsid", "group": "group", "groupname": "group", "组": "group",
    "groupsamaccountname": "group",
}  # fmt: skip
"""Columns by other names than the attribute's own."""
_KEYS = frozenset({"dn", "objectsid", "samaccountname"})
_MEMBERS = frozenset({"distinguishedname", "name", "objectclass", "objectguid", "samaccountname", "sid"})
"""The columns that Get-ADGroupMember gives."""
_MANY = frozenset({"member", "memberof", "objectclass", "sidhistory"})
_NO_VALUES = "ADPropertyValueCollection"
"""What Export-Csv writes in place of several values: the name of their type."""
_ROWS = 1_000
"""More lines than that in one row are those of a quote that is not closed."""


def csv_entries(lines: Iterable[str], wanted: Collection[str], told: Told) -> Iterator[Entry]:
    """The entries with the values whose names are wanted, by a header that names the columns.

    A list of one group's members names the group in a column `Group`, or is called as the group. ConfigurationError for a file
    that has no such columns.
    """
    first = next(lines := iter(lines), "")
    skipped = first.startswith("#TYPE")
    first = next(lines, "") if skipped else first
    names = _names(first, wanted, told.file, skipped + 1)
    group = _group(first, told.file)
    before = skipped + 1
    for begins, cells in strict_rows(lines, delimiter(first), _ROWS):
        if cells is None:
            told.at(before + begins, TORN)
        elif cells:
            for entry in _entry(cells, names, before + begins, told):
                entry.values |= group
                yield entry


def _cells(header: str) -> list[str]:
    _, cells = next(strict_rows([header], delimiter(header)), (1, None))
    return [name.strip().casefold() for name in cells or ()]


def _group(header: str, file: str) -> dict[str, list[bytes]]:
    """The group whose members Get-ADGroupMember listed, which it names nowhere: that after which the file is called."""
    return (
        {"group": [PurePath(file).stem.encode("utf-8", "surrogateescape")]} if set(_cells(header)) == _MEMBERS else {}
    )


def _names(header: str, wanted: Collection[str], file: str, line: int) -> list[str | None]:
    """What each column is; None for one that is not wanted."""
    found = _cells(header)
    names = [_COLUMNS.get(name, name if name in wanted else None) for name in found]
    if not _KEYS & set(names):
        said = Text(
            "缺少列：需要 DN(distinguishedName)、objectSid(SID)或 sAMAccountName 之一",
            "columns are missing: one of DN (distinguishedName), objectSid (SID) and sAMAccountName is needed",
        )
        raise ConfigurationError([Problem(Position(file, line), said)])
    return names


def _entry(cells: Sequence[str], names: Sequence[str | None], line: int, told: Told) -> Iterator[Entry]:
    if len(cells) != len(names):
        said = Text("列数与表头不符，未读取", "a row has not as many columns as the header, and was not read")
        told.at(line, said)
        return
    entry = Entry(line, b"")
    for name, cell in zip(names, cells, strict=True):
        text = cell.strip()
        if name is None or not text:
            continue
        if _NO_VALUES in text:
            said = Text(
                "单元格里是类型名而不是值：导出时用 -join ';' 展开",
                "a cell holds the name of a type and no values: join them with -join ';' when exporting",
            )
            told.at(line, said)
        elif name == "dn":
            entry.dn = _bytes(text)
        else:
            entry.values.setdefault(name, []).extend(map(_bytes, _split(text) if name in _MANY else [text]))
    if not (entry.dn or _KEYS & entry.values.keys()):
        told.at(line, Text("条目没有 DN、SID 或账号名，未读取", "a row without DN, SID or account name was not read"))
        return
    yield entry


def _split(text: str) -> list[str]:
    r"""Values that `;` separates; one within a value is written `\;`."""
    if "\\;" not in text:
        return text.split(";")
    return [part.replace("\0", ";") for part in text.replace("\\;", "\0").split(";")]


def _bytes(text: str) -> bytes:
    """As it stands in the file; csvde writes what is not ASCII as `X'…'`."""
    if text[:2] == "X'" and text[-1:] == "'":
        try:
            return bytes.fromhex(text[2:-1])
        except ValueError:
            pass
    return text.strip().encode("utf-8", "surrogateescape")
