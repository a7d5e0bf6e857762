"""Whom we say that a share lets read, against whom a real Samba lets read: random access lists, lists of the share, and logins."""

from __future__ import annotations

import base64
import random
import struct
from itertools import product
from pathlib import Path

import pytest

from pii_audit.directory.loading import load_directory
from pii_audit.directory.sid import sid_bytes
from pii_audit.errors import Position
from pii_audit.model.coverage import Coverage
from pii_audit.sources.file_share.smb import Place, SmbShare
from pii_audit.sources.file_share.smb_readers import Layer, Readers
from pii_audit.sources.file_share.smb_rights import PRIVILEGES, entries
from pii_audit.sources.file_share.smb_share import Asked
from pii_audit.workspace import Workspace

pytestmark = pytest.mark.service

ACCOUNTS = {"sync": 4, "_apt": 42, "games": 5, "news": 9, "backup": 34}
"""Accounts that every Debian has; the first two are of the group nogroup."""
NOGROUP = "S-1-22-2-65534"
SHARES = """
[limited]
path = {drop}
read only = no
vfs objects = acl_xattr
acl_xattr:ignore system acls = yes

[valid]
path = {drop}
valid users = @nogroup games
invalid users = _apt
vfs objects = acl_xattr
acl_xattr:ignore system acls = yes

[lists]
path = {drop}
read only = no
read list = games news
write list = news
invalid users = backup
vfs objects = acl_xattr
acl_xattr:ignore system acls = yes

[open]
path = {drop}
read only = no
vfs objects = acl_xattr
acl_xattr:ignore system acls = yes
"""
LIMITED = ("S-1-5-11:ALLOWED/0x0/READ", f"{NOGROUP}:DENIED/0x0/0x00000002", "S-1-22-1-5:ALLOWED/0x0/CHANGE")


def descriptor(*listed: tuple[str, int, bool]) -> bytes:
    """A security descriptor with an access list."""
    packed = b""
    for sid, mask, allows in listed:
        body = sid_bytes(sid)
        packed += struct.pack("<BBHI", 0 if allows else 1, 0, 8 + len(body), mask) + body
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20)
    return head + struct.pack("<BBHHH", 2, 0, 8 + len(packed), len(listed), 0) + packed


def set_list(share: SmbShare, name: str, data: bytes) -> None:
    from smbclient import open_file
    from smbprotocol.file_info import InfoType
    from smbprotocol.open import SMB2SetInfoRequest, SMB2SetInfoResponse

    with open_file(
        share._path(name), "rb", buffering=0, share_access="rwd", desired_access=0x000E0000, **share._login()
    ) as file:
        asked = SMB2SetInfoRequest()
        asked["info_type"] = InfoType.SMB2_0_INFO_SECURITY
        asked["additional_information"] = 4
        asked["file_id"] = file.fd.file_id
        asked["buffer"] = data
        tree = file.fd.tree_connect
        sent = file.fd.connection.send(asked, sid=tree.session.session_id, tid=tree.tree_connect_id)
        SMB2SetInfoResponse().unpack(file.fd.connection.receive(sent)["data"].get_value())


def may(share: SmbShare, name: str, access: int) -> bool:
    from smbclient import open_file
    from smbprotocol.exceptions import SMBOSError

    try:
        mode = "rb" if access == 1 else "r+b"
        open_file(
            share._path(name), mode, buffering=0, share_access="rwd", desired_access=access, **share._login()
        ).close()
    except SMBOSError as error:
        if error.ntstatus != 0xC0000022:
            raise
        return False
    return True


@pytest.fixture
def world(samba_of, tmp_path):
    if not list(Path("/usr/lib").glob("**/samba/vfs/acl_xattr.so")):
        pytest.skip("Samba has no acl_xattr here: on Debian install samba-vfs-modules")
    server = samba_of(SHARES, tuple(ACCOUNTS))
    opened = []

    def share(name: str, user: str | None = None, rights=None) -> SmbShare:
        opened.append(SmbShare("s", Place.of(server.url(name, user=user)), share_rights=rights))
        return opened[-1]

    domain = server.run("net", "-s", str(server.config), "getlocalsid").split(": ")[1].strip()
    sids = {name: f"{domain}-{2 * number + 1000}" for name, number in ACCOUNTS.items()}
    base = "DC=bank,DC=example"
    text = "".join(
        f"dn: CN={name},{base}\nobjectClass: user\nsAMAccountName: {name}\nobjectSid:: {base64.b64encode(sid_bytes(sid)).decode()}\n"
        f"sIDHistory:: {base64.b64encode(sid_bytes(f'S-1-22-1-{ACCOUNTS[name]}')).decode()}\n\n"
        for name, sid in sids.items()
    )
    text += (
        f"dn: CN=nogroup,{base}\nobjectClass: group\nsAMAccountName: nogroup\n"
        f"objectSid:: {base64.b64encode(sid_bytes(NOGROUP)).decode()}\nmember: CN=sync,{base}\nmember: CN=_apt,{base}\n\n"
    )
    (tmp_path / "ad.ldif").write_text(text)
    directory = load_directory(Workspace(tmp_path, Position("audit.yaml", 1), directory=("ad.ldif",)))
    yield server, share, directory, sids
    for one in opened:
        one.close()


