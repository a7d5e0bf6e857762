"""Compound files (MS-CFB), the shell of old Office documents and Outlook messages: which one it is, and who parses it."""

from __future__ import annotations

import struct
from typing import BinaryIO

import olefile

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED


def parse(file: BinaryIO, name: str, sink: Sink) -> None:
    """Parses the document inside; InspectionError where it has a password or no reader."""
    try:
        with olefile.OleFileIO(file) as compound:
            streams = {entry[0] for entry in compound.listdir(streams=True, storages=False)}
            if not streams & {"Workbook", "Book"}:
                _send(compound, streams, sink)
                return
    except (OSError, struct.error, IndexError):
        raise InspectionError(damaged().what) from None
    from pii_audit.sources.format.parsers import xls  # noqa: PLC0415 - only for such a file

    xls.parse(file, name, sink)


def _send(compound: olefile.OleFileIO, streams: set[str], sink: Sink) -> None:
    if "EncryptedPackage" in streams:
        raise InspectionError(ENCRYPTED)
    if "WordDocument" in streams:
        from pii_audit.sources.format.parsers.doc import send_document  # noqa: PLC0415 - only for such a file

        send_document(compound, sink)
    elif "PowerPoint Document" in streams:
        from pii_audit.sources.format.parsers.ppt import send_presentation  # noqa: PLC0415 - as above

        send_presentation(compound, sink)
    elif "__properties_version1.0" in streams:
        from pii_audit.sources.format.parsers.msg import send_message  # noqa: PLC0415 - as above

        send_message(compound, sink)
    else:
        said = Text("没有能读取此类文件的读取器:OLE 复合文件", "no reader for this kind: compound file (OLE)")
        raise InspectionError(said)
