"""Exports of Active Directory, as ldifde, ldapsearch, csvde and PowerShell write them, and all that may be wrong in one."""

from __future__ import annotations

import base64
import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.directory import Directory
from pii_audit.directory.ldif import ldif_entries
from pii_audit.directory.loading import load_directory
from pii_audit.directory.memberships import leaving
from pii_audit.directory.sid import sid_bytes, sid_text
from pii_audit.directory.told import Told
from pii_audit.errors import ConfigurationError, Position, UsageError
from pii_audit.workspace import Workspace

BASE = "DC=bank,DC=example"
DOMAIN = "S-1-5-21-1-2-3"


@pytest.fixture
def load(tmp_path):
    def of(*contents: str | bytes) -> Directory:
        names = []
        for number, content in enumerate(contents):
            names.append(f"export{number}.txt")
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / names[-1]).write_bytes(data)
        return load_directory(Workspace(tmp_path, Position("audit.yaml", 1), directory=tuple(names)))

    return of


def sid64(number: int) -> str:
    return base64.b64encode(sid_bytes(f"{DOMAIN}-{number}")).decode()


def user(name: str, number: int, *more: str) -> str:
    lines = (f"dn: CN={name},OU=Staff,{BASE}", "objectClass: top", "objectClass: user", f"sAMAccountName: {name}",
             f"objectSid:: {sid64(number)}", *more)  # fmt: skip
    return "\n".join(lines) + "\n\n"


def group(name: str, number: int, *members: str) -> str:
    listed = (f"member: CN={member},OU=Staff,{BASE}" for member in members)
    lines = (f"dn: CN={name},OU=Staff,{BASE}", "objectClass: group", f"sAMAccountName: {name}",
             f"objectSid:: {sid64(number)}", *listed)  # fmt: skip
    return "\n".join(lines) + "\n\n"


def people(directory: Directory, name: str) -> set[str]:
    node = directory.of_name(name)
    assert node is not None
    return {directory.account(one) for one in directory.persons(directory.among(node).people)}


def said(directory: Directory) -> list[str]:
    return [f"{place}: {what.en}" for place, what in directory.problems]


def test_people_are_in_the_groups_of_their_groups_and_loops_end(load):
    found = load(
        group("Sales", 1201, "Inner", "ann"), group("Inner", 1202, "bob", "Sales"), user("ann", 1101), user("bob", 1102)
    )
    assert people(found, "Sales") == people(found, "Inner") == {"ann", "bob"}
    bob, sales = found.of_name("bob"), found.of_name(r"BANK\sales")
    assert [found.principal(one) for one in found.chain(bob, sales)] == ["user:bob", "group:Inner", "group:Sales"]
    assert found.of_sid(f"{DOMAIN}-1201") == sales == found.of_name("SALES@bank.example")
    assert not found.problems


def test_the_primary_group_is_no_member_attribute_and_disabled_accounts_do_not_log_in(load):
    found = load(
        group("Domain Users", 513),
        group("Desk", 1300),
        user("ann", 1101, "primaryGroupID: 513", "userAccountControl: 512"),
        user("bob", 1102, "primaryGroupID: 1300"),
        user("gone", 1103, "userAccountControl: 514"),
    )
    assert people(found, "Domain Users") == {"ann"}
    assert people(found, "Desk") == {"bob"}
    assert found.principal(found.of_sid(f"{DOMAIN}-513")) == "Domain Users"


def test_folded_and_base64_lines_other_line_ends_and_utf16_are_read(load):
    name = base64.b64encode(f"CN=张三,OU=Staff,{BASE}".encode()).decode()
    text = (
        "version: 1\n# a comment\n#  that goes on\n\n"
        f"DN:: {name}\nobjectclass: user\nsamaccountname:: {base64.b64encode('张三'.encode()).decode()}\n\n"
        f"dn: CN=Sales,OU=Sta\n ff,{BASE}\nobjectClass: group\nsAMAccountName: Sales\nmember:: {name[:20]}\n {name[20:]}\n\n"
        f"dn: CN=Escaped\\2C A,{BASE}\nobjectClass: user\nsAMAccountName: esc\nmemberOf: cn=sales, ou=staff, dc=bank, dc=example\n"
        f"\ndn: CN=Twice\\, B,{BASE}\nobjectClass: group\nsAMAccountName: Twice\nmember: CN=Escaped\\, A,{BASE}\n\n"
    )
    for data in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(),
        text.encode("utf-16"),
    ):
        found = load(data)
        assert people(found, "Sales") == {"张三", "esc"}
        assert people(found, "Twice") == {"esc"}
        assert not found.problems


