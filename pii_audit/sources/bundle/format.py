"""How a bundle is written: lines of JSON that anybody can read, and a signature over all of them.

Every line is an object with one key that says what it is: `bundle` (the first), `asset`, `coverage`, `asked` (what a statement of the
catalog gave), `grant`, and `end` (the last) with the number of lines before it and HMAC-SHA-256 (RFC 2104) of their bytes. The key is
derived from the workspace's, so that a signature is never a fingerprint.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from typing import IO, Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text

FORMAT = 1
PURPOSE = b"pii-audit bundle 1"
_CHECK = 16
"""Hex digits by which a key is recognised, which give away nothing of it."""
_AGAIN = Text("请重新传送该文件", "transfer the file again")


def key_check(key: bytes) -> str:
    """What tells one key from another without telling the key."""
    return hmac.new(_signing(key), b"which key", "sha256").hexdigest()[:_CHECK]


def _signing(key: bytes) -> bytes:
    return hmac.digest(key, PURPOSE, "sha256")


class Writer:
    """Writes a bundle; without `close` it has no end, and nobody takes it for whole."""

    def __init__(self, stream: IO[bytes], key: bytes, header: dict[str, Any]) -> None:
        self._stream = stream
        self._sum = hmac.new(_signing(key), digestmod="sha256")
        self._lines = 0
        self.add("bundle", {"format": FORMAT, "key": key_check(key), **header})

    def add(self, kind: str, value: Any) -> None:
        """One line."""
        line = _line(kind, value)
        self._sum.update(line)
        self._stream.write(line)
        self._lines += 1

    def close(self) -> None:
        """The last line, which signs the others."""
        self._stream.write(_line("end", {"lines": self._lines, "signature": self._sum.hexdigest()}))


def _line(kind: str, value: Any) -> bytes:
    return json.dumps({kind: value}, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def lines(content: bytes, key: bytes) -> Iterator[tuple[str, Any]]:
    """What a bundle says, line by line, the header first, once its signature is found right; InspectionError where it is not."""
    header, _, _ = content.partition(b"\n")
    _check_header(header, key)
    start = content.rfind(b"\n", 0, len(content) - 1) + 1
    end = _parsed(content[start:]).get("end") if content.endswith(b"\n") else None
    if not isinstance(end, dict) or content.count(b"\n", 0, start) != end.get("lines"):
        raise InspectionError(
            Text("采集包不完整（被截断或有增减）", "the bundle is not whole (cut short, or lines are missing)"),
            todo=_AGAIN,
        )
    signature = hmac.new(_signing(key), content[:start], "sha256").hexdigest()
    if not hmac.compare_digest(signature.encode(), str(end.get("signature")).encode("utf-8", "surrogatepass")):
        raise InspectionError(
            Text(
                "采集包的签名不符：内容被改动过",
                "the bundle's signature does not fit: it was changed after it was collected",
            )
        )
    for line in content[:start].splitlines():
        [(kind, value)] = _parsed(line).items()
        yield kind, value


def _check_header(line: bytes, key: bytes) -> None:
    header = _parsed(line).get("bundle")
    if not isinstance(header, dict) or not isinstance(header.get("format"), int):
        raise InspectionError(Text("不是采集包", "is not a bundle"))
    if header["format"] > FORMAT:
        raise InspectionError(
            Text(
                "采集包由更新版本的 pii-audit 生成，请升级",
                "the bundle was made by a newer pii-audit; upgrade this one",
            )
        )
    if header.get("key") != key_check(key):
        raise InspectionError(
            Text(
                "采集包是用另一把密钥签名的，请确认采集时使用的是本工作区的密钥",
                "the bundle is signed with another key; collect with the key of this workspace",
            )
        )


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
