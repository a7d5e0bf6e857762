"""The rights of an SMB share itself: from the server where it gives them, else from the export that the workspace names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pii_audit.directory import DOMAIN_USERS_NAME, Directory
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.share_rights import exported, read_text, revoke, well_known
from pii_audit.sources.file_share.smb_conf import configured, is_configuration
from pii_audit.sources.file_share.smb_readers import Layer
from pii_audit.sources.file_share.smb_rights import entries
from pii_audit.sources.file_share.srvsvc import share_descriptor
from pii_audit.sources.interface import ROOT_NAME, failed

_NOT_GIVEN = Text("服务器不向该账号提供", "the server gives this account none")


@dataclass(frozen=True)
class Asked:
    """Asks about one share of a server; `explained` puts an error of the connection into words, `export` is a file."""

    source: str
    host: str
    share: str
    login: Callable[[], Mapping[str, Any]]
    explained: Callable[[Exception], Text]
    export: Path | None

    def layers(self, directory: Directory) -> Iterator[Layer | Coverage]:
        """The lists that have to let somebody in besides a file's own; a ledger row for what could not be read."""
        given = self._given()
        if isinstance(given, Layer):
            yield given
        written: list[Layer | Coverage] = []
        try:
            written = self._written(directory, given=isinstance(given, Layer))
        except Refused as error:
            yield failed(self.source, self.export.name if self.export else "", error.what)
        yield from written
        told = any(isinstance(one, Layer) and one.label == "share" for one in (given, *written))
        if isinstance(given, Text) and not told:
            said = Text(
                f"共享权限无法读取（{given.zh}）：该层按人人可入计，实际可读者可能更少",
                f"the share's own rights cannot be read ({given.en}): they count as letting everybody in, and fewer may be able to read",
            )
            yield Coverage(self.source, ROOT_NAME, CoverageStatus.INSPECTED, said)

    def _given(self) -> Layer | Text:
        """What the server says, or why it says nothing."""
        try:
            data = share_descriptor(self.host, self.share, self.login())
            listed = entries(data) if data else None
        except Exception as error:  # noqa: BLE001 - `explained` knows it
            return self.explained(error)
        if not data:
            return _NOT_GIVEN
        sids = {entry.sid for entry in listed or ()}
        return Layer("share", listed, {sid: revoke(self.share, sid) for sid in sids})

    def _written(self, directory: Directory, *, given: bool) -> list[Layer | Coverage]:
        """What the export says; a list that the server has given is not taken from it. Raises Refused."""
        if self.export is None:
            return []
        text = read_text(self.export)

        def sid_of(name: str) -> str:
            return self._sid(name, directory)

        if not is_configuration(text):
            return [] if given else [exported(text, self.share, sid_of)]
        found = configured(text, self.share, sid_of)
        if found is None:
            raise Refused(Text(f"smb.conf 中没有共享 {self.share}", f"the smb.conf has no share {self.share}"))
        return [*found.layers, *(failed(self.source, self.export.name, said) for said in found.problems)]

    def _sid(self, name: str, directory: Directory) -> str:
        """The SID of an account that is written by its name; where none is known, the name as policies write it."""
        node = directory.of_name(name, self.host)
        known = well_known(name) or (directory.sid(node) if node is not None else None)
        if known is None and name.rpartition("\\")[2].casefold() == DOMAIN_USERS_NAME.casefold():
            return DOMAIN_USERS_NAME
        return known or f"group:{name}"
