"""Compound files (MS-CFB), the shell of old Office documents and Outlook messages: which one it is, and who parses it.

WPS Office keeps .wps, .et and .dps in the same streams as Word, Excel and PowerPoint, with some of its own beside them.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

import olefile

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.behind import send_slack
from pii_audit.sources.format.parsers.blips import send_pictures
from pii_audit.sources.format.parsers.compound_rest import send_rest
from pii_audit.sources.format.parsers.xls_rest import send_records

_WORKS = {"matost", "wksssworkbook"}
"""Streams of Microsoft Works, whose .wps and .xlr are of a form of their own."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Parses the document inside; InspectionError where it has a password or no reader."""
    try:
        with olefile.OleFileIO(file) as compound:
            # Names differ by more than their case (MS-CFB 2.6.4), and not every writer spells them as Microsoft does.
            streams = {entry[0].lower() for entry in compound.listdir(streams=True, storages=False)}
            slack = _slack(compound, file)
            if not streams & {"workbook", "book"}:
                _send(compound, streams, sink)
                send_slack(slack, sink)
                return
    except (OSError, struct.error, IndexError):
        raise InspectionError(damaged().what) from None
    from pii_audit.sources.format.parsers.xls import send_book  # noqa: PLC0415 - only for such a file

    read, unshown = send_book(file, sink)
    with olefile.OleFileIO(file) as compound:
        send_records(compound, read, unshown, sink)
        send_pictures(compound, sink)
        send_rest(compound, sink)
    send_slack(slack, sink)


def _slack(compound: olefile.OleFileIO, file: BinaryIO) -> bytes:
    """What stands behind the last sector that is in use (MS-CFB 2.3)."""
    used = next((at for at in range(len(compound.fat) - 1, -1, -1) if compound.fat[at] != olefile.FREESECT), -1)
    file.seek((used + 2) * compound.sectorsize)
    return file.read()


def _send(compound: olefile.OleFileIO, streams: set[str], sink: Sink) -> None:
    if "encryptedpackage" in streams:
        raise InspectionError(ENCRYPTED)
    if "worddocument" in streams:
        from pii_audit.sources.format.parsers.doc import send_document  # noqa: PLC0415 - only for such a file

        send_document(compound, sink)
        send_pictures(compound, sink)
        send_rest(compound, sink)
    elif "powerpoint document" in streams:
        from pii_audit.sources.format.parsers.ppt import send_presentation  # noqa: PLC0415 - as above

        send_presentation(compound, sink)
        send_pictures(compound, sink)
        send_rest(compound, sink)
    elif "__properties_version1.0" in streams:
        from pii_audit.sources.format.parsers.msg import send_message  # noqa: PLC0415 - as above

        send_message(compound, sink)
    elif streams & _WORKS or {"contents", "mm"} <= streams:
        raise InspectionError(
            Text(
                "没有能读取此类文件的读取器：Microsoft Works 文档", "no reader for this kind: Microsoft Works document"
            )
        )
    elif not send_rest(compound, sink):
        said = Text("没有能读取此类文件的读取器：OLE 复合文件", "no reader for this kind: compound file (OLE)")
        raise InspectionError(said)