def test_members_in_portions_are_whole_only_with_the_last_of_them(load):
    portions = ("member;range=0-0: CN=ann", "member;range=1-*: CN=bob")
    text = user("ann", 1101) + user("bob", 1102)
    lines = "\n".join(f"{line},OU=Staff,{BASE}" for line in portions)
    whole = load(text + group("Sales", 1201).rstrip() + f"\n{lines}\n\n")
    assert people(whole, "Sales") == {"ann", "bob"}
    assert not whole.problems
    first = load(text + group("Sales", 1201).rstrip() + f"\n{lines.splitlines()[0]}\n\n")
    assert people(first, "Sales") == {"ann"}
    assert said(first) == ["export0.txt:17: members were exported in portions, and some are missing"]


def test_members_that_the_export_does_not_hold_are_counted_and_those_of_everybody_are_known(load):
    stranger, anybody = "S-1-5-21-9-9-9-1105", "S-1-5-11"
    foreign = "".join(
        f"dn: CN={sid},CN=ForeignSecurityPrincipals,{BASE}\nobjectClass: foreignSecurityPrincipal\n"
        f"objectSid:: {base64.b64encode(sid_bytes(sid)).decode()}\n\n"
        for sid in (stranger, anybody)
    )
    lines = "".join(f"\nmember: CN={sid},CN=ForeignSecurityPrincipals,{BASE}" for sid in (stranger, anybody))
    sales = group("Sales", 1201, "ann", "nobody here").rstrip() + lines + "\n\n"
    alone = load(sales + foreign + user("ann", 1101))
    held = alone.among(alone.of_name("Sales"))
    assert (held.outside, [alone.sid(one) for one in held.open_to]) == (2, [anybody])
    assert people(alone, "Sales") == {"ann"}
    other = (
        user("eve", 1105).replace("bank", "other").replace(sid64(1105), base64.b64encode(sid_bytes(stranger)).decode())
    )
    both = load(sales + foreign + user("ann", 1101), other)
    assert people(both, "Sales") == {"ann", "eve"}
    assert both.among(both.of_name("Sales")).outside == 1


def foreign(name: str, *more: str) -> str:
    lines = (f"dn: CN={name},CN=ForeignSecurityPrincipals,{BASE}", "objectClass: foreignSecurityPrincipal", *more)
    return "\n".join(lines) + "\n\n"


def test_a_foreign_principal_without_a_sid_is_the_one_after_which_it_is_called(load):
    stranger = "S-1-5-21-9-9-9-1105"
    listed = "".join(f"\nmember: CN={name},CN=ForeignSecurityPrincipals,{BASE}" for name in (stranger, "who"))
    sales = group("Sales", 1201).rstrip() + listed + "\n\n"
    eve = user("eve", 1105).replace("bank", "other").replace(f":: {sid64(1105)}", f": {stranger}")
    found = load(sales + foreign(stranger) + foreign("who"), eve)
    assert people(found, "Sales") == {"eve"}
    # Of somebody whose SID nothing tells it is not known who that is.
    assert found.among(found.of_name("Sales")).outside == 1
    assert said(found) == ["export0.txt:11: an objectSid is none, and was not taken"]


def test_a_foreign_principal_with_the_sid_of_a_servers_own_group_is_nobody_elses(load):
    users = "S-1-5-32-545"
    sales = group("Sales", 1201, "ann").rstrip() + f"\nmember: CN={users},CN=ForeignSecurityPrincipals,{BASE}\n\n"
    found = load(sales + foreign(users, f"objectSid: {users}") + user("ann", 1101))
    assert people(found, "Sales") == {"ann"}


@pytest.mark.parametrize("value", ["9999999999", "--5", "-3000000000", "5" * 5000, "x"])
@pytest.mark.parametrize("name", ["primaryGroupID", "groupType", "userAccountControl", "sAMAccountType"])
def test_what_is_no_number_of_32_bits_is_told_and_its_entry_counts(load, name, value):
    more = f"{name}: {value}"
    entry = group("odd", 1104).rstrip() + f"\n{more}\n\n" if name == "groupType" else user("odd", 1104, more)
    found = load(entry + group("Domain Users", 513) + user("ann", 1101))
    node = found.of_name("odd")
    assert node is not None
    assert found.is_person(node) or found.is_group(node)
    assert people(found, "Domain Users") >= {"ann"}
    assert said(found) == [f"export0.txt:1: {name.lower()} is no number of 32 bits, and was not taken"]


