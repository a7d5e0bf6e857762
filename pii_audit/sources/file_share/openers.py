"""From a file share as audit.yaml declares it to the thing that reads it, where it is no folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pii_audit.language import Text
from pii_audit.sources.file_share.local import Selection
from pii_audit.sources.interface import Source
from pii_audit.sources.registry import SourceSpec, layouts_of, require, unsupported


def s3(spec: SourceSpec, root: Path, selection: Selection) -> Source:
    """The objects below `s3://bucket/prefix`."""
    require(spec, "botocore", "s3")
    from pii_audit.sources.file_share.s3 import Bucket, BucketSource  # noqa: PLC0415 - a scan loads what it reads

    bucket = Bucket.of(spec.url, spec.endpoint)
    if bucket is None:
        raise unsupported(
            spec,
            Text(
                "s3://存储桶/前缀?region=…&profile=…&addressing=path|virtual,endpoint: https://主机",
                "s3://BUCKET/PREFIX?region=…&profile=…&addressing=path|virtual, endpoint: https://HOST",
            ),
        )
    return BucketSource(spec.id, bucket, selection, layouts_of(spec, root))


def sftp(spec: SourceSpec, root: Path, selection: Selection) -> Source:
    """The files below `sftp://…`."""
    require(spec, "paramiko", "sftp")
    from pii_audit.sources.file_share.sftp import SftpShare  # noqa: PLC0415 - as above
    from pii_audit.sources.file_share.ssh import Login  # noqa: PLC0415 - as above

    login = Login.of(spec.url, root, spec.known_hosts, spec.identity)
    if login is None:
        raise unsupported(spec, Text("sftp://用户@主机/路径", "sftp://USER@HOST/PATH"))
    return SftpShare(spec.id, login, selection, layouts_of(spec, root))


def smb(spec: SourceSpec, root: Path, selection: Selection) -> Source:
    """The files below `smb://host/share/path`."""
    require(spec, "smbprotocol", "smb")
    from pii_audit.sources.file_share.smb import Place, SmbShare  # noqa: PLC0415 - as above

    place = Place.of(spec.url)
    if place is None:
        raise unsupported(spec, Text("smb://域;用户@主机/共享/路径", "smb://DOMAIN;USER@HOST/SHARE/PATH"))
    rights = root / spec.share_rights if spec.share_rights else None
    return SmbShare(spec.id, place, selection, layouts_of(spec, root), rights)


OPENERS: Mapping[str, Callable[[SourceSpec, Path, Selection], Source]] = {"s3": s3, "sftp": sftp, "smb": smb}
"""By the scheme of the URL."""
PLACES = Text(
    "文件夹路径、file:///路径、s3://…、sftp://…、smb://…", "a folder's path, file:///PATH, s3://…, sftp://…, smb://…"
)
