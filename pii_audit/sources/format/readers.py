"""Which reader takes which kind of file: each is loaded when the first such file is met."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TypeAlias

from pii_audit.language import Text
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.opened import Descend, Found, Opened
from pii_audit.sources.format.parsers import PARSERS
from pii_audit.sources.reading import unreadable

Reader: TypeAlias = Callable[[Opened, Descend], Iterator[Found]]


def _sqlite() -> Reader:
    from pii_audit.sources.database.sqlite import contained  # noqa: PLC0415 - a scan loads what it reads

    def readings(opened: Opened, descend: Descend) -> Iterator[Found]:  # noqa: ARG001 - tables hold no files
        with opened.file() as path:
            yield from contained(path, opened.asset, opened.sampling)

    return _told(readings)


def _compressed(kind: str) -> Callable[[], Reader]:
    def load() -> Reader:
        from pii_audit.sources.format.packed.compressed import bare_name, unpacked  # noqa: PLC0415 - as above

        def readings(opened: Opened, descend: Descend) -> Iterator[Found]:
            content = Content(unpacked(kind, opened.content.stream(), opened.expansion))
            yield from descend(
                replace(opened, content=content, name=bare_name(opened.name), path=None, depth=opened.depth + 1)
            )

        return _told(readings)

    return load


def _zip() -> Reader:
    from pii_audit.sources.format.packed.zip import zip_readings  # noqa: PLC0415 - as above

    return zip_readings


def _tar() -> Reader:
    from pii_audit.sources.format.packed.tar import tar_readings  # noqa: PLC0415 - as above

    return tar_readings


def _cpio() -> Reader:
    from pii_audit.sources.format.packed.cpio import cpio_readings  # noqa: PLC0415 - as above

    return cpio_readings


def _isolated(kind: str) -> Callable[[], Reader]:
    def load() -> Reader:
        from pii_audit.sources.format.isolated.readings import parsed  # noqa: PLC0415 - as above

        return partial(_parsed, parsed, kind)

    return load


def _rar() -> Reader:
    from pii_audit.sources.format.packed.rar import rar_readings  # noqa: PLC0415 - as above

    return partial(_parsed, rar_readings, "rar")


def _parsed(
    parsed: Callable[[str, Opened, Descend], Iterator[Found]], kind: str, opened: Opened, descend: Descend
) -> Iterator[Found]:
    package, extra = PARSERS[kind].needs, PARSERS[kind].extra
    if package and find_spec(package) is None:
        yield opened.failed(
            Text(
                f"缺少读取此类文件的软件包 {package}:pip install 'pii-audit[{extra}]'",
                f"the package {package} that reads this kind is missing: pip install 'pii-audit[{extra}]'",
            )
        )
        return
    yield from parsed(kind, opened, descend)


def _told(reader: Reader) -> Reader:
    """The same reader, where an error of the stream is told of the whole."""

    def readings(opened: Opened, descend: Descend) -> Iterator[Found]:
        try:
            yield from reader(opened, descend)
        except OSError as error:
            yield opened.failed(unreadable(error))

    return readings


READERS: Mapping[str, Callable[[], Reader]] = {
    "sqlite": _sqlite,
    **{kind: _compressed(kind) for kind in ("gzip", "bzip2", "xz", "zstd")},
    "zip": _zip,
    "tar": _tar,
    "cpio": _cpio,
    **{kind: _isolated(kind) for kind in PARSERS},
    "rar": _rar,
}
"""By the kinds of scanners/file_share/kinds.yaml."""
