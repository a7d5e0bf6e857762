"""A bundle as a source: its assets come with what was seen of them, and its catalog answers as the server did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.codec import decode
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.grant import Grant
from pii_audit.sources.bundle.answers import Answering
from pii_audit.sources.bundle.format import lines
from pii_audit.sources.database.engine import Engine
from pii_audit.sources.database.names import parts
from pii_audit.sources.globs import left_out
from pii_audit.sources.interface import Absent, Reading, Sampling, Source, Tallied, failed, skipped
from pii_audit.sources.reading import unreadable

LARGEST = 1 << 30
"""Bytes; a bundle is read whole, and holds no values."""
_DAMAGED = Text("采集包内容无法理解", "what the bundle says cannot be understood")

EngineOf = Callable[[str], "Engine | None"]
"""The engine of a dialect; None for one whose rights are not worked out from a catalog."""


@dataclass(frozen=True, slots=True)
class _Content:
    """A bundle that was found right; assets by their names, everything under the source's own id."""

    met: tuple[Asset | Coverage, ...]
    seen: dict[str, tuple[AssetTally, Coverage]]
    grants: tuple[Grant, ...]
    session: Answering | None


class BundleSource(Source):
    """One bundle; `include` and `exclude` are globs as for the database that it was collected from."""

    def __init__(
        self,
        id_: str,
        path: Path,
        key: bytes | None,
        engine_of: EngineOf,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> None:
        self.id = id_
        self._path = path
        self._key = key
        self._engine_of = engine_of
        self._include = include
        self._exclude = exclude

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.id, self._path, self._key, self._engine_of, self._include, self._exclude)

    def assets(self) -> Iterator[Asset | Coverage]:
        try:
            met = self._content.met
        except InspectionError as error:
            yield failed(self.id, "", error.what)
            return
        for one in met:
            name = one.name if isinstance(one, Asset) else one.asset
            rule = left_out(_names(name), self._include, self._exclude) if name else None
            yield skipped(self.id, name, rule) if rule else one

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:  # noqa: ARG002 - what was read was read there
        yield asset, Tallied(*self._content.seen[asset.name])

    def grants(self) -> Iterator[Grant | Coverage]:
        """The rights on a file, as its collector worked them out; those on a server are worked out from `session`."""
        yield from self._content.grants

    @property
    def session(self) -> Answering | None:
        """The server's catalog, as far as it was asked; None for a file."""
        return self._content.session

    @cached_property
    def _content(self) -> _Content:
        if self._key is None:
            raise InspectionError(Text("没有密钥，无法核验采集包", "there is no key to check the bundle with"))
        found = list(lines(self._read(), self._key))
        try:
            return self._understood(found)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InspectionError(_DAMAGED) from None

    def _read(self) -> bytes:
        try:
            if self._path.stat().st_size > LARGEST:
                raise InspectionError(Text("文件过大，不像采集包", "is too large for a bundle"))
            return self._path.read_bytes()
        except FileNotFoundError:
            raise InspectionError(
                Absent("采集包不存在,请检查 url", "the bundle does not exist; check its url")
            ) from None
        except OSError as error:
            raise InspectionError(unreadable(error)) from None

    def _understood(self, found: Sequence[tuple[str, Any]]) -> _Content:
        met: list[Asset | Coverage] = []
        seen: dict[str, tuple[AssetTally, Coverage]] = {}
        grants: list[Grant] = []
        answers: dict[str, dict[str, Any]] = {}
        header = found[0][1]
        day = datetime.fromisoformat(header["made"]).date().isoformat()
        collected = Text(f"采集于 {day}", f"as collected on {day}")
        for kind, value in found[1:]:
            if kind == "asset":
                asset = replace(decode(Asset, value["asset"]), source=self.id)
                met.append(asset)
                reached = _noted(self._coverage(value["coverage"]), collected)
                seen[asset.name] = decode(AssetTally, value["tally"]), reached
            elif kind == "coverage":
                met.append(self._coverage(value))
            elif kind == "grant":
                grant = decode(Grant, value)
                grants.append(replace(grant, asset=f"{self.id}{grant.asset}"))
            elif kind == "asked":
                answers[value["statement"]] = value
        engine = self._engine_of(header["dialect"])
        return _Content(tuple(met), seen, tuple(grants), Answering(engine, answers) if engine else None)

    def _coverage(self, value: Any) -> Coverage:
        return replace(decode(Coverage, value), source=self.id)


def _noted(row: Coverage, note: Text) -> Coverage:
    """A row of the ledger that says of what day it is: what was seen then may be otherwise now."""
    reason = row.reason
    if row.incomplete:  # why it was not inspected is known by its words
        return row
    return replace(row, reason=Text(f"{reason.zh}；{note.zh}", f"{reason.en}; {note.en}") if reason else note)


def _names(asset: str) -> tuple[str, ...]:
    """The names by which globs may speak of a table: with its schema and without."""
    *schema, table = parts(asset)
    return (asset, table) if schema else (asset, f"main.{asset}")
