"""Bodies of recorded requests and responses (HAR 1.2, postData and content): forms and JSON by their fields, files as bytes."""

from __future__ import annotations

import base64
import binascii
import email
import json
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import parse_qsl, unquote_plus

from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.jsonpath import Members, decoder, field_name, leaves
from pii_audit.sources.format.kinds import kind_of

_UNNAMED = "value"
_LARGEST = 8 << 20
"""Characters of a body that is taken apart; a larger one is one value."""
_MEDIA = re.compile(r"font/|audio/|video/|application/(?:font|x-font|vnd\.ms-fontobject|wasm)")
"""Types of bodies that are no text and say nothing of anybody."""


def member_of(value: object, name: str) -> object:
    """A member of an object, None where there is none."""
    if not isinstance(value, Members):
        return None
    return next((below for key, below in value if key == name), None)


def text_of(value: object, name: str) -> str:
    """A member that is text, else nothing."""
    found = member_of(value, name)
    return found if isinstance(found, str) else ""


def pairs(values: object) -> Iterator[tuple[str, str]]:
    """Names and values of a list of parameters, headers or cookies."""
    for one in values if isinstance(values, list) else ():
        name, value = text_of(one, "name"), text_of(one, "value")
        if name or value:
            yield name or _UNNAMED, value


def once(told: Iterable[tuple[str, str]], again: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Names and values, of which some are told again, perhaps as they were sent: in percent-encoding."""
    first = dict.fromkeys(told)
    yield from first
    names = {name for name, _ in first}
    for name, value in dict.fromkeys(again):
        if not value and name in names:
            continue  # the file of a form, which such a list leaves out
        if (name, value) not in first and (unquote_plus(name), unquote_plus(value)) not in first:
            yield name, value


def body_fields(body: object) -> Iterator[tuple[str, str | None]]:
    """What a body says: the fields of a form, the values of JSON by their path, or all of its text under one name."""
    text, params = _text(body), member_of(body, "params")
    form = _form(text, text_of(body, "mimeType"))
    yield from once(form, (*pairs(params), *_files(params)))
    if not form and text:
        yield from _json(text) or [("body", text)]


def file_of(body: object) -> bytes | None:
    """The bytes of a body that is a file; None of one that is text, or that says nothing of anybody."""
    data = _decoded(body)
    if not data or _is_text(data) or _MEDIA.match(text_of(body, "mimeType").lower()):
        return None
    return data


def _form(text: str, kind: str) -> list[tuple[str, str]]:
    """The fields of a form and the names of its files; nothing where the body is none."""
    if "x-www-form-urlencoded" in kind:
        return parse_qsl(text, keep_blank_values=True)
    if not kind.lower().startswith("multipart/form-data"):
        return []
    message = email.message_from_string(f"Content-Type: {kind}\n\n{text}")
    parts = message.get_payload() if message.is_multipart() else []
    fields = [field for part in parts if isinstance(part, Message) for field in _part(part)]
    around = [(_UNNAMED, one) for one in (message.preamble, message.epilogue) if one and one.strip()]
    return fields + around if fields else []


def _part(part: Message) -> Iterator[tuple[str, str]]:
    """One field of a form in parts (RFC 7578), with the name of its file."""
    name = collapse_rfc2231_value(part.get_param("name", "", "content-disposition") or _UNNAMED)
    value = part.get_payload()
    yield name, value if isinstance(value, str) else part.as_string()
    if file := part.get_filename():
        yield f"{name} file name", file


def _files(params: object) -> Iterator[tuple[str, str]]:
    """Names of fields of a form and of the files that they send."""
    for one in params if isinstance(params, list) else ():
        if name := text_of(one, "fileName"):
            yield f"{text_of(one, 'name')} file name".strip(), name


def _json(text: str) -> list[tuple[str, str | None]]:
    if text.lstrip()[:1] not in ("{", "[") or len(text) > _LARGEST:
        return []
    try:
        return [(field_name(path), leaf) for path, leaf in leaves(decoder().decode(text))]
    except (json.JSONDecodeError, RecursionError):
        return []


def _text(body: object) -> str:
    """A body as text, nothing for one that is a file."""
    data = _decoded(body)
    if data is None:
        return text_of(body, "text")
    return decode_cell(data)[0] if _is_text(data) else ""


def _is_text(data: bytes) -> bool:
    return b"\0" not in data and kind_of(data) is None and decode_cell(data)[1]


def _decoded(body: object) -> bytes | None:
    """The bytes of a body in Base64; None for another, and for one that only says so."""
    if text_of(body, "encoding") != "base64":
        return None
    try:
        return base64.b64decode(text_of(body, "text"), validate=True)
    except (binascii.Error, ValueError):
        return None
