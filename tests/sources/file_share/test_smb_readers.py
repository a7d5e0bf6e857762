"""Who gets through a file's own list and those of its share, held to a plain model of the access check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.directory import NOBODY, Directory
from pii_audit.directory.building import Builder
from pii_audit.directory.ldif import Entry as Described
from pii_audit.directory.sid import sid_bytes
from pii_audit.directory.told import Told
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.share_rights import exported
from pii_audit.sources.file_share.smb_conf import configured, is_configuration
from pii_audit.sources.file_share.smb_readers import PEOPLE, Layer, Readers
from pii_audit.sources.file_share.smb_rights import PRIVILEGES, AccessList, Entry
from pii_audit.sources.file_share.srvsvc import descriptor_of

DOMAIN = "S-1-5-21-1-2-3"
EVERYONE, AUTHENTICATED, DOMAIN_USERS, USERS = "S-1-1-0", "S-1-5-11", f"{DOMAIN}-513", "S-1-5-32-545"
READ, WRITE, BOTH = 0x1, 0x2, 0x3
CHANGE, TAKE, FULL = 0x40000, 0x80000, 0xC0003
PERSONS = ("ann", "bob", "eve", "zoe")
GROUPS = ("sales", "desk", "inner")
SID = {name: f"{DOMAIN}-{1100 + at}" for at, name in enumerate((*PERSONS, *GROUPS))}


def directory_of(
    members: dict[str, list[str]], disabled: tuple[str, ...] = (), more: int = 0, earlier: dict[str, str] | None = None
) -> Directory:
    """The people above, with groups that have these members; each is in Domain Users. `earlier` says who carries whose SID."""
    builder = Builder()

    def add(name: str, kind: str, sid: str, **values: list[bytes]) -> None:
        entry = Described(1, f"CN={name}".encode())
        entry.values = {
            "objectclass": [kind.encode()],
            "samaccountname": [name.encode()],
            "objectsid": [sid_bytes(sid)],
            **values,
        }
        builder.add(entry, Told("x"))

    add("Domain Users", "group", DOMAIN_USERS)
    for name in (*PERSONS, *(f"u{number}" for number in range(more))):
        flags = b"514" if name in disabled else b"512"
        add(
            name,
            "user",
            SID.get(name, f"{DOMAIN}-{5000 + int(name[1:] or 0) if name[1:].isdigit() else 0}"),
            useraccountcontrol=[flags],
            sidhistory=[sid_bytes(SID[one]) for who, one in (earlier or {}).items() if who == name],
        )
    for name in GROUPS:
        add(name, "group", SID[name], member=[f"CN={one}".encode() for one in members.get(name, ())])
    return builder.directory()


def model(lists: list[AccessList], token: set[str], bits: int) -> bool:
    """The access check of one right ([MS-DTYP] 2.5.3.2), list after list."""

    def passes(listed: AccessList) -> bool:
        for entry in listed or ():
            if entry.mask & bits and entry.sid in token:
                return entry.allows
        return listed is None

    return all(map(passes, lists))


trustees = st.sampled_from([EVERYONE, AUTHENTICATED, DOMAIN_USERS, *SID.values()])
lists = st.none() | st.lists(
    st.builds(Entry, trustees, st.sampled_from([READ, WRITE, BOTH, CHANGE, TAKE, FULL]), st.booleans()), max_size=5
).map(tuple)
memberships = st.fixed_dictionaries(
    {group: st.lists(st.sampled_from([*PERSONS, *GROUPS, "Domain Users"]), max_size=4, unique=True) for group in GROUPS}
)


def tokens(members: dict[str, list[str]]) -> dict[str, set[str]]:
    """The SIDs that everybody has on logging in."""
    found = {}
    for person in PERSONS:
        inside, front = {person, "Domain Users"}, [person, "Domain Users"]
        while front:
            one = front.pop()
            for group, held in members.items():
                if one in held and group not in inside:
                    inside.add(group)
                    front.append(group)
        found[person] = {SID.get(one, DOMAIN_USERS) for one in inside} | {EVERYONE, AUTHENTICATED}
    return found


@given(lists, lists, lists, memberships, st.sampled_from(["read", "write"]))
def test_people_are_those_of_the_access_check_and_nobody_is_missed_by_groups_alone(
    ntfs, share, conf, members, privilege
):
    directory, bits = directory_of(members), PRIVILEGES[privilege]
    expected = {one for one, token in tokens(members).items() if model([ntfs, share, conf], token, bits)}
    layers = [Layer("share", share), Layer("smb.conf", conf)]
    readers = Readers(layers, directory)
    assert {directory.account(one) for one in directory.persons(readers.people(ntfs, bits))} == expected
    if privilege == "read":
        # Whoever may change the list, and is let read by the others, lets himself in.
        for one, token in tokens(members).items():
            gives = any(model([ntfs, share, conf], token, right) for right in (CHANGE, TAKE))
            expected |= {one} if gives and model([share, conf], token, READ) else set()
    told = {way.principal for way in readers.ways(ntfs) if way.privilege == privilege}
    # Everybody who has the right is told of: by name, or as one of a group of everybody.
    everybody = told & {"world", "Authenticated Users", "Domain Users"}
    assert everybody or expected <= {one.removeprefix("user:") for one in told}
    # Without a directory, whoever has the right is in some group that is told of, or everybody is.
    unknown = Readers(layers).ways(ntfs)
    names = {way.principal.removeprefix("user:") for way in unknown if way.privilege == privilege}
    for person in expected:
        token = tokens(members)[person]
        assert names & (token | {"world", "Authenticated Users", "Domain Users"}), (person, names)


@given(lists, lists, memberships, st.sampled_from(PERSONS), st.sampled_from([None, READ, CHANGE, WRITE]))
def test_an_owner_lets_himself_in_unless_the_list_says_what_he_may(ntfs, share, members, who, said):
    if ntfs is not None and said is not None:
        ntfs = (*ntfs, Entry("S-1-3-4", said, allows=True))
    token = tokens(members)[who]
    way = READ if said == READ else None if said == WRITE else CHANGE
    gains = not model([ntfs], token, READ) and way is not None and model([share], token, way)
    for directory in (NOBODY, directory_of(members)):
        found = [one.principal for one in Readers([Layer("share", share)], directory).owned(ntfs, SID[who])]
        if directory:
            assert found == [f"user:{who}"] * (gains and model([share], token, READ))
        else:
            assert len(found) <= 1


def test_whoever_owns_a_file_or_may_change_its_list_is_told_of_as_a_reader():
    listed = (allow("sales"), deny("ann"), allow("desk", CHANGE), allow("bob", TAKE))
    share = Layer("share", (Entry(EVERYONE, 0x001F01FF, allows=True),))
    readers = Readers([share])
    found = {(way.principal, way.opened_by) for way in readers.ways(listed) if way.privilege == "read"}
    assert found == {
        (f"user:{SID['sales']}", f"NTFS read user:{SID['sales']}"),
        (f"user:{SID['desk']}", f"NTFS change permissions user:{SID['desk']}"),
        (f"user:{SID['bob']}", f"NTFS take ownership user:{SID['bob']}"),
    }
    [way] = readers.owned(listed, SID["ann"])
    assert (way.path, way.closing) == (
        (f"user:{SID['ann']}", f"NTFS owner user:{SID['ann']}"),
        ('icacls "{path}" /setowner *S-1-5-32-544',),
    )
    # A share that lets read and change alone keeps everybody from the lists.
    narrow = Readers([Layer("share", (Entry(EVERYONE, 0x001301BF, allows=True),))])
    assert [way.principal for way in narrow.ways(listed) if way.privilege == "read"] == [f"user:{SID['sales']}"]
    assert list(narrow.owned(listed, SID["ann"])) == []
    assert list(readers.owned(listed, "S-1-5-32-544")) == list(readers.owned(None, SID["ann"])) == []


def ways(ntfs: AccessList, *layers: Layer, directory: Directory = NOBODY, files: int = 1):
    return [way for way in Readers(layers, directory).ways(ntfs, files) if way.privilege == "read"]


def allow(name: str, mask: int = READ) -> Entry:
    return Entry(SID.get(name, name), mask, allows=True)


def deny(name: str, mask: int = READ) -> Entry:
    return Entry(SID.get(name, name), mask, allows=False)


@pytest.mark.parametrize(
    ("ntfs", "share", "expected"),
    [
        ((allow(EVERYONE),), (allow("sales"),), {(f"user:{SID['sales']}", "NTFS read world", f"share read user:{SID['sales']}")}),
        ((allow("sales"),), (allow(EVERYONE),), {(f"user:{SID['sales']}", f"NTFS read user:{SID['sales']}")}),
        ((allow("sales"),), (allow("desk"),), {
            (f"user:{SID['sales']}", f"only who is also in {SID['desk']}", f"NTFS read user:{SID['sales']}", f"share read user:{SID['desk']}"),
        }),
        ((allow("sales"), allow("desk")), (allow("desk"),), {(f"user:{SID['desk']}", f"NTFS read user:{SID['desk']}", f"share read user:{SID['desk']}")}),
        ((allow("sales"),), (deny("sales"), allow(EVERYONE)), set()),
        ((allow("sales"),), (allow(USERS),), {(f"user:{SID['sales']}", f"NTFS read user:{SID['sales']}", "share read group:Users")}),
        ((allow("sales"),), (deny(USERS), allow(EVERYONE)), {(f"user:{SID['sales']}", f"NTFS read user:{SID['sales']}")}),
        ((deny(AUTHENTICATED), allow("sales")), None, set()),
        ((allow("sales"),), (), set()),
        (None, (allow("sales"),), {(f"user:{SID['sales']}", "no access list", f"share read user:{SID['sales']}")}),
    ],
)  # fmt: skip
def test_the_share_takes_away_what_it_does_not_let_through(ntfs, share, expected):
    assert {way.path for way in ways(ntfs, Layer("share", share))} == expected


def test_the_users_of_a_server_are_everybody_who_logs_in_as_windows_sets_them_up():
    assert {way.path for way in ways((allow(USERS),))} == {
        ("group:Users", "NTFS read group:Users"),
        ("Authenticated Users", "NTFS read group:Users"),
    }
    assert {way.principal for way in ways((deny(AUTHENTICATED), allow(USERS)))} == set()


def test_a_group_that_holds_everybody_is_told_of_as_everybody_with_the_way_there():
    directory = directory_of({"sales": ["inner"], "inner": ["Domain Users"]})
    [group, everybody] = ways((allow("sales"),), directory=directory)
    assert group.path == ("group:sales", "NTFS read group:sales")
    assert everybody.path == ("Domain Users", "group:inner", "group:sales", "NTFS read group:sales")
    assert everybody.leaving[0] == "Remove-ADGroupMember -Identity 'inner' -Members 'Domain Users'"
    watched = directory.watching(["ann"])
    [_, _, ann] = ways((allow("sales"),), directory=watched)
    assert ann.path == ("user:ann", "Domain Users", "group:inner", "group:sales", "NTFS read group:sales")
    # Nobody leaves Domain Users: it leaves the next group, which takes the right from ann, and then that one the last.
    assert ann.leaving == (
        "Remove-ADGroupMember -Identity 'inner' -Members 'Domain Users'",
        "Remove-ADGroupMember -Identity 'sales' -Members 'inner'",
    )


def test_groups_that_are_in_each_other_do_not_hide_each_other():
    directory = directory_of({"sales": ["ann"], "desk": ["inner", "ann"], "inner": ["desk"]})
    share = Layer("share", (allow("desk"), allow("inner")))
    assert [way.principal for way in ways((allow("sales"),), share, directory=directory)] == ["group:sales", "user:ann"]


def test_whoever_the_directory_does_not_know_is_not_lost_among_many_groups():
    directory = directory_of({"sales": ["ann"]})
    many = tuple(allow(f"S-1-5-21-9-9-9-{number}") for number in range(1_500))
    [sales] = ways((allow("sales"),), Layer("share", many), directory=directory)
    assert sales.path == ("group:sales", "NTFS read group:sales", "share read one of its groups")
    assert ways((allow("zoe"),), Layer("share", (*many, deny("zoe"))), directory=directory) != []
    known = Layer("share", (deny("sales"), allow("desk"), allow("bob")))
    assert ways((allow("sales"),), known, directory=directory) == []


def test_people_are_told_of_by_name_with_the_groups_between_and_those_who_are_denied_or_disabled_are_not():
    directory = directory_of({"sales": ["ann", "inner", "zoe"], "inner": ["bob"], "desk": ["ann"]}, disabled=("zoe",))
    found = {way.principal: way.path for way in ways((deny("desk"), allow("sales")), directory=directory)}
    assert found == {
        "group:sales": ("group:sales", "NTFS read group:sales"),
        "user:bob": ("user:bob", "group:inner", "group:sales", "NTFS read group:sales"),
    }
    assert ways((allow("zoe"),), directory=directory) == []
    assert ways((deny("sales"), allow("bob")), directory=directory) == []


def test_whoever_carries_the_sid_of_an_account_is_let_in_where_that_one_is():
    for disabled, told in (("zoe",), {"user:ann"}), ((), {"user:ann", "user:zoe"}):
        directory = directory_of({"sales": ["zoe"]}, disabled=disabled, earlier={"ann": "zoe"})
        found = {way.principal: way.path for way in ways((allow("zoe"),), directory=directory)}
        assert found.keys() == told
        assert found["user:ann"] == ("user:ann", "user:zoe", "NTFS read user:zoe")
        assert ways((deny("zoe"), allow("ann")), directory=directory) == []
        through = {way.principal: way.path for way in ways((allow("sales"),), directory=directory)}
        assert through["user:ann"] == ("user:ann", "user:zoe", "group:sales", "NTFS read group:sales")


def test_a_large_group_is_told_of_as_one_and_who_is_watched_by_name():
    many = [f"u{number}" for number in range(PEOPLE + 1)]
    directory = directory_of({"sales": many, "desk": many[:2]}, more=len(many)).watching(["user:u7", "nobody"])
    assert {way.principal for way in ways((allow("sales"),), directory=directory)} == {"group:sales", "user:u7"}
    assert len(ways((allow("desk"),), directory=directory)) == 3
    assert len(ways((allow("desk"),), directory=directory, files=100_000)) == 1


def test_an_entry_with_a_condition_may_let_in_and_does_not_keep_out():
    maybe = Entry(SID["sales"], READ, allows=True, conditional=True)
    no = Entry(SID["sales"], READ, allows=False, conditional=True)
    [way] = ways((no, maybe))
    assert way.path[1] == "if its condition holds"


def sid_of(name: str) -> str:
    return {"everyone": EVERYONE, "bank\\sales": SID["sales"]}.get(name.casefold(), f"group:{name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (('"Name","ScopeName","AccountName","AccessControlType","AccessRight"\n"data","*","BANK\\Sales","Allow","Change"\n'
          '"data","*","Everyone","Deny","Full"\n"x","*","Everyone","Allow","Full"\n'),
         [(EVERYONE, 0x001F01FF, False), (SID["sales"], 0x001301BF, True)]),
        ("Name;AccountName;AccessControlType;AccessRight\ndata;BANK\\Sales;0;2\n", [(SID["sales"], 0x001200A9, True)]),
        (("Share name        data\nPath              D:\\data\nRemark\nMaximum users     No limit\nPermission        BANK\\Sales, FULL\n"
          "                  Everyone, READ\n\nThe command completed successfully.\n"),
         [(SID["sales"], 0x001F01FF, True), (EVERYONE, 0x001200A9, True)]),
        ("共享名            data\n权限              Everyone, READ\n\n命令成功完成。\n", [(EVERYONE, 0x001200A9, True)]),
        ("REVISION:1\nCONTROL:SR|DP\nOWNER:\nGROUP:\nACL:S-1-5-11:DENIED/0x0/CHANGE\nACL:S-1-1-0:ALLOWED/0x0/0x001200a9\n",
         [(AUTHENTICATED, 0x001301BF, False), (EVERYONE, 0x001200A9, True)]),
        ("[x]\nACL:S-1-5-11:ALLOWED/0x0/FULL\n\n[DATA]\nACL:S-1-1-0:ALLOWED/0x0/FULL\n", [(EVERYONE, 0x001F01FF, True)]),
    ],
)  # fmt: skip
def test_exports_of_a_shares_rights_are_read(text, expected):
    assert [(one.sid, one.mask, one.allows) for one in exported(text, "data", sid_of).entries] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "it holds no rights of the share data"),
        ("Share name        other\nPermission        Everyone, READ\n", "it holds no rights of the share data"),
        ("Name,AccountName,AccessRight\ndata,Everyone,\n", "line 2 cannot be understood"),
        (('"Name","ScopeName","AccountName","AccessControlType","AccessRight"\n"data","*","BANK\\a","Allow","Read"\n'
          '"data,"*","Everyone","Allow","Full"\n'), "line 3 cannot be understood"),
        ('#TYPE x\nName,AccountName,AccessRight\ndata,BANK\\a,Read\ndata,"BANK\\b,Read\ndata,Everyone,Full\n',
         "line 4 cannot be understood"),
        ('Name,AccountName,AccessRight\ndata,BANK\\a,Read\n"data,x",Everyone,Full,\n', "line 3 cannot be understood"),
        ('Name,AccountName,AccessRight\ndata,BANK\\a,Read\n"data,Everyone",Full\n', "line 3 cannot be understood"),
        ('Name,AccountName,AccessRight\ndata,"BANK\n\\a",Read\n', "line 2 cannot be understood"),
        ('Name,AccountName,AccessRight\ndata,"' + "x" * 200_000 + "\n", "line 2 cannot be understood"),
        ("Permission        Everyone, MAYBE\n", "line 1 cannot be understood"),
        ("ACL:S-1-1-0:ALLOWED/0x0/SOME\n", "line 1 cannot be understood"),
        ("[data]\nACL:what\n", "line 2 cannot be understood"),
    ],
)  # fmt: skip
def test_exports_that_are_wrong_are_refused(text, expected):
    with pytest.raises(Refused, match=expected):
        exported(text, "data", sid_of)


def test_a_cell_of_any_length_is_read():
    name = "x" * 200_000
    (one,) = exported(f"Name,AccountName,AccessRight\n\ndata,{name},Read\n", "data", sid_of).entries
    assert one.sid == f"group:{name}"


def conf(settings: str) -> set[tuple[str, str]]:
    found = configured(f"[global]\ninvalid users = root\n[data]\n{settings}\n", "Data", sid_of)
    assert found is not None
    return {(way.principal, way.privilege) for way in Readers(found.layers).ways((allow(EVERYONE, BOTH),))}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("valid users = ann, @staff", {("user:ann", "read"), ("group:staff", "read")}),
        ("valid users = ann\nwriteable = yes", {("user:ann", "read"), ("user:ann", "write")}),
        ('valid users = ann "@BANK\\Sales"\n  write list = ann\\\n  bob', {("user:ann", "read"), (f"user:{SID['sales']}", "read"), ("user:ann", "write"), (f"user:{SID['sales']}", "write")}),
        ("Read Only = No\nread list = ann", {("world", "read"), ("world", "write")}),
        ("read only = no\n; valid users = ann\n# write list = bob", {("world", "read"), ("world", "write")}),
        ("valid users = %S", {("user:Data", "read")}),
        ("valid users = ann %U", {("world", "read")}),
    ],
)  # fmt: skip
def test_the_lists_of_smb_conf_let_in_and_write(settings, expected):
    assert conf(settings) == expected


def test_what_smb_conf_says_that_is_not_worked_out_is_told_and_the_line_that_closes_is_given():
    text = "[data]\nvalid users = ann @staff\nforce user = svc\ninclude = /etc/x\nadmin users = eve\n"
    assert is_configuration(text)
    found = configured(text, "data", sid_of)
    assert [one.en.partition(" in smb.conf is not taken")[0] for one in found.problems] == [
        "include",
        "forceuser",
        "adminusers",
    ]
    closing = {way.principal: way.closing for way in Readers(found.layers).ways((allow(EVERYONE),))}
    assert closing == {
        "user:ann": ("smb.conf [data]: valid users = @staff",),
        "group:staff": ("smb.conf [data]: valid users = ann",),
    }
    assert configured(text, "other", sid_of) is None
    assert (
        configured("[data]\nvalid users = %U\n", "data", sid_of)
        .problems[0]
        .en.startswith("validusers in smb.conf holds a variable")
    )


@given(st.binary(max_size=120))
def test_an_answer_that_is_none_is_refused(data):
    for answer in (data, data + bytes(4), bytes.fromhex("f6010000000002000400020001000000") + data + bytes(4)):
        try:
            descriptor_of(answer)
        except Refused:
            continue


def test_an_error_of_the_server_is_told():
    with pytest.raises(Refused, match="the server answered with the error 5"):
        descriptor_of(bytes(8) + (5).to_bytes(4, "little"))
