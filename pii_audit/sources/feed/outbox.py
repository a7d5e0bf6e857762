"""An outbox folder as an outbound feed: every file in it is about to leave, and is read in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.sources.file_share.local import EVERY_FILE, FolderSource, Selection
from pii_audit.sources.file_share.names import real, shown
from pii_audit.sources.format.content import open_regular
from pii_audit.sources.format.files import file_asset
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.globs import path_match
from pii_audit.sources.interface import Reading, Sampling, failed, skipped
from pii_audit.sources.reading import NoReading

HEAD = 4096
"""Bytes by which an encrypted file is told."""
Vouch = Callable[[str], Text | None]
"""Asked for the name of an encrypted file: what speaks for its content having been judged before, None if nothing does."""


def _nobody(name: str) -> Text | None:  # noqa: ARG001 - the signature of Vouch
    return None


def control_file(name: str, ignore: Sequence[str]) -> Text | None:
    """Why a file of an outbox is passed over as a control file; None for any other."""
    ignored = path_match(name, ignore)
    return (
        Text(f"控制文件，按 ignore 规则跳过：{ignored}", f"a control file, ignored by {ignored}") if ignored else None
    )


class OutboxSource(FolderSource):
    """The files of an outbox; `ignore` names control files (`*.ok`, `*.ctl`), `vouch` is asked about encrypted ones."""

    kind = AssetKind.FEED

    def __init__(
        self,
        id_: str,
        root: Path,
        selection: Selection = EVERY_FILE,
        layouts: Layouts = (),
        *,
        ignore: Sequence[str] = (),
    ) -> None:
        super().__init__(id_, root, selection, layouts)
        self._ignore = ignore
        self.vouch: Vouch = _nobody

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        """A sample proves nothing about what leaves: the sampling asked for does not apply."""
        vouched = self.vouch(asset.name) if self._encrypted(asset) else None
        if vouched is not None:
            yield asset, NoReading(skipped(self.id, asset.name, vouched, size=asset.size))
            return
        yield from super().open(asset, Sampling(seed=sampling.seed))

    def _encrypted(self, asset: Asset) -> bool:
        try:
            with open_regular(real(self.root, asset.name)) as file:
                kind = kind_of(file.read(HEAD))
        except (OSError, InspectionError):
            return False  # the reading says so
        return kind is not None and kind.encrypted

    def rule(self, relative: str) -> Text | None:
        if control := control_file(relative, self._ignore):
            return control
        folder = (self.root / relative).parent
        if folder.name == "tmp" and all((folder.parent / name).is_dir() for name in ("new", "cur")):
            return Text("maildir 的 tmp:邮件尚未写完", "in tmp of a maildir: a message that is being written")
        return super().rule(relative)

    def link(self, relative: str, target: Path, *, inside: bool) -> Asset | Coverage:
        """What leaves under a link's name is the file that it points to.

        Read where that is in the outbox, else failed.
        """
        if inside and target.is_file():
            return file_asset(target, self.id, shown(relative), self.kind)
        if inside:
            return super().link(relative, target, inside=inside)
        reason = Text(
            "符号链接指向发送目录之外，内容未读取：请放入文件本身",
            "is a symbolic link out of the outbox and was not read: put the file itself there",
        )
        return failed(self.id, shown(relative), reason)