def test_whom_we_say_may_read_and_write_is_whom_the_server_lets(world):
    server, share, directory, sids = world
    server.drop.chmod(0o777)
    chosen = random.Random(20)
    trustees = [*sids.values(), NOGROUP, "S-1-1-0", "S-1-5-11", "S-1-5-2", "S-1-22-1-9"]
    masks = (0x1, 0x2, 0x3, 0x001200A9, 0x001F01FF)
    lists, setting = {}, share("open")
    for number in range(40):
        name = f"f{number:02}.csv"
        (server.drop / name).write_text("x")
        (server.drop / name).chmod(0o666)
        lists[name] = [
            (chosen.choice(trustees), chosen.choice(masks), chosen.random() < 0.65) for _ in range(chosen.randrange(7))
        ]
        set_list(setting, name, descriptor(*lists[name]))
    server.run("sharesec", "-s", str(server.config), "limited", "--replace", ",".join(LIMITED))
    export = server.config
    reading = share("open")
    stored = {name: entries(reading._descriptor(reading._path(name))) for name in lists}
    wrong, held = [], 0
    for where in ("open", "limited", "valid", "lists"):
        auditor = share(where, rights=export)
        asked = Asked("s", "127.0.0.1", where, auditor._login, auditor.explained, export)
        layers = list(asked.layers(directory))
        assert all(isinstance(one, Layer) for one in layers), layers
        readers = Readers(layers, directory)
        logins = {user: share(where, user) for user in ACCOUNTS}
        for name, (privilege, access) in product(lists, (("read", 1), ("write", 2))):
            bits = readers.people(stored[name], PRIVILEGES[privilege])
            said = {directory.account(one) for one in directory.persons(bits)}
            really = {user for user, login in logins.items() if may(login, name, access)}
            held += len(really)
            if said != really:
                wrong.append((where, name, privilege, lists[name], said, really))
    assert not wrong, wrong[:5]
    assert held > 100


def said(found) -> list[str]:
    return [f"{one.status} {one.asset}: {one.reason.en}" for one in found if isinstance(one, Coverage)]


def test_the_rights_of_a_share_come_from_the_server_from_an_export_or_are_told_to_be_missing(world, tmp_path):
    server, share, directory, sids = world
    server.drop.chmod(0o777)
    (server.drop / "a.csv").write_text("x")
    set_list(share("open"), "a.csv", descriptor(("S-1-1-0", 0x001200A9, True)))
    root = sids["sync"].rpartition("-")[0] + "-1000"
    listed = (f"{root}:ALLOWED/0x0/FULL", f"{NOGROUP}:ALLOWED/0x0/READ", f"{sids['news']}:ALLOWED/0x0/READ")
    server.run("sharesec", "-s", str(server.config), "open", "--replace", ",".join(listed))
    # An account that does not administer the server is told nothing.
    [*found] = share("open", "news").grants(directory)
    assert [one.principal for one in found if not isinstance(one, Coverage)] == ["world"]
    assert said(found) == [
        (
            "inspected .: the share's own rights cannot be read (the server gives this account none): they count as letting everybody "
            "in, and fewer may be able to read"
        )
    ]
    (tmp_path / "rights.csv").write_text(
        '#TYPE x\n"Name","ScopeName","AccountName","AccessControlType","AccessRight"\n'
        '"open","*","FILES\\nogroup","Allow","Read"\n"other","*","Everyone","Allow","Full"\n'
    )
    [*found] = share("open", "news", tmp_path / "rights.csv").grants(directory)
    assert {one.principal for one in found} == {"group:nogroup", "user:sync", "user:_apt"}
    assert found[0].closing == (r"Revoke-SmbShareAccess -Name 'open' -AccountName 'FILES\nogroup'",)
    (tmp_path / "rights.csv").write_text("nothing of the kind")
    [*found] = share("open", "news", tmp_path / "rights.csv").grants(directory)
    assert [line.partition(" (")[0] for line in said(found)] == [
        "failed rights.csv: it holds no rights of the share open",
        "inspected .: the share's own rights cannot be read",
    ]
    [*found] = share("open", "news", tmp_path / "no.csv").grants(directory)
    assert said(found)[0] == "failed no.csv: the export of the share's rights cannot be read (FileNotFoundError)"

    # An administrator is told.
    [*found] = share("open").grants(directory)
    assert not said(found)
    assert {(one.principal, one.path) for one in found} == {
        (f"user:{root}", (f"user:{root}", "NTFS read world", f"share read user:{root}")),
        ("group:nogroup", ("group:nogroup", "NTFS read world", "share read group:nogroup")),
        ("user:sync", ("user:sync", "group:nogroup", "NTFS read world", "share read group:nogroup")),
        ("user:_apt", ("user:_apt", "group:nogroup", "NTFS read world", "share read group:nogroup")),
        ("user:news", ("user:news", "NTFS read world", "share read user:news")),
    }
    [revoked] = {one.closing for one in found if one.principal == "user:news"}
    assert revoked[0].startswith(
        "Revoke-SmbShareAccess -Name 'open' -AccountName ([Security.Principal.SecurityIdentifier]'S-1-5-"
    )

    # Names alone do not say whose SIDs stand in a list.
    (tmp_path / "names.csv").write_text("SamAccountName,Enabled\nnews,True\n")
    names = load_directory(Workspace(tmp_path, Position("audit.yaml", 1), directory=("names.csv",)))
    assert said(share("open").grants(names)) == [
        "failed .: the directory export holds no objectSid: NTFS rights name SIDs, and cannot be told of anybody"
    ]