@pytest.mark.parametrize("end", ["9" * 5000, "x"])
def test_a_portion_whose_end_is_no_number_is_not_whole(load, end):
    lines = "\n".join((f"member;range=0-{end}: CN=a,{BASE}", f"member;range=5-*: CN=b,{BASE}"))
    found = load(group("Sales", 1201).rstrip() + f"\n{lines}\n\n")
    assert said(found) == ["export0.txt:5: members were exported in portions, and some are missing"]


def test_two_domains_may_have_the_same_name(load):
    other = (
        user("ann", 1101)
        .replace("bank", "other")
        .replace(sid64(1101), base64.b64encode(sid_bytes("S-1-5-21-7-7-7-1101")).decode())
    )
    found = load(user("ann", 1101) + other)
    assert found.of_name("ann") is None
    assert found.principal(found.of_name(r"BANK\ann")) == "user:ann@bank.example"
    assert found.principal(found.of_name("ann@other.example")) == "user:ann@other.example"


def test_entries_of_no_known_domain_are_none_of_another(load):
    listed = f'"Group","SamAccountName","SID"\n"Desk","bob","{DOMAIN}-1102"\n'
    # The short name of the domain is not the first part of the long one.
    assert load(user("ann", 1101), listed).of_name(r"BNK\ann") is not None
    other = user("eve", 1103).replace("bank", "other")
    assert load(user("ann", 1101) + other, listed).of_name(r"BNK\ann") is None


def test_names_are_looked_up_without_going_through_the_whole_export(load):
    found = load("".join(user(f"u{number}", 2000 + number) for number in range(20_000)))
    began = time.process_time()
    assert all(found.of_name(rf"BNK\u{number}") is not None for number in range(20_000))
    assert time.process_time() - began < 5


def test_lists_for_mail_computers_and_groups_of_the_domain_controllers_give_nobody_access(load):
    found = load(
        user("ann", 1101),
        group("News", 1201, "ann").replace("objectClass: group", "objectClass: group\ngroupType: 2"),
        group("Users", 1, "ann").replace(sid64(1), base64.b64encode(sid_bytes("S-1-5-32-545")).decode()),
        user("PC$", 1300).replace("objectClass: user", "objectClass: user\nobjectClass: computer"),
    )
    assert found.of_name("News") is None
    assert found.of_name("Users") is None
    assert found.of_sid("S-1-5-32-545") is None
    assert found.of_name("PC$") is None


@pytest.mark.parametrize("kind", ["msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"])
def test_an_account_that_programs_log_in_as_is_no_computer(load, kind):
    classes = f"objectClass: user\nobjectClass: computer\nobjectClass: {kind}"
    service = user("report$", 1105, "sAMAccountType: 805306369", "primaryGroupID: 515")
    found = load(group("Sales", 1201, "report$") + service.replace("objectClass: user", classes))
    assert people(found, "Sales") == {"report$"}
    off = service.replace("objectClass: user", classes).rstrip() + "\nuserAccountControl: 4098\n\n"
    assert people(load(group("Sales", 1201, "report$") + off), "Sales") == set()


def test_a_sid_that_an_account_had_before_still_lets_it_in(load):
    earlier = base64.b64encode(sid_bytes("S-1-5-21-4-5-6-900")).decode()
    found = load(user("ann", 1101, f"sIDHistory:: {earlier}"))
    assert found.of_sid("S-1-5-21-4-5-6-900") == found.of_name("ann")


EARLIER = ("S-1-5-21-4-5-6-900", "S-1-5-21-4-5-6-901")


@pytest.mark.parametrize(
    "export",
    [
        user("ann", 1101, *(f"sIDHistory: {one}" for one in EARLIER)),
        user("ann", 1101, *(f"sIDHistory: {one.lower()}" for one in EARLIER)),
        f'"sAMAccountName","SID","SIDHistory"\n"ann","{DOMAIN}-1101","{";".join(EARLIER)}"\n',
        "sAMAccountName,objectClass,sIDHistory\nann,user,"
        + ";".join(f"X'{sid_bytes(one).hex()}'" for one in EARLIER)
        + "\n",
    ],
)
def test_a_sid_that_an_account_had_before_counts_however_an_export_writes_it(load, export):
    found = load(export)
    assert [found.of_sid(one) for one in EARLIER] == [found.of_name("ann")] * 2


