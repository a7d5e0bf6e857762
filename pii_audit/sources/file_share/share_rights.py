"""What lets somebody into an SMB share, as administrators write it down where the server does not tell.

`Get-SmbShareAccess | Export-Csv` and `net share NAME` of Windows, `sharesec NAME --view` and smb.conf of Samba.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pii_audit.directory.sid import AUTHENTICATED, EVERYONE, NETWORK, USERS
from pii_audit.language import Text
from pii_audit.rows import delimiter, strict_rows
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.smb_readers import Layer
from pii_audit.sources.file_share.smb_rights import Entry

FULL, CHANGE, READ = 0x001F01FF, 0x001301BF, 0x001200A9
"""Rights of a share by their names."""
_MOST = 64 * 1024 * 1024
SidOf = Callable[[str], str]
"""From the name of an account to its SID, or to the name itself where no SID is known."""
_WELL_KNOWN = {
    "everyone": EVERYONE,
    "authenticated users": AUTHENTICATED,
    "network": NETWORK,
    "system": "S-1-5-18",
    "administrators": "S-1-5-32-544",
    "users": USERS,
    "guests": "S-1-5-32-546",
}
_AUTHORITIES = frozenset({"", "nt authority", "builtin"})
_RIGHTS = {
    "full": FULL, "change": CHANGE, "read": READ, "完全控制": FULL, "更改": CHANGE, "读取": READ, "0": FULL, "1": CHANGE, "2": READ,
}  # fmt: skip


def well_known(name: str) -> str | None:
    r"""The SID of `Everyone`, `BUILTIN\Users` and their like; None for others."""
    authority, _, plain = name.rpartition("\\")
    return _WELL_KNOWN.get(plain.strip().casefold()) if authority.strip().casefold() in _AUTHORITIES else None


def read_text(path: Path) -> str:
    """The text of an export in whatever encoding Windows wrote it. Raises Refused."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST)
    except OSError as error:
        kind = type(error).__name__
        raise Refused(
            Text(f"无法读取共享权限的导出（{kind}）", f"the export of the share's rights cannot be read ({kind})")
        ) from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def exported(text: str, share: str, sid_of: SidOf) -> Layer:
    """The list of a share in an export of Windows or of sharesec. Raises Refused for a text without one, or with a wrong line."""
    for reads in (_table, _net_share):
        found = [(name, Entry(sid_of(name), mask, allows)) for name, mask, allows in reads(text, share)]
        if found:
            # Windows keeps denials before what they deny, whatever the order in which it shows them.
            entries = sorted((entry for _, entry in found), key=lambda entry: entry.allows)
            return Layer("share", tuple(entries), {entry.sid: revoke(share, name) for name, entry in found})
    listed = tuple(_sharesec(text, share, sid_of))
    if listed:
        return Layer("share", listed, {one.sid: revoke(share, one.sid) for one in listed})
    raise Refused(
        Text(
            f"其中没有共享 {share} 的权限（应为 Get-SmbShareAccess 的 CSV、net share 或 sharesec 的输出、smb.conf）",
            f"it holds no rights of the share {share} (expected the CSV of Get-SmbShareAccess, what net share or sharesec print, "
            "or smb.conf)",
        )
    )


def revoke(share: str, account: str) -> str:
    """The command that takes the rights on a share from an account, given by its name or SID."""
    name = _quoted(account)
    if account.startswith("S-1-"):
        sid = f"[Security.Principal.SecurityIdentifier]{name}"
        name = f"({sid}).Translate([Security.Principal.NTAccount]).Value"
    return f"Revoke-SmbShareAccess -Name {_quoted(share)} -AccountName {name}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _wrong(line: int) -> Refused:
    return Refused(Text(f"第 {line} 行无法解析", f"line {line} cannot be understood"))


def _table(text: str, share: str) -> Iterator[tuple[str, int, bool]]:
    """The rows of `Get-SmbShareAccess | Export-Csv` about a share; a row that is torn may be about any."""
    lines = text.splitlines()
    skipped = bool(lines) and lines[0].startswith("#TYPE")
    table = lines[skipped:]
    rows = strict_rows(table, delimiter(table[0] if table else ""))
    _, header = next(rows, (1, None))
    if header is None or not {"AccountName", "AccessRight"} <= set(header):
        return
    for line, cells in rows:
        if cells == []:
            continue
        if cells is None or len(cells) != len(header):
            raise _wrong(line + skipped)
        row = dict(zip(header, map(str.strip, cells), strict=True))
        if (row.get("Name") or share).casefold() != share.casefold():
            continue
        right = row["AccessRight"].casefold()
        allows = (row.get("AccessControlType") or "Allow").casefold() in ("allow", "0")
        # Rights of one's own choosing are not shown: they may be all of them.
        mask = _RIGHTS.get(right, FULL if allows else 0)
        if not row["AccountName"] or not right:
            raise _wrong(line + skipped)
        yield row["AccountName"], mask, allows


_PERMISSION = re.compile(r"(?:(?:Permission|权限)\s+|\s+)(?P<name>\S.*?), *(?P<right>\w+)\s*$")


def _net_share(text: str, share: str) -> Iterator[tuple[str, int, bool]]:
    """The permissions that `net share NAME` prints; it shows no denials."""
    lines = text.splitlines()
    begins = next((at for at, line in enumerate(lines) if re.match(r"(?:Permission|权限)\s", line)), None)
    name = next((line.split(maxsplit=2)[-1] for line in lines if re.match(r"(?:Share name|共享名)\s", line)), share)
    if begins is None or name.strip().casefold() != share.casefold():
        return
    for number, line in enumerate(lines[begins:], start=begins + 1):
        if not line.strip():
            return
        found = _PERMISSION.match(line)
        if found is None or found["right"].casefold() not in _RIGHTS:
            raise _wrong(number)
        yield found["name"], _RIGHTS[found["right"].casefold()], True


_ACE = re.compile(r"(?:ACL:)?(?P<who>[^:]+):(?P<kind>ALLOWED|DENIED)/(?P<flags>\w+)/(?P<mask>\w+)")


def _sharesec(text: str, share: str, sid_of: SidOf) -> Iterator[Entry]:
    """The entries that `sharesec NAME --view` prints, or `--view-all` under the share's name."""
    lines = text.splitlines()
    named = [at for at, line in enumerate(lines) if line.strip().casefold() == f"[{share}]".casefold()]
    if not named and any(re.match(r"\[.+\]\s*$", line) for line in lines):
        return
    for number, line in enumerate(lines[named[0] + 1 if named else 0 :], start=named[0] + 2 if named else 1):
        if line.startswith("["):
            return
        if not line.startswith("ACL:"):
            continue
        found = _ACE.fullmatch(line.strip())
        mask = _RIGHTS.get(found["mask"].casefold()) if found else None
        if found is None or (mask is None and not re.fullmatch(r"0x[0-9a-fA-F]{1,8}", found["mask"])):
            raise _wrong(number)
        who = found["who"] if found["who"].startswith("S-1-") else sid_of(found["who"])
        yield Entry(who, mask if mask is not None else int(found["mask"], 16), found["kind"] == "ALLOWED")
