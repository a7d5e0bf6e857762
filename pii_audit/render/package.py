"""Office files as their libraries write them, with the time of the run in the place of the clock's.

Both are ZIP archives (ECMA-376, part 2), which carry the moment of writing in every entry and in their core properties:
without this, the same run would give another document every time.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from types import ModuleType

from pii_audit.errors import UsageError
from pii_audit.language import Text

_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Before that a ZIP archive knows no time."""


def settled(data: bytes, moment: datetime) -> bytes:
    """The same archive, its times all `moment`."""
    aware = moment.astimezone(UTC)
    stamp = max(_EARLIEST, (aware.year, aware.month, aware.day, aware.hour, aware.minute, aware.second))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == _CORE:
                content = _TIMES.sub(rb"\g<1>" + aware.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, content)
    return target.getvalue()


def office(module: str) -> ModuleType:
    """A module of the extra `office`; UsageError that says how to install it where it is not."""
    from importlib import import_module  # noqa: PLC0415 - an optional part

    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(
            Text(f"没有安装 {error.name}", f"{error.name} is not installed"),
            todo=Text("请运行 pip install 'pii-audit[office]'", "run: pip install 'pii-audit[office]'"),
        ) from error
