"""Security identifiers of Windows: as bytes, as text, and the well-known ones ([MS-DTYP] 2.4.2)."""

from __future__ import annotations

import re
import struct

EVERYONE, NETWORK, ANONYMOUS, AUTHENTICATED = "S-1-1-0", "S-1-5-2", "S-1-5-7", "S-1-5-11"
USERS, GUESTS = "S-1-5-32-545", "S-1-5-32-546"
ANYBODY = frozenset({EVERYONE, AUTHENTICATED, NETWORK})
"""Groups that everybody is in who has logged in over the network."""
BUILTIN = b"\x01\x02\0\0\0\0\0\x05\x20\0\0\0"
"""How the SIDs of groups of each computer by itself begin (S-1-5-32-…): a domain controller's are not a file server's."""
DOMAIN = b"\x01\x05\0\0\0\0\0\x05\x15\0\0\0"
"""How the SIDs of domains begin (S-1-5-21-…)."""
DOMAIN_USERS = 513
"""The last number of the group that is everybody's primary group where nothing else is said ([MS-ADTS] 6.1.1.4.12)."""
_TEXT = re.compile(r"S-1-([0-9]{1,15})((?:-[0-9]{1,10}){1,15})", re.ASCII | re.IGNORECASE)


def sid_text(data: bytes) -> str:
    """A SID as it is written; ValueError for bytes that are none. What follows it is left alone."""
    try:
        revision, count = data[0], data[1]
        numbers = struct.unpack_from(f"<{count}I", data, 8)
    except (IndexError, struct.error):
        raise ValueError from None
    return "-".join(map(str, ("S", revision, int.from_bytes(data[2:8], "big"), *numbers)))


def sid_bytes(text: str) -> bytes:
    """The bytes of a SID that is written; ValueError for a text that is none."""
    found = _TEXT.fullmatch(text.strip())
    numbers = [int(number) for number in found[2].split("-")[1:]] if found else [1 << 32]
    if found is None or max(numbers) >> 32:
        raise ValueError
    return bytes((1, len(numbers))) + int(found[1]).to_bytes(6, "big") + struct.pack(f"<{len(numbers)}I", *numbers)