def elsewhere(text: str, number: int, sid: str) -> str:
    """The same entry in another domain, with that SID."""
    return text.replace("bank", "other").replace(sid64(number), base64.b64encode(sid_bytes(sid)).decode())


def test_whoever_carries_the_sid_of_an_account_that_there_still_is_has_what_that_one_has(load):
    old = elsewhere(user("old", 1101, "userAccountControl: 514") + group("Files", 1201, "old"), 1101, EARLIER[0])
    new = user("ann", 1102, f"sIDHistory: {EARLIER[0]}")
    for exports in ((new, old), (old, new), (old + new,)):
        found = load(*exports)
        ann, owner = found.of_name("ann"), found.of_sid(EARLIER[0])
        assert found.account(owner) == "old"
        assert list(found.persons(found.among(owner).people)) == [ann]
        assert people(found, "Files") == {"ann"}
        assert {found.account(one) for one in found.groups_of(ann)} == {"ann", "old", "Files"}
        chain = found.chain(ann, found.of_name("Files"))
        assert [found.account(one) for one in chain] == ["ann", "old", "Files"]
        assert leaving(found, chain) == (
            f"Set-ADUser -Identity 'ann' -Remove @{{SIDHistory='{EARLIER[0]}'}}",
            "Remove-ADGroupMember -Identity 'Files' -Members 'old'",
        )


def test_a_group_that_came_from_another_has_what_the_other_has_beside_its_own_members(load):
    old = elsewhere(group("Old", 1201, "eve") + user("eve", 1103), 1201, EARLIER[0])
    found = load(old, group("New", 1202, "ann").rstrip() + f"\nsIDHistory: {EARLIER[0]}\n\n" + user("ann", 1101))
    assert people(found, "New") == {"ann"}
    assert people(found, "Old") == {"ann", "eve"}


def test_several_may_carry_one_sid(load):
    found = load(user("ann", 1101, f"sIDHistory: {EARLIER[0]}") + user("bob", 1102, f"sIDHistory: {EARLIER[0]}"))
    node = found.of_sid(EARLIER[0])
    assert {found.account(one) for one in found.persons(found.among(node).people)} == {"ann", "bob"}


def test_a_foreign_principal_is_whoever_carries_its_sid(load):
    sales = group("Sales", 1201).rstrip() + f"\nmember: CN={EARLIER[0]},CN=ForeignSecurityPrincipals,{BASE}\n\n"
    found = load(sales + foreign(EARLIER[0]) + user("ann", 1101, f"sIDHistory: {EARLIER[0]}"))
    assert people(found, "Sales") == {"ann"}
    assert found.among(found.of_name("Sales")).outside == 0


def test_an_earlier_sid_that_is_none_is_told_and_the_others_count(load):
    found = load(user("ann", 1101, "sIDHistory: S-1-x", f"sIDHistory: {EARLIER[0]}"))
    assert said(found) == ["export0.txt:1: an sIDHistory is none, and was not taken"]
    assert found.of_sid(EARLIER[0]) == found.of_name("ann")


def test_csvde_and_powershell_are_read(load):
    hexed = sid_bytes(f"{DOMAIN}-1201").hex()
    csvde = (
        "DN,objectClass,member,objectSid,sAMAccountName,userAccountControl\n"
        f'"CN=Sales,{BASE}",top;group,"CN=ann,{BASE};CN=b\\;b,{BASE}",X\'{hexed}\',Sales,\n'
        f"\"CN=ann,{BASE}\",top;person;user,,,X'{'安'.encode().hex()}',512\n"
        f'"CN=b;b,{BASE}",top;person;user,,,bb,514\n'
    )
    found = load(csvde)
    assert people(found, r"BANK\Sales") == {"安"}
    assert found.of_sid(f"{DOMAIN}-1201") == found.of_name("Sales")
    powershell = (
        '#TYPE Selected.Microsoft.ActiveDirectory.Management.ADPrincipal\r\n"Group";"distinguishedName";"SamAccountName";"objectClass";"SID"\r\n'
        f'"Desk";"CN=bob,{BASE}";"bob";"user";"{DOMAIN}-1102"\r\n"Desk";"CN=Inner,{BASE}";"Inner";"group";"{DOMAIN}-1202"\r\n'
        f'"Inner";"CN=eve,{BASE}";"eve";"user";"{DOMAIN}-1103"\r\n"Inner";"CN=bob,{BASE}";"bob";"user";"{DOMAIN}-1102"\r\n'
    )
    users = f'"SamAccountName","Enabled","SID"\n"eve","False","{DOMAIN}-1103"\n"bob","True","{DOMAIN}-1102"\n'
    found = load(powershell.encode("utf-16"), users)
    assert people(found, "Desk") == {"bob"}
    assert not found.problems


