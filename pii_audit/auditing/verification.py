"""Does a receipt hold, and is it about this file? Each way in which it may not has an answer of its own."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from pii_audit.auditing.inputs import FileDigest
from pii_audit.auditing.receipt import VERSION, key_name, signature
from pii_audit.errors import InspectionError, UsageError, reason_of
from pii_audit.language import Text

LARGEST = 256 << 20
"""Bytes of the largest receipt that is read: one of a million files."""
_PARTS = {"flow": str, "recipient": str, "verdict": str, "judged_at": str, "files": dict, "signature": str}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of the receipt (`file` None) or of one file, and whether it speaks for letting it leave."""

    file: str | None
    holds: bool
    what: Text


def read_receipt(path: str) -> Mapping[str, Any]:
    """The content of a receipt; UsageError where there is none, or not all of one."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"回执无法读取：{reason.zh}", f"the receipt cannot be read: {reason.en}"),
            where=path,
            todo=Text("检查路径和权限", "check the path and its permissions"),
        ) from error
    todo = Text("向出具方重新索取回执", "ask whoever wrote it for the receipt again")
    try:
        found = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        cut = data.lstrip().startswith(b"{") and not data.rstrip().endswith(b"}")
        what = (
            Text("回执被截断，没有核对任何文件", "the receipt is cut short; no file was checked")
            if cut or not data.strip()
            else Text("不是回执：不是 JSON", "is no receipt: it is not JSON")
        )
        raise UsageError(what, where=path, todo=todo) from None
    if not isinstance(found, dict) or not _whole(found):
        raise UsageError(
            Text("不是回执，或缺少部分内容", "is no receipt, or parts of one are missing"), where=path, todo=todo
        )
    if found.get("version") != VERSION:
        raise UsageError(
            Text("回执的版本不是 1", "the receipt is not of version 1"),
            where=path,
            todo=Text("升级 pii-audit", "update pii-audit"),
        )
    return found


def _whole(found: Mapping[str, Any]) -> bool:
    named = all(isinstance(found.get(name), kind) for name, kind in _PARTS.items())
    return named and all(map(_is_digest, found["files"].values()))


def _is_digest(one: object) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("sha256"), str | None)
        and isinstance(one.get("bytes"), int)
        and set(one) == {"sha256", "bytes"}
    )


def check(receipt: Mapping[str, Any], path: str, key: bytes, files: Mapping[str, FileDigest]) -> tuple[Answer, ...]:
    """What is to be said of the receipt, then of each file.

    Raises UsageError for a receipt of another key, InspectionError for a file that cannot be read.
    """
    if receipt.get("key") not in (None, key_name(key)):
        raise UsageError(
            Text("回执是用另一把密钥签名的，无法核对", "the receipt was signed with another key and cannot be checked"),
            where=path,
            todo=Text("在出具回执的工作区核对（-w）", "check it in the workspace that wrote it (-w)"),
        )
    body = {name: value for name, value in receipt.items() if name != "signature"}
    if not hmac.compare_digest(signature(body, key).encode(), receipt["signature"].encode("utf-8", "replace")):
        what = Text("回执被改动过：签名不符", "the receipt was changed: its signature does not hold")
        return (Answer(None, holds=False, what=what),)
    return (_verdict(receipt), *(_of_file(name, found, receipt) for name, found in files.items()))


def _verdict(receipt: Mapping[str, Any]) -> Answer:
    at, flow, recipient = receipt["judged_at"], receipt["flow"], receipt["recipient"]
    if receipt["verdict"] == "pass":
        what = Text(
            f"签名有效；{at} 裁决通过，数据流 {flow}，接收方 {recipient}",
            f"the signature holds; passed at {at}, flow {flow}, recipient {recipient}",
        )
        return Answer(None, holds=True, what=what)
    what = Text(
        f"签名有效，但 {at} 的裁决是不得离开（数据流 {flow}）",
        f"the signature holds, but the verdict of {at} was that it may not leave (flow {flow})",
    )
    return Answer(None, holds=False, what=what)


def _of_file(name: str, found: FileDigest, receipt: Mapping[str, Any]) -> Answer:
    if found.sha256 is None:
        raise InspectionError(
            Text("文件无法读取，未核对", "the file cannot be read and was not checked"),
            where=name,
            todo=Text("检查其权限", "check its permissions"),
        )
    judged: Mapping[str, Mapping[str, Any]] = receipt["files"]
    if any((one["sha256"], one["bytes"]) == (found.sha256, found.bytes) for one in judged.values()):
        return Answer(name, holds=True, what=Text("与裁决的文件一致", "is the file that was judged"))
    was = judged.get(name) or next(
        (one for at, one in judged.items() if PurePath(at).name == PurePath(name).name), None
    )
    if was is None:
        return Answer(name, holds=False, what=Text("回执不是关于这个文件的", "the receipt is not about this file"))
    now, then = f"{found.bytes:,}", f"{was['bytes']:,}"
    if found.bytes < was["bytes"]:
        what = Text(
            f"文件被截短：裁决时 {then} 字节，现在 {now} 字节", f"is cut short: {then} bytes when judged, {now} now"
        )
    elif found.bytes > was["bytes"]:
        what = Text(f"文件变长：裁决时 {then} 字节，现在 {now} 字节", f"has grown: {then} bytes when judged, {now} now")
    else:
        what = Text("文件在裁决之后被改动过", "was changed after it was judged")
    return Answer(name, holds=False, what=what)
