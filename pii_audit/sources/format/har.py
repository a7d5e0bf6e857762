"""Recorded HTTP traffic (HAR 1.2): each exchange a row; what its request and its response say under the names that they give it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pii_audit.language import Text
from pii_audit.sources.format.json_document import JsonReading
from pii_audit.sources.format.jsonpath import ROOT, Members, decoder, field_name, leaves
from pii_audit.sources.reading import Row

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
        "comment",
    ]
)
_SIDE = frozenset(
    "method url httpVersion status statusText redirectURL headers queryString cookies postData content headersSize bodySize".split()  # noqa: SIM905 - a list of words
)
_BODY = frozenset("mimeType text params encoding size compression".split())  # noqa: SIM905 - a list of words
"""Members of an exchange, of its request or response, and of a body, that are read by themselves or say nothing of anybody."""
_UNNAMED = "value"
_LARGEST = 8 << 20
"""Characters of a body that is taken apart; a larger one is one value."""


class HarReading(JsonReading):
    """The exchanges of a capture; all else that it says (pages, creator) is one row, as in any JSON.

    The ledger says how many of them went over the network in clear.
    """

    _clear = 0

    def array(self, path: str, envelope: dict[str, list[str]]) -> Iterator[Row]:
        if path != ENTRIES:
            yield from super().array(path, envelope)
            return
        for value in self.values():
            self._clear += _text(_member(value, "request"), "url").lower().startswith(("http:", "ws:"))
            yield exchange(value)

    def settle(self) -> None:
        super().settle()
        if self._clear:
            count = self._clear
            self.ledger.notes.append(
                Text(f"{count} 次请求以明文 HTTP 传输", f"{count} exchange(s) went in clear, over plain HTTP")
            )


def exchange(entry: object) -> Row:
    """One request with its response: query and form parameters, headers, cookies, and the fields of JSON bodies by their path.

    What a response holds has `response ` before its name; what browsers add (messages of a WebSocket, say) stands under its path.
    """
    cells: dict[str, list[str]] = {}
    request, response = _member(entry, "request"), _member(entry, "response")
    url = _split(_text(request, "url"))
    # Credentials in the URL are kept: they are data that leaves.
    _add(cells, "url", f"{url.netloc}{url.path}{'#' if url.fragment else ''}{url.fragment}")
    post, content = _member(request, "postData"), _member(response, "content")
    queries = (*_pairs(_member(request, "queryString")), *parse_qsl(url.query, keep_blank_values=True))
    # What is told twice is one parameter.
    for name, value in (*dict.fromkeys(queries), *_pairs(_member(post, "params")), *_files(_member(post, "params"))):
        _add(cells, name, value)
    for side, prefix in ((request, ""), (response, "response ")):
        for name, value in _pairs(_member(side, "headers")):
            if name.lower() not in _PLUMBING:
                _add(cells, f"{prefix}header {name}", value)
        for name, value in _pairs(_member(side, "cookies")):
            _add(cells, f"{prefix}cookie {name}", value)
    _add(cells, "response redirect", _text(response, "redirectURL") or None)
    _body(cells, _text(post, "text"), _text(post, "mimeType"), "")
    _body(cells, _decoded(content), _text(content, "mimeType"), "response ")
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


def _files(params: object) -> Iterator[tuple[str, str]]:
    """Names of fields of a form and of the files that they send."""
    for one in params if isinstance(params, list) else ():
        if name := _text(one, "fileName"):
            yield f"{_text(one, 'name')} file name".strip(), name


def _others(value: object, known: frozenset[str], path: str) -> Iterator[tuple[str, str | None]]:
    """The scalars of what a member says besides what is known of it, by their path."""
    if isinstance(value, Members):
        # Of a name that stands twice the first is read by itself.
        first = {name: place for place, (name, _) in reversed(list(enumerate(value)))}
        rest = [one for place, one in enumerate(value) if one[0] not in known or place != first[one[0]]]
        yield from leaves(Members(rest), path)
    elif value is not None:
        yield from leaves(value, path)


def _body(cells: dict[str, list[str]], text: str, kind: str, prefix: str) -> None:
    if not text:
        return
    if "x-www-form-urlencoded" in kind:
        for name, value in parse_qsl(text, keep_blank_values=True):
            _add(cells, prefix + name, value)
        return
    if text.lstrip()[:1] in ("{", "[") and len(text) <= _LARGEST:
        try:
            found = list(leaves(decoder().decode(text)))
        except (json.JSONDecodeError, RecursionError):
            found = []
        for path, leaf in found:
            _add(cells, prefix + field_name(path), leaf)
        if found:
            return
    _add(cells, f"{prefix}body", text)


def _decoded(content: object) -> str:
    """A response's body; what is no text in Base64 stays as it is written."""
    text = _text(content, "text")
    if _text(content, "encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text


def _add(cells: dict[str, list[str]], name: str, value: str | None) -> None:
    values = cells.setdefault(name, [])
    if value is not None:
        values.append(value)


def _member(value: object, name: str) -> object:
    if not isinstance(value, Members):
        return None
    return next((below for key, below in value if key == name), None)


def _text(value: object, name: str) -> str:
    found = _member(value, name)
    return found if isinstance(found, str) else ""


def _pairs(values: object) -> Iterator[tuple[str, str]]:
    """Names and values of a list of parameters, headers or cookies."""
    for one in values if isinstance(values, list) else ():
        name, value = _text(one, "name"), _text(one, "value")
        if name or value:
            yield name or _UNNAMED, value
