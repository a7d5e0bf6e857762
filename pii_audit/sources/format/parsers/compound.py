"""Compound files (MS-CFB), the shell of old Office documents: which one it is, and who parses it."""

from __future__ import annotations

from typing import BinaryIO

import olefile

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.zip import ENCRYPTED

_UNREAD = {
    "WordDocument": Text("旧版 Word 文档(.doc)", "an old Word document (.doc)"),
    "PowerPoint Document": Text("旧版 PowerPoint 文档(.ppt)", "an old PowerPoint presentation (.ppt)"),
    "__properties_version1.0": Text("Outlook 邮件(.msg)", "an Outlook message (.msg)"),
}


def parse(file: BinaryIO, name: str, sink: Sink) -> None:
    """Parses the document inside; InspectionError where it has a password or no reader."""
    try:
        with olefile.OleFileIO(file) as compound:
            streams = {entry[0] for entry in compound.listdir(streams=True, storages=False)}
    except (olefile.OleFileError, OSError):
        said = Text("旧版 Office 文档损坏", "a damaged old Office document")
        raise InspectionError(said) from None
    if "EncryptedPackage" in streams:
        raise InspectionError(ENCRYPTED)
    if streams & {"Workbook", "Book"}:
        from pii_audit.sources.format.parsers import xls  # noqa: PLC0415 - only for such a file

        xls.parse(file, name, sink)
        return
    kind = next(
        (title for stream, title in _UNREAD.items() if stream in streams), Text("OLE 复合文件", "a compound file")
    )
    raise InspectionError(Text(f"没有能读取此类文件的读取器:{kind.zh}", f"no reader for this kind: {kind.en}"))
