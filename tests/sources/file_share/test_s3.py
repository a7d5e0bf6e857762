"""Buckets of a real S3 endpoint: what is listed, what is read, what everybody may read, and all that goes wrong."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import shlex
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share import remote, s3, s3_rights
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.s3 import Bucket, BucketSource
from pii_audit.sources.file_share.s3_lists import Granted, granted
from pii_audit.sources.interface import Sampling

EVERYTHING = Sampling()
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


@pytest.fixture
def source(store):
    made: list[BucketSource] = []

    def of(place: str, selection: Selection = EVERY_FILE, *, endpoint: str | None = None) -> BucketSource:
        bucket = Bucket.of(f"s3://test:te%2Fst@{place}", endpoint or store.endpoint)
        assert bucket is not None
        made.append(BucketSource("archive", bucket, selection))
        return made[-1]

    yield of
    for one in made:
        one.close()


def listed(source: BucketSource) -> dict[str, str]:
    return {
        one.name if isinstance(one, Asset) else one.asset: "" if isinstance(one, Asset) else one.reason.en
        for one in source.assets()
    }


def assets(source: BucketSource) -> dict[str, Asset]:
    return {one.name: one for one in source.assets() if isinstance(one, Asset)}


def test_objects_below_the_prefix_are_files_and_rules_leave_some_out(store, source):
    name = store.bucket(
        {
            "hz/a.csv": b"mobile\n13800138000\n",
            "hz/2026/big.csv": bytes(2000),
            "hz/2026/b.tmp": b"x",
            "hz/2026/": b"",
            "hz/old/a/1.csv": b"x",
            "hz/old/b/2.csv": b"x",
            "hz/zz.csv": b"x",
            "sh/c.csv": b"x",
        }
    )
    selection = Selection(exclude=("*.tmp", "old/**"), max_size=1000)
    assert listed(source(f"{name}/hz", selection)) == {
        "2026/b.tmp": "excluded by *.tmp",
        "2026/big.csv": "larger than max_size (1000 bytes)",
        "a.csv": "",
        "old/": "excluded by old/**",
        "zz.csv": "",
    }
    ahead = Selection(since=datetime.now(UTC) + timedelta(days=1))
    assert "not changed since" in listed(source(f"{name}/sh", ahead))["c.csv"]
    assert listed(source(f"{name}/nope")) == {".": "the bucket holds nothing under that prefix: check the url"}


def test_a_long_listing_comes_in_pages(store, source, monkeypatch):
    monkeypatch.setattr(s3, "PAGE", 2)
    name = store.bucket(dict.fromkeys(("1.csv", "2.csv", "3.csv", "old/4.csv", "old/5.csv", "old/6.csv", "z.csv"), b""))
    assert list(listed(source(name, Selection(exclude=("old/**",))))) == ["1.csv", "2.csv", "3.csv", "old/", "z.csv"]


def test_every_format_is_read_as_in_a_folder(store, source, read_all, tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE cust (mobile TEXT)")
        database.execute("INSERT INTO cust VALUES ('13800138000')")
    database.close()
    rows = "".join(f"{number},1380013{number:04}\n" for number in range(9000))
    name = store.bucket(
        {
            "a.csv.gz": gzip.compress(f"no,mobile\n{rows}".encode()),
            "a.db": (tmp_path / "a.db").read_bytes(),
            "empty.csv": b"",
        }
    )
    share = source(name)
    found = assets(share)
    [packed] = read_all(share.open(found["a.csv.gz"], EVERYTHING))
    [sampled] = read_all(share.open(found["a.csv.gz"], Sampling(50)))
    tables = read_all(share.open(found["a.db"], EVERYTHING))
    [empty] = read_all(share.open(found["empty.csv"], EVERYTHING))
    assert (packed.status, packed.coverage.rows, sampled.coverage.rows) == ("inspected", 9000, 50)
    assert (sampled.status, sampled.coverage.total) == ("sampled", 9000)
    assert [one.asset.name for one in tables if one.rows] == ["a.db!cust"]
    assert (empty.status, empty.coverage.rows or 0) == ("inspected", 0)


@pytest.mark.parametrize(
    "key", ["../up.csv", "/root.csv", "a//b.csv", "tab\t\x1b[31m.csv", "客户 +&?.csv", r"c:\x41.csv"]
)
def test_hostile_keys_are_listed_and_read_as_they_are(store, source, read_all, key):
    share = source(store.bucket({f"in/{key}": b"mobile\n13800138000\n"}) + "/in")
    [asset] = assets(share).values()
    [read] = read_all(share.open(asset, EVERYTHING))
    assert (read.status, read.coverage.rows) == ("inspected", 1)


class _Cut(io.BytesIO):
    """A part of an object whose connection is lost after so many bytes."""

    def __init__(self, data: bytes, good: int) -> None:
        super().__init__(data[:good])

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        if not data:
            from botocore.exceptions import ReadTimeoutError

            raise ReadTimeoutError(endpoint_url="secret")
        return data


def _cutting(share: BucketSource, data: bytes, times: int, monkeypatch, then=lambda: None) -> list[int]:
    """Loses the connection after 500 kB so many times; gives where reading began."""
    begun: list[int] = []
    file = share.file

    def cutting(relative):
        begin = file(relative)

        def part(at):
            begun.append(at)
            body = begin(at)
            if len(begun) > times:
                return body
            body.close()
            then()
            return _Cut(data[at:], 500_000 if at == 0 else 0)

        return part

    monkeypatch.setattr(share, "file", cutting)
    monkeypatch.setattr(remote, "PAUSES", (0, 0))
    return begun


DATA = b"no,mobile\n" + b"".join(b"%d,13800138000\n" % number for number in range(80_000))


@pytest.mark.parametrize(("times", "status"), [(1, "inspected"), (2, "inspected"), (9, "failed")])
def test_a_lost_connection_is_taken_up_where_it_broke_else_what_was_read_counts(
    store, source, read_all, monkeypatch, times, status
):
    share = source(store.bucket({"a.csv": DATA}))
    [asset] = assets(share).values()
    begun = _cutting(share, DATA, times, monkeypatch)
    [read] = read_all(share.open(asset, EVERYTHING))
    assert (read.status, begun[:2]) == (status, [0, 500_000])
    assert (read.coverage.rows == 80_000) == (status == "inspected")
    assert read.coverage.rows > 10_000
    assert status == "inspected" or read.reason.startswith("the object store cannot be reached, or went away")


def test_an_object_that_changes_while_it_is_read_is_not_read_on(store, source, read_all, monkeypatch):
    name = store.bucket({"a.csv": DATA})
    share = source(name)
    [asset] = assets(share).values()
    changes = lambda: store.client.put_object(Bucket=name, Key="a.csv", Body=b"other\n" + DATA)  # noqa: E731
    _cutting(share, DATA, 1, monkeypatch, then=changes)
    [read] = read_all(share.open(asset, EVERYTHING))
    assert read.status == "failed"
    assert read.reason.startswith("changed while it was read; only what came before was read")
    assert read.coverage.rows > 10_000


def test_an_object_that_vanished_is_in_the_ledger(store, source, read_all):
    name = store.bucket({"a.csv": b"x"})
    share = source(name)
    [asset] = assets(share).values()
    store.client.delete_object(Bucket=name, Key="a.csv")
    [read] = read_all(share.open(asset, EVERYTHING))
    assert (read.status, read.reason) == ("failed", "vanished before it was read")


def test_no_bucket_and_no_store_are_in_the_ledger(source):
    assert listed(source("pii-no-such-bucket")) == {".": "there is no such bucket: check the url and the endpoint"}
    assert listed(source("b", endpoint="http://127.0.0.1:9"))["."].startswith("the object store cannot be reached")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("SignatureDoesNotMatch", "the store refuses the access key: check the key, its secret and its expiry"),
        ("AccessDenied", "permission denied (s3:ListBucket, s3:GetObject)"),
        ("Odd", "the store answered with the error Odd"),
        ("\x1b[31m", "permission denied"),
        ("客户", "the store answered with the error ?"),
    ],
)
def test_a_store_that_refuses_is_in_the_ledger_in_words_without_the_secret(source, refusing, read_all, code, reason):
    share = source("b", endpoint=refusing(code))
    [said] = listed(share).values()
    [read] = read_all(share.open(Asset("archive", "a.csv", share.kind), EVERYTHING))
    assert said.startswith(reason)
    assert read.reason.startswith(reason)
    rights = [one.reason.en for one in share.grants() if isinstance(one, Coverage)]
    assert {one.removeprefix("rights: ").split(" (")[0] for one in rights} == {said.split(" (")[0]}
    assert "te/st" not in repr(share._bucket)


def test_access_lists_that_may_not_be_asked_for_are_told_once_and_policies_still_count(store, source, monkeypatch):
    from botocore.exceptions import ClientError

    name = store.bucket({"a.csv": b"x", "b.csv": b"x"})
    store.policy(name, {**PUBLIC, "Resource": f"arn:aws:s3:::{name}/*"})
    share = source(name)

    def denied(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObjectAcl")

    monkeypatch.setattr(share._connected(), "get_object_acl", denied)
    found = list(share.grants())
    [told] = [one for one in found if isinstance(one, Coverage)]
    assert told.asset == "."
    assert "s3:GetObjectAcl" in told.reason.en
    assert [one.asset for one in found if isinstance(one, Grant)] == ["archive:a.csv", "archive:b.csv"]


def _rights(source: BucketSource) -> set[tuple[str, str, str]]:
    grants = (one for one in source.grants() if isinstance(one, Grant))
    return {(one.principal, one.asset.removeprefix("archive:"), one.privilege) for one in grants}


def test_a_public_policy_opens_what_it_names_with_the_command_that_closes_it(store, source):
    name = store.bucket({"open/a.csv": b"x", "open/not.csv": b"x", "closed.csv": b"x"})
    arn = f"arn:aws:s3:::{name}"
    staff = "arn:aws:iam::123456789012:user/zhang"
    store.policy(
        name,
        {**PUBLIC, "Sid": "Web", "Resource": f"{arn}/open/*"},
        {**PUBLIC, "Effect": "Deny", "Resource": f"{arn}/open/not.*"},
        {**PUBLIC, "Resource": f"{arn}/*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {**PUBLIC, "Action": "s3:Put*", "Principal": {"AWS": staff}, "Resource": f"{arn}/closed.csv"},
    )
    share = source(name)
    inside = {("group:aws:SourceIp 10.0.0.0/8", key, "read") for key in ("open/a.csv", "closed.csv")}
    written = {(f"user:{staff}", "closed.csv", privilege) for privilege in ("write", "read")}
    assert _rights(share) == {("world", "open/a.csv", "read"), *inside, *written}
    [grant] = [one for one in share.grants() if isinstance(one, Grant) and one.principal == "world"]
    assert grant.opened_by == 'bucket policy "Web"'
    words = shlex.split(grant.closing[0])
    assert words[:7] == ["aws", "s3api", "put-bucket-policy", "--endpoint-url", store.endpoint, "--bucket", name]
    store.client.put_bucket_policy(Bucket=name, Policy=words[-1])
    assert len(json.loads(words[-1])["Statement"]) == 3
    assert _rights(source(name)) == inside | written


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": {"AWS": ["*"]}}, True),
        ({"Action": ["s3:List*", "s3:Get*"]}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, True),
        ({"Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, False),
        ({"Condition": {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "::/8"]}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.7"}}}, False),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}}, True),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}}}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalTag/org}"}}}, True),
        ({"Action": "s3:GetObjectVersion"}, True),
        ({"Action": "s3:GetObjectTagging"}, False),
        ({"NotAction": "s3:PutObject", "Action": None}, True),
        ({"NotAction": ["s3:Get*", "s3:Put*"], "Action": None}, False),
        # Whoever may write the object's access list or the bucket's policy gives himself the rest.
        ({"NotAction": "s3:Get*", "Action": None}, True),
        ({"Action": "s3:PutObjectAcl"}, True),
        ({"Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::NAME"}, True),
        ({"Action": "s3:PutBucketPolicy"}, False),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "arn:*:iam::123456789012:*"}}}, True),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::123456789012:*"}}}, False),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"}}}, False),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "*:role/app"}}}, True),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}}, True),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}}}, False),
        ({"Condition": {"StringLike": {"aws:userid": "*"}}}, True),
        ({"Condition": {"StringLike": {"aws:userid": "*:zhang"}}}, True),
        ({"Condition": {"StringLike": {"aws:userid": "AROA0123456789:*"}}}, False),
        ({"Condition": {"StringEquals": {"aws:username": "zhang"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}}, True),
        ({"Condition": {"StringLike": {"aws:SourceVpce": "vpce-*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalAccount": "1234????????"}}}, True),
        ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}}, False),
        ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-1/*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/x", "arn:*"]}}}, True),
        ({"Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:user/zhang"}}, True),
        ({"Resource": "arn:aws:s3:::NAME/${aws:username}"}, True),
        ({"Resource": "arn:aws:s3:::NAME/${*}"}, False),
        ({"Resource": "arn:aws:s3:::NAME/b*"}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::NAME/a*"}, False),
        ({"Action": "s3:ListBucket"}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_what_a_statement_means_for_everybody(store, source, statement, public):
    name = store.bucket({"a.csv": b"x"})
    store.policy(name, filled({**PUBLIC, "Resource": "arn:aws:s3:::NAME/*", **statement}, name))
    assert (("world", "a.csv", "read") in _rights(source(name))) is public


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ({"AWS": "arn:*"}, "world"),
        ({"AWS": "arn:aws:*"}, "world"),
        ({"AWS": "arn:aws:iam::*:root"}, "world"),
        ({"AWS": "arn:aws:iam::*:user/zhang"}, "world"),
        ({"Federated": "*"}, "world"),
        ({"AWS": "arn:aws:iam::123456789012:user/*"}, "group:arn:aws:iam::123456789012:user/*"),
        ({"AWS": "arn:aws:iam::123456789012:root"}, "group:arn:aws:iam::123456789012:root"),
    ],
)
def test_patterns_for_principals_are_everybody_where_they_fix_no_account(principal, told):
    statements = {**PUBLIC, "Principal": principal, "Resource": "arn:aws:s3:::b/*"}
    assert _by_policy(statements) == {told}


@pytest.mark.parametrize("principal", [{"AWS": "arn:aws:iam::*:root"}, {"AWS": "arn:*"}])
def test_a_denial_of_a_pattern_is_none_of_everybody(principal):
    both = {**PUBLIC, "Resource": "arn:aws:s3:::b/*"}
    assert _by_policy(both, {**both, "Effect": "Deny", "Principal": principal}) == {"world"}
    spared = {"Effect": "Deny", "Principal": None, "NotPrincipal": principal}
    assert _by_policy(both, {**both, **spared}) == {"world"}


def test_whom_a_condition_lets_in_alone_is_told_of_as_such():
    statement = {**PUBLIC, "Resource": "arn:aws:s3:::b/*"}
    condition = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}}}
    assert _by_policy({**statement, **condition}) == {"group:aws:PrincipalOrgID o-1, o-2"}
    assert _by_policy({**statement, **condition}, {**statement, "Effect": "Deny"}) == set()


class Client:
    """A store that answers with these settings of a bucket and with this access list of every object."""

    def __init__(self, policy: str | None = None, bucket: Any = None, listed: Any = None) -> None:
        self.get_public_access_block = self.get_bucket_ownership_controls = lambda **_: {}
        self.get_bucket_policy = lambda **_: {"Policy": policy}
        self.get_bucket_acl, self.get_object_acl = lambda **_: bucket or {}, lambda **_: listed or {}


def _by_policy(*statements: dict[str, Any]) -> set[str]:
    rights = s3_rights.BucketRights(
        Client(json.dumps({"Statement": [filled(one, "b") for one in statements]})), "b", None
    )
    rights.load()
    assert not rights.problems
    return {one.principal for one in rights.grants("archive:a.csv", "a.csv")}


def filled(statement: dict[str, Any], bucket: str) -> dict[str, Any]:
    """A statement about that bucket, without what it says nothing of."""
    told = {key: value for key, value in statement.items() if value is not None}
    return json.loads(json.dumps(told).replace("NAME", bucket))


STAFF = "arn:aws:iam::123456789012:user/zhang"


@pytest.mark.parametrize(
    ("denial", "left"),
    [
        ({"Principal": "*"}, set()),
        ({"Principal": {"AWS": STAFF}}, {"world"}),
        ({"Principal": {"AWS": "123456789012"}}, {"world"}),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, {"world"}),
        ({"Principal": {"AWS": "arn:aws:iam::210987654321:root"}}, {"world", STAFF}),
        ({"Principal": None, "NotPrincipal": {"AWS": STAFF}}, {STAFF}),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, {"world", STAFF}),
        ({"Principal": "*", "Action": "s3:GetObject"}, {"world", STAFF}),
        ({"Principal": "*", "Resource": "arn:aws:s3:::NAME/${aws:username}"}, {"world", STAFF}),
        ({"Principal": "*", "Resource": None, "NotResource": "arn:aws:s3:::NAME/${aws:username}"}, {"world", STAFF}),
        ({"Principal": "*", "Resource": None, "NotResource": "arn:aws:s3:::NAME/b*"}, set()),
    ],
)
def test_what_a_denial_leaves(store, source, denial, left):
    name = store.bucket({"a.csv": b"x"})
    both = {**PUBLIC, "Action": "s3:Get*", "Resource": "arn:aws:s3:::NAME/*"}
    statements = ({**both, "Principal": {"AWS": STAFF}}, both, {**both, **denial, "Effect": "Deny"})
    store.policy(name, *(filled(one, name) for one in statements))
    assert {who.removeprefix("user:") for who, _, _ in _rights(source(name))} == left


@pytest.mark.parametrize(
    "policy",
    ["", "{", "[]", "{}", '{"Statement": 1}', '{"Statement": {"Sid": "a"}}', "[" * 9999]
    + [f'{{"Statement": {{"Effect": "Allow", {more}}}}}' for more in ('"Condition": [1]', '"Condition": {"a": 1}')],
)
def test_a_policy_that_cannot_be_understood_is_told(policy):
    rights = s3_rights.BucketRights(Client(policy), "b", None)
    rights.load()
    said = [problem.what.en for problem in rights.problems]
    assert said == ([] if policy == "{}" else ["the bucket's policy cannot be understood"])


SPARED = {"Principal": None, "NotPrincipal": {"AWS": [STAFF, "arn:aws:iam::210987654321:role/app"]}, "Effect": "Deny"}


@pytest.mark.parametrize(
    ("opened", "denials", "left"),
    [
        ("*", [SPARED], {f"user:{STAFF}", "role:arn:aws:iam::210987654321:role/app"}),
        ("*", [SPARED, {"Effect": "Deny", "Principal": {"AWS": STAFF}}], {"role:arn:aws:iam::210987654321:role/app"}),
        ("*", [SPARED, {"Effect": "Deny"}], set()),
        ("*", [{**SPARED, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], {"world"}),
        (STAFF.split(":")[4], [SPARED], {f"user:{STAFF}"}),
        ("300000000003", [SPARED], set()),
    ],
)
def test_whom_a_denial_spares_by_name_still_reads(opened, denials, left):
    everything = {**PUBLIC, "Resource": "arn:aws:s3:::NAME/*", "Action": "s3:*"}
    assert _by_policy({**everything, "Principal": {"AWS": opened}}, *({**everything, **one} for one in denials)) == left


def test_whom_a_denial_spares_by_name_still_reads_by_an_access_list():
    listed = {"Grants": [{"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}
    denial = filled({**PUBLIC, **SPARED, "Resource": "arn:aws:s3:::NAME/*", "Action": "s3:*"}, "b")
    rights = s3_rights.BucketRights(Client(json.dumps({"Statement": denial}), listed=listed), "b", None)
    rights.load()
    found = {one.principal for one in rights.grants("archive:a.csv", "a.csv")}
    assert found == {f"user:{STAFF}", "role:arn:aws:iam::210987654321:role/app"}


def test_access_lists_open_objects_unless_they_are_off_or_ignored(store, source):
    name = store.bucket({"a.csv": b"x", "b.csv": b"x"})
    store.client.put_object_acl(Bucket=name, Key="b.csv", ACL="public-read")
    [grant] = source(name).grants()
    assert (grant.principal, grant.asset, grant.opened_by) == ("world", "archive:b.csv", "object ACL AllUsers READ")
    assert grant.closing == (
        f"aws s3api put-object-acl --endpoint-url {store.endpoint} --acl private --bucket {name} --key b.csv",
    )
    block = {
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
        "BlockPublicAcls": False,
        "BlockPublicPolicy": False,
    }
    store.policy(name, {**PUBLIC, "Resource": f"arn:aws:s3:::{name}/a.csv"})
    assert len(_rights(source(name))) == 2
    store.client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    assert _rights(source(name)) == set()
    store.client.delete_public_access_block(Bucket=name)
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    store.client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=rules)
    assert _rights(source(name)) == {("world", "a.csv", "read")}


ANYBODY = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'


@pytest.mark.parametrize("gives", ["GrantWrite", "GrantFullControl", "GrantWriteACP"])
def test_the_list_of_a_bucket_lets_its_objects_be_changed(store, source, gives):
    name = store.bucket({"a.csv": b"x"})
    store.client.put_bucket_acl(Bucket=name, **{gives: ANYBODY})
    [grant] = (one for one in source(name).grants() if isinstance(one, Grant))
    assert (grant.principal, grant.asset, grant.privilege) == ("world", "archive:a.csv", "write")
    assert grant.opened_by.startswith("bucket ACL AllUsers ")
    assert grant.closing == (f"aws s3api put-bucket-acl --endpoint-url {store.endpoint} --acl private --bucket {name}",)
    block = {"IgnorePublicAcls": True}
    store.client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    assert _rights(source(name)) == set()
    store.client.delete_public_access_block(Bucket=name)
    store.policy(name, {**PUBLIC, "Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"})
    assert _rights(source(name)) == set()


@pytest.mark.parametrize("canned", ["public-read", "authenticated-read", "public-read-write"])
def test_a_bucket_that_everybody_may_list_may_be_open_on_other_stores_than_aws(store, source, canned):
    name = store.bucket({"a.csv": b"x"})
    store.client.put_bucket_acl(Bucket=name, ACL=canned)
    said = [one.reason.en for one in source(name).grants() if isinstance(one, Coverage)]
    assert said == [
        "rights: the bucket's access list gives everybody READ: some stores open its objects by that, and this one does not say"
    ]
    listed = {"Grants": [{"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}
    for endpoint in (None, "https://s3.cn-north-1.amazonaws.com.cn"):
        rights = s3_rights.BucketRights(Client(bucket=listed), "b", endpoint)
        rights.load()
        assert not rights.problems


@pytest.mark.parametrize(
    ("grantee", "told"),
    [
        ({"URI": "http://cam.qcloud.com/groups/global/AllUsers"}, "world"),
        ({"URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, None),
        ({"URI": "http://store.example/groups/staff"}, "group:http://store.example/groups/staff"),
        ({"ID": "other"}, "user:other"),
        ({"ID": "me"}, None),
        ({"EmailAddress": "a@bank.example"}, "user:a@bank.example"),
    ],
)
def test_entries_of_lists_are_for_others_than_the_owner(grantee, told):
    answer = {"Owner": {"ID": "me"}, "Grants": [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]}
    rights = s3_rights.BucketRights(Client(bucket=answer, listed=answer), "b", None)
    rights.load()
    found = {(one.principal, one.privilege) for one in rights.grants("archive:a.csv", "a.csv")}
    assert found == ({(told, "read"), (told, "write")} if told else set())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["Owner", "Grants", "Grantee", "Permission", "URI", "ID", "EmailAddress"]), inner, max_size=4),
)  # fmt: skip


@given(anything)
def test_a_list_that_cannot_be_understood_is_refused(answer):
    with suppress(Refused):
        assert all(isinstance(one, Granted) for one in granted(answer))


def test_a_list_that_cannot_be_understood_is_told(store, source, monkeypatch):
    share = source(store.bucket({"a.csv": b"x"}))
    for operation in ("get_bucket_acl", "get_object_acl"):
        monkeypatch.setattr(
            share._connected(), operation, lambda **_: {"Grants": [{"Grantee": {}, "Permission": "READ"}]}
        )
    assert [(one.asset, one.status, one.reason.en) for one in share.grants()] == [
        (asset, "failed", "rights: an access list cannot be understood") for asset in (".", "a.csv")
    ]


def test_the_entry_of_an_owner_without_a_name_is_for_no_other():
    answer = {
        "Owner": {"ID": "", "DisplayName": ""},
        "Grants": [{"Grantee": {"Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
    }
    rights = s3_rights.BucketRights(Client(bucket=answer, listed=answer), "b", "http://minio.bank.example")
    rights.load()
    assert not rights.problems
    assert not list(rights.grants("archive:a.csv", "a.csv"))


def test_whoever_may_write_an_access_list_can_read(store, source):
    name = store.bucket({"a.csv": b"x"})
    store.client.put_object_acl(
        Bucket=name, Key="a.csv", GrantWriteACP='uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    )
    assert _rights(source(name)) == {("world", "a.csv", "read")}


def test_a_process_of_its_own_connects_by_itself(store, source):
    share = source(store.bucket({"a.csv": b"x"}))
    assert list(assets(pickle.loads(pickle.dumps(share)))) == list(assets(share)) == ["a.csv"]


@pytest.mark.parametrize(
    "url",
    ["s3:///a", "s3://b:1/a", "s3://key@b/a", "s3://b/a?other=1", "s3://b/a?addressing=x", "s3://[b/a"],
)
def test_a_url_that_names_no_bucket_is_none(url):
    assert Bucket.of(url, None) is None
    assert Bucket.of("s3://b/a", "minio.bank.example") is None


def test_an_object_bears_its_mark_until_it_is_written_again(store, source):
    name = store.bucket({"a.csv": b"mobile\n13800138000\n", "b.csv": b"x"})
    bucket = source(name)
    first = assets(bucket)
    for one in first.values():
        assert one.state is not None
        assert one.state.changed is None
        assert bucket.state(one) == one.state == assets(bucket)[one.name].state
    store.client.put_object(Bucket=name, Key="a.csv", Body=b"mobile\n13900139000\n")
    store.client.delete_object(Bucket=name, Key="b.csv")
    assert bucket.state(first["a.csv"]) == assets(bucket)["a.csv"].state != first["a.csv"].state
    assert bucket.state(first["b.csv"]) is None
    assert all(one.state is None for one, _ in bucket.open(first["a.csv"], EVERYTHING))
