"""A bucket of an S3-compatible store: objects listed page by page, read in one request each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import shown, spelled
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.remote import Entry, Part, RemoteShare
from pii_audit.sources.file_share.s3_rights import BucketRights
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.interface import ROOT_NAME, Absent, failed, skipped
from pii_audit.sources.reading import unreadable

if TYPE_CHECKING:
    from botocore.client import BaseClient

PAGE = 1000
"""Objects in one answer, which is the most that stores give."""
REGION = "us-east-1"
"""Signs for stores that have no regions."""
CONNECT, READ = 15, 60
"""Seconds."""
OPTIONS = frozenset({"region", "profile", "addressing"})
_LAST = "\U0010ffff"
"""Sorts behind every other character of a key."""
_CODE = re.compile(r"[A-Za-z0-9.]{1,60}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where to look, and as whom: by the key in the URL, else by what the AWS tools find (environment, profile, role)."""

    name: str
    prefix: str
    endpoint: str | None = None
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    region: str | None = None
    profile: str | None = None
    addressing: str = "auto"

    @classmethod
    def of(cls, url: str, endpoint: str | None) -> Bucket | None:
        """That of `s3://KEY:SECRET@bucket/prefix?region=…`; None where the URL is no such."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        user, _, name = parts.netloc.rpartition("@")
        key, colon, secret = user.partition(":")
        addressing = options.get("addressing", "auto")
        if not name or ":" in name or bool(user) != bool(colon) or options.keys() - OPTIONS:
            return None
        if addressing not in ("auto", "path", "virtual"):
            return None
        if endpoint is not None and not re.fullmatch(r"https?://[^/?#@]+/?", endpoint):
            return None
        prefix = unquote(parts.path).lstrip("/")
        return cls(
            name,
            f"{prefix.rstrip('/')}/" if prefix else "",
            endpoint,
            unquote(key) or None,
            unquote(secret) or None,
            options.get("region"),
            options.get("profile"),
            addressing,
        )


class BucketSource(RemoteShare):
    """The objects below a prefix of a bucket, by their keys without it."""

    def __init__(self, id_: str, bucket: Bucket, selection: Selection = EVERY_FILE, layouts: Layouts = ()) -> None:
        super().__init__(id_, selection, layouts)
        self._bucket = bucket
        self._client: BaseClient | None = None

    def entries(self) -> Iterator[Entry | Coverage]:
        after, empty = "", True
        while True:
            for one in self._listed(after):
                empty = False
                relative = one["Key"].removeprefix(self._bucket.prefix)
                folder = self._left_out(relative)
                if folder is not None:
                    # Whatever is below it is neither asked for nor listed.
                    after = f"{self._bucket.prefix}{folder.path}/{_LAST}"
                    yield skipped(self.id, f"{shown(folder.path)}/", folder.reason)
                    break
                if relative and not (relative.endswith("/") and not one["Size"]):
                    yield _entry(relative, one["Size"], one)
            else:
                break
        if empty and self._bucket.prefix:
            raise Refused(
                Absent(
                    "存储桶里没有这个前缀下的对象:请检查 url",
                    "the bucket holds nothing under that prefix: check the url",
                )
            )

    def file(self, relative: str) -> Callable[[int], Part]:
        return _Object(self._connected(), self._bucket.name, self._bucket.prefix + relative)

    def listed(self, relative: str) -> Entry | None:
        there = self._connected().head_object(Bucket=self._bucket.name, Key=self._bucket.prefix + relative)
        return _entry(relative, there["ContentLength"], there)

    def grants(self) -> Iterator[Grant | Coverage]:
        try:
            rights = BucketRights(self._connected(), self._bucket.name, self._bucket.endpoint)
            rights.load()
        except Exception as error:  # noqa: BLE001 - botocore and its settings raise what they like
            yield failed(self.id, ROOT_NAME, self._of_rights(error))
            return
        for problem in rights.problems:
            yield failed(self.id, ROOT_NAME, self._of_rights(problem))
        for one in self.assets():
            if not isinstance(one, Asset):
                continue
            try:
                yield from rights.grants(one.id, self._bucket.prefix + spelled(one.name))
            except Exception as error:  # noqa: BLE001 - as above
                if self.explained(error) is _DENIED:
                    # Whoever may not ask for one list may ask for none, and one row says so.
                    rights.lists = False
                    yield failed(self.id, ROOT_NAME, self._of_rights(error))
                else:
                    yield failed(self.id, one.name, self._of_rights(error))

    def lost(self, error: Exception) -> bool:
        from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415 - a scan loads what it reads

        return isinstance(error, HTTPClientError | IncompleteReadError | OSError)

    def why(self, error: Exception) -> Text:
        return _why(error)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def __getstate__(self) -> dict[str, object]:
        """A process of its own connects by itself."""
        return {**self.__dict__, "_client": None}

    def _of_rights(self, error: Exception) -> Text:
        reason = self.explained(error)
        if reason is _DENIED:
            reason = _RIGHTS_DENIED
        return Text(f"访问权限：{reason.zh}", f"rights: {reason.en}")

    def _listed(self, after: str) -> Iterator[dict[str, Any]]:
        """The objects whose keys sort behind one, a page in memory at a time."""
        pages = self._connected().get_paginator("list_objects_v2")
        asked = {"Bucket": self._bucket.name, "Prefix": self._bucket.prefix}
        if after:
            asked["StartAfter"] = after
        for page in pages.paginate(**asked, PaginationConfig={"PageSize": PAGE}):
            yield from page.get("Contents", ())

    def _left_out(self, relative: str) -> _Folder | None:
        """The outermost folder of an object that a rule leaves out with all that is in it."""
        at = relative.find("/")
        while at >= 0:
            reason = self._selection.folder_rule(relative[:at])
            if reason:
                return _Folder(relative[:at], reason)
            at = relative.find("/", at + 1)
        return None

    def _connected(self) -> BaseClient:
        """The client; raises what botocore raises of its settings."""
        if self._client is None:
            from botocore.config import Config  # noqa: PLC0415 - a scan loads what it reads
            from botocore.session import Session  # noqa: PLC0415 - as above

            bucket = self._bucket
            session = Session(profile=bucket.profile)
            self._client = session.create_client(
                "s3",
                region_name=bucket.region or session.get_config_variable("region") or REGION,
                endpoint_url=bucket.endpoint,
                aws_access_key_id=bucket.key,
                aws_secret_access_key=bucket.secret,
                config=Config(
                    connect_timeout=CONNECT,
                    read_timeout=READ,
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    s3={"addressing_style": bucket.addressing},
                    # Other stores than AWS's do not all know the newer checksums.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        return self._client


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    reason: Text


def _entry(relative: str, size: int, said: Mapping[str, Any]) -> Entry:
    """An object by its ETag, which is of its content, and its time, which only a list has in fractions of a second."""
    changed, tag = said["LastModified"].timestamp(), said.get("ETag")
    return Entry(relative, size, changed, mark=f"{size} {int(changed)} {tag}" if tag else None)


class _Object:
    """An object from some byte on; from the second time on only while it is the one that it was."""

    def __init__(self, client: BaseClient, bucket: str, key: str) -> None:
        self._client = client
        self._asked = {"Bucket": bucket, "Key": key}

    def __call__(self, at: int) -> Part:
        # An empty object has no byte 0 to begin at.
        ranged = {"Range": f"bytes={at}-"} if at else {}
        answer = self._client.get_object(**self._asked, **ranged)
        self._asked["IfMatch"] = answer["ETag"]
        body: Part = answer["Body"]
        return body


_KEYS = Text(
    "存储拒绝该访问密钥：请检查密钥及其有效期",
    "the store refuses the access key: check the key, its secret and its expiry",
)
_DENIED = Text("没有读取权限（s3:ListBucket、s3:GetObject）", "permission denied (s3:ListBucket, s3:GetObject)")
_RIGHTS_DENIED = Text(
    "没有读取权限（s3:GetBucketPolicy、s3:GetBucketPublicAccessBlock、s3:GetBucketOwnershipControls、s3:GetBucketAcl、s3:GetObjectAcl）",
    "permission denied (s3:GetBucketPolicy, s3:GetBucketPublicAccessBlock, s3:GetBucketOwnershipControls, s3:GetBucketAcl, s3:GetObjectAcl)",
)
_CODES = {
    "NoSuchBucket": Absent(
        "没有这个存储桶:请检查 url 和 endpoint", "there is no such bucket: check the url and the endpoint"
    ),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "403"), _DENIED),
    **dict.fromkeys(
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AuthFailure"), _KEYS
    ),
    **dict.fromkeys(
        ("PreconditionFailed", "412"),
        Text("读取期间被修改，只读到修改之前的部分", "changed while it was read; only what came before was read"),
    ),
    "InvalidObjectState": Text(
        "已归档（如 GLACIER），取回后才能读取",
        "is archived (GLACIER or the like) and has to be restored before it can be read",
    ),
    "RequestTimeTooSkewed": Text("本机时钟与存储相差过大", "this machine's clock is too far from the store's"),
}


def _why(error: Exception) -> Text:
    from botocore import exceptions  # noqa: PLC0415 - a scan loads what it reads

    if isinstance(error, exceptions.ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ("NoSuchKey", "404"):
            return unreadable(FileNotFoundError())
        said = code if _CODE.fullmatch(code) else "?"
        return _CODES.get(code) or Text(f"存储返回错误 {said}", f"the store answered with the error {said}")
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return Text(
            "没有访问密钥：用 url: env:NAME 给出，或设置 AWS_ACCESS_KEY_ID 等",
            "there is no access key: give one by url: env:NAME, or set AWS_ACCESS_KEY_ID and the like",
        )
    if isinstance(error, exceptions.ProfileNotFound):
        return Text("没有这个 profile:请检查 url", "there is no such profile: check the url")
    if isinstance(error, exceptions.ParamValidationError | ValueError):
        return Text("存储桶名或 endpoint 不合规", "the bucket's name or the endpoint is not valid")
    if isinstance(error, exceptions.SSLError):
        return Text(
            "存储的 TLS 证书不受信任：把签发机构写入 AWS_CA_BUNDLE",
            "the store's TLS certificate is not trusted: name its authority in AWS_CA_BUNDLE",
        )
    kind = Absent if isinstance(error, exceptions.ConnectionError) else Text
    return kind(
        "连接不上对象存储,或连接中断:检查 url、endpoint,并确认服务在运行",
        "the object store cannot be reached, or went away: check the url, the endpoint and that it is running",
    )
