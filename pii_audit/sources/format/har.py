"""Recorded HTTP traffic (HAR 1.2): each exchange a row; what its request and its response say under the names that they give it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pii_audit.language import Text
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.har_bodies import body_fields, file_of, member_of, once, pairs, text_of
from pii_audit.sources.format.json_document import JsonReading
from pii_audit.sources.format.jsonpath import ROOT, Members, field_name, leaves
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger, Row

ENTRIES = "$.log.entries"
_PLUMBING = frozenset(
    [
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "date",
        "etag",
        "host",
        "pragma",
        "server",
        "transfer-encoding",
        "user-agent",
        "vary",
    ]
)
"""Headers that say nothing of anybody."""
_ENTRY = frozenset(
    [
        "request",
        "response",
        "startedDateTime",
        "time",
        "timings",
        "cache",
        "serverIPAddress",
        "connection",
        "pageref",
    ]
)
_SIDE = frozenset(
    "method url httpVersion status statusText redirectURL headers queryString cookies postData content headersSize bodySize".split()  # noqa: SIM905 - a list of words
)
_BODY = frozenset("mimeType text params encoding size compression".split())  # noqa: SIM905 - a list of words
"""Members of an exchange, of its request or response, and of a body, that are read by themselves or say nothing of anybody."""
MOST = 128 << 20
"""Bytes of files in bodies that are kept until the exchanges were read."""


class HarReading(JsonReading):
    """The exchanges of a capture; all else that it says (pages, creator) is one row, as in any JSON.

    The ledger says how many of them went over the network in clear. `files` are the bodies that are no text, with their names; they
    are all there once the exchanges were read.
    """

    def __init__(self, content: Content, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(content, ledger, sampling)
        self.files: list[tuple[str, bytes]] = []
        self._clear = 0
        self._kept = 0
        self._left = 0

    def array(self, path: str, envelope: dict[str, list[str]]) -> Iterator[Row]:
        if path != ENTRIES:
            yield from super().array(path, envelope)
            return
        for number, value in enumerate(self.values(), 1):
            self._clear += text_of(member_of(value, "request"), "url").lower().startswith(("http:", "ws:"))
            yield exchange(value)
            for side, part in (("request", "postData"), ("response", "content")):
                data = file_of(member_of(member_of(value, side), part))
                if data:
                    self._keep(f"{side} {number}", data)

    def _keep(self, name: str, data: bytes) -> None:
        self._kept += len(data)
        if self._kept > MOST:
            self._left += 1
        else:
            self.files.append((name, data))

    def settle(self) -> None:
        super().settle()
        if self._clear:
            count = self._clear
            self.ledger.notes.append(
                Text(f"{count} 次请求以明文 HTTP 传输", f"{count} exchange(s) went in clear, over plain HTTP")
            )
        if self._left:
            count = self._left
            self.ledger.failures.append(
                Text(f"文件过多，{count} 个正文未读", f"too many files: {count} body or bodies were not read")
            )


def exchange(entry: object) -> Row:
    """One request with its response: query and form parameters, headers, cookies, and the fields of JSON bodies by their path.

    What a response holds has `response ` before its name; what browsers add (messages of a WebSocket, say) stands under its path.
    """
    cells: dict[str, list[str]] = {}
    request, response = member_of(entry, "request"), member_of(entry, "response")
    url = _split(text_of(request, "url"))
    # Credentials in the URL are kept: they are data that leaves.
    _add(cells, "url", f"{url.netloc}{url.path}{'#' if url.fragment else ''}{url.fragment}")
    post, content = member_of(request, "postData"), member_of(response, "content")
    queried = parse_qsl(url.query, keep_blank_values=True)
    for name, value in (*once(queried, pairs(member_of(request, "queryString"))), *body_fields(post)):
        _add(cells, name, value)
    for side, prefix in ((request, ""), (response, "response ")):
        cookies = list(pairs(member_of(side, "cookies")))
        for name, value in pairs(member_of(side, "headers")):
            if name.lower() not in _PLUMBING and not _says_again(name, value, cookies):
                _add(cells, f"{prefix}header {name}", value)
        for name, value in cookies:
            _add(cells, f"{prefix}cookie {name}", value)
    _add(cells, "response redirect", text_of(response, "redirectURL") or None)
    for name, leaf in body_fields(content):
        _add(cells, f"response {name}", leaf)
    for member, known, path in (
        (entry, _ENTRY, ROOT),
        (request, _SIDE, f"{ROOT}.request"),
        (response, _SIDE, f"{ROOT}.response"),
        (post, _BODY, f"{ROOT}.request.postData"),
        (content, _BODY, f"{ROOT}.response.content"),
    ):
        for where, leaf in _others(member, known, path):
            _add(cells, field_name(where), leaf)
    return {name: "\n".join(values) if values else None for name, values in cells.items()}


def _split(url: str) -> SplitResult:
    """The parts of a URL; one that is none is a path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def _others(value: object, known: frozenset[str], path: str) -> Iterator[tuple[str, str | None]]:
    """The scalars of what a member says besides what is known of it, by their path."""
    if isinstance(value, Members):
        # Of a name that stands twice the first is read by itself.
        first = {name: place for place, (name, _) in reversed(list(enumerate(value)))}
        rest = [one for place, one in enumerate(value) if one[0] not in known or place != first[one[0]]]
        yield from leaves(Members(rest), path)
    elif value is not None:
        yield from leaves(value, path)


def _says_again(name: str, value: str, cookies: list[tuple[str, str]]) -> bool:
    """Whether a header says nothing but what the list of cookies does (RFC 6265, 4.1 and 4.2)."""
    if name.lower() == "cookie":
        said = value.split(";")
    elif name.lower() == "set-cookie":
        said = [line.split(";")[0] for line in value.splitlines()]
    else:
        return False
    known = {f"{key}={cookie}" for key, cookie in cookies}
    return all(one.strip() in known for one in said)


def _add(cells: dict[str, list[str]], name: str, value: str | None) -> None:
    values = cells.setdefault(name, [])
    if value is not None:
        values.append(value)
