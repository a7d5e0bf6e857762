"""Names of tables as assets have them: `schema.table`, a part in double quotes where it holds a dot or a quote."""

from __future__ import annotations

import re

_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


def qualified(schema: str, name: str) -> str:
    """`public.customer`; `"a.b".customer` where the schema is called `a.b`."""
    return f"{_part(schema)}.{_part(name)}"


def split(asset: str) -> tuple[str, str]:
    """Schema and table of a name that `qualified` made."""
    schema, name = parts(asset)
    return schema, name


def parts(asset: str) -> list[str]:
    """The names between the dots; an SQLite table has its own alone."""
    return [match[2] or match[1].replace('""', '"') for match in _PART.finditer(asset)]


def quoted(name: str, mark: str = '"') -> str:
    """A name as an SQL identifier; MySQL quotes with a backtick."""
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def _part(name: str) -> str:
    return quoted(name) if "." in name or '"' in name or not name else name