def test_a_list_of_members_without_their_group_is_that_of_the_group_after_which_the_file_is_called(load):
    header = '"distinguishedName","name","objectClass","objectGUID","SamAccountName","SID"\n'
    found = load(header + f'"CN=ann,{BASE}","ann","user","x","ann","{DOMAIN}-1101"\n')
    assert people(found, "export0") == {"ann"}


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("objectClass: user\nsAMAccountName: x\n\n", "1: an entry without dn was not read"),
        ("dn: CN=x\nobjectClass: user\nobjectSid:: !!!\n\n", "3: a value is no base64, and was not read"),
        ("dn: CN=x\nobjectClass: user\nobjectSid: S-1-x\n\n", "1: an objectSid is none, and was not taken"),
        ("dn: CN=x\nobjectClass: user\nthis is torn\n\n", '3: is not "name: value"'),
        ("dn: CN=x\nchangetype: modify\nadd: member\nmember: CN=y\n-\n\n", "1: is a change and no entry, and was not read"),
        ("dn: CN=x\nmember:< file:///etc/passwd\n\n", "2: a value lies elsewhere (a URL), and was not read"),
        ("dn: CN=x\nobjectClass: user\n\ndn: cn=X\nobjectClass: user\n\n",
         "4: a dn stands there more than once; its entries are taken together"),
        ("dn: CN=x\nobjectClass: user\ndn: CN=y\nobjectClass: user\n\n", "3: no empty line stands before an entry"),
        ("# search result\nsearch: 2\nresult: 4 Size limit exceeded\n\n",
         "3: the export did not succeed, so that entries are missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_entry_is_told_with_its_line_and_the_others_are_read(load, broken, expected):
    found = load(broken + user("ann", 1101))
    assert f"export0.txt:{expected}" in said(found)
    assert found.of_name("ann") is not None
    assert len(said(found)) == 1


def test_what_stands_between_entries_is_no_entry(load):
    text = (
        user("ann", 1101)
        + "# refldaps://x\nref: ldap://x/\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n"
    )
    assert not load(text).problems


def test_objections_of_one_kind_are_counted(load):
    found = load("sAMAccountName: x\n\nsAMAccountName: y\n\n" + user("ann", 1101))
    assert said(found) == ["export0.txt:1: an entry without dn was not read (and 1 more like it)"]


def test_an_export_that_was_cut_off_is_told_and_what_it_holds_is_read(load):
    found = load((user("ann", 1101) + user("bob", 1102)).rstrip()[:-9])
    assert said(found)[0] == "export0.txt:11: the file ends within a line, and may have been cut off there"
    assert found.of_name("ann") is not None


def test_names_in_gb18030_are_read_and_told(load):
    text = group("Sales", 1201, "张三") + user("张三", 1101)
    found = load(text.encode("gb18030"))
    assert people(found, "Sales") == {"张三"}
    assert said(found) == ["export0.txt:7: is not UTF-8, and was read as GB 18030"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "export0.txt:1: holds no entries: it is no LDIF or CSV, or empty"),
        ("# nothing\n", "export0.txt:1: "),
        ("name,mail\nann,a@b.example\n", "export0.txt:1: columns are missing: one of DN (distinguishedName), objectSid (SID)"),
        ("SamAccountName\n", "export0.txt:1: holds no entries"),
    ],
)  # fmt: skip
def test_a_file_without_entries_is_an_error_with_its_place(load, content, expected):
    with pytest.raises(ConfigurationError) as error:
        load(content)
    assert expected in str(error.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="the directory export cannot be read"):
        load_directory(Workspace(tmp_path, Position("audit.yaml", 1), directory=("no.ldif",)))


def test_rows_that_are_wrong_are_told_and_the_others_are_read(load):
    found = load(
        "SamAccountName,SID,MemberOf,ObjectClass\nann,S-1-5-21-1-2-3-1101\n,,x,user\n"
        "bob,S-1-5-21-1-2-3-1102,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection,user\n"
        'eve,S-1-5-21-1-2-3-1103,"not closed,user\n'
    )
    assert said(found) == [
        "export0.txt:2: a row has not as many columns as the header, and was not read",
        "export0.txt:3: a row without DN, SID or account name was not read",
        "export0.txt:4: a cell holds the name of a type and no values: join them with -join ';' when exporting",
        "export0.txt:5: a quote is not closed, or the line is no CSV",
    ]
    assert found.of_name("bob") is not None


def test_pieces_of_any_size_give_the_same_entries():
    text = (
        "version: 1\r\n\r\n" + user("ann", 1101).replace("\n", "\r\n") + user("bob", 1102) + "\n\n" + user("eve", 1103)
    ).encode()
    whole = list(ldif_entries([text], ("objectsid",), Told("x")))
    assert [one.line for one in whole] == [3, 9, 17]
    for size in (1, 2, 3, 7, 50):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert list(ldif_entries(pieces, ("objectsid",), Told("x"))) == whole


@pytest.mark.parametrize(
    "line",
    ["member: CN=u{}", "member: CN=u{},OU=Sta\n ff", "member:: !{}", "member:< file:///{}", "member;range={0}-{0}: CN=u{0}",
     "dn: CN=u{}\nobjectClass: user"],
)  # fmt: skip
def test_a_large_entry_takes_time_in_proportion_even_where_each_of_its_values_is_wrong(line):
    many = 20_000
    text = "\n".join((f"dn: CN=Sales,{BASE}", *(line.format(number) for number in range(many)), "")).encode()
    for size in (1 << 12, 1 << 20):
        told, began = Told("x"), time.process_time()
        found = list(ldif_entries((text[at : at + size] for at in range(0, len(text), size)), ("member",), told))
        assert time.process_time() - began < 5
        assert len(found) == (many + 1 if line.startswith("dn") else 1)
        assert found[-1].line == (2 * many if line.startswith("dn") else 1)
        assert all(place == "x:2" for place, _ in told.problems())


def test_members_are_those_of_a_plain_walk_over_any_graph(load):
    chosen = random.Random(5)
    for _ in range(20):
        names = [f"g{number}" for number in range(8)] + [f"u{number}" for number in range(8)]
        edges = {name: chosen.sample(names, chosen.randrange(5)) for name in names[:8]}
        found = load("".join(group(name, 1200 + at, *edges[name]) for at, name in enumerate(names[:8])),
                     "".join(user(name, 1100 + at) for at, name in enumerate(names[8:])))  # fmt: skip
        for name in names[:8]:
            reached, front = set(), [name]
            while front:
                for member in edges.get(front.pop(), ()):
                    if member not in reached:
                        reached.add(member)
                        front.append(member)
            assert people(found, name) == {one for one in reached if one.startswith("u")}
            for one in reached - {name}:
                way = [found.account(step) for step in found.chain(found.of_name(one), found.of_name(name))]
                assert (way[0], way[-1]) == (one, name)
                assert all(below in edges[above] for below, above in pairwise(way))


@given(st.binary(max_size=400))
def test_what_is_no_ldif_is_told_and_never_an_error(data):
    list(ldif_entries([b"dn: a\n", data], ("member", "objectsid"), Told("x")))


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=15), st.integers(0, 2**48 - 1))
def test_a_sid_is_read_back_as_it_is_written(numbers, authority):
    text = "-".join(map(str, ("S-1", authority, *numbers)))
    assert sid_text(sid_bytes(text)) == text


def test_people_are_spelled_as_lists_spell_them(load):
    found = load(user("Ann", 1101) + user("bob", 1102) + group("sales", 1201, "Ann")).watching(
        ["ann", "BANK\\Bob", "group:Sales", "x"]
    )
    assert [found.principal(found.of_name(name)) for name in ("ANN", "bob", "sales")] == [
        "user:ann",
        "user:Bob",
        "group:Sales",
    ]
    assert {found.account(one) for one in found.persons(found.watched)} == {"ann", "Bob"}
