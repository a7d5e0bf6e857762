"""Sending a message by mail (RFC 5321) or to a chat's incoming webhook; every failure is an error that says what to do.

Payloads are plain text: WeCom and DingTalk `msgtype: text`, Feishu `msg_type: text`, Slack `text` with its three escapes.
"""

from __future__ import annotations

import http.client
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from pii_audit.errors import OutputError, UsageError, reason_of
from pii_audit.language import Text, same

SMTP = "smtp"
SECONDS = 20
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where nothing travels over a network, clear text may."""
MOST_BYTES = 2_000
"""What WeCom takes of one text message is 2,048 bytes; the others take more."""


def address(channel: str, url: str) -> SplitResult:
    """The parsed address of a channel; UsageError where it is none, or would send in clear over a network."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    wanted = ("smtp", "smtps") if channel == SMTP else ("http", "https")
    if parts.scheme not in wanted or not host:
        raise UsageError(
            Text(f"{channel} 的地址无法识别", f"the address for {channel} is not understood"),
            todo=Text(f"写成 {wanted[-1]}://…", f"write {wanted[-1]}://…"),
        )
    if parts.scheme == "http" and host not in LOCAL:
        raise UsageError(
            Text("webhook 须用 https", "a webhook has to be https"),
            todo=Text("改用 https 地址", "give its https address"),
        )
    return parts


def payload(channel: str, text: str) -> dict[str, Any]:
    """What a chat's webhook takes."""
    cut = _cut(text)
    if channel == "feishu":
        return {"msg_type": "text", "content": {"text": cut}}
    if channel == "slack":
        return {"text": cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}
    return {"msgtype": "text", "text": {"content": cut}}


def _cut(text: str) -> str:
    """Whole lines, as many as a message may hold."""
    kept: list[str] = []
    size = 0
    for line in text.split("\n"):
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES - 4:
            kept.append("…")
            break
        kept.append(line)
    return "\n".join(kept)


def send_chat(channel: str, url: str, text: str) -> None:
    """Posts one message. OutputError where the chat did not take it; the address, which is a secret, is not repeated."""
    address(channel, url)
    body = json.dumps(payload(channel, text), ensure_ascii=False).encode("utf-8", "replace")
    request = urllib.request.Request(url, body, {"Content-Type": "application/json; charset=utf-8"})  # noqa: S310 - `address` has seen to the scheme
    try:
        with _OPENER.open(request, timeout=SECONDS) as response:
            answer = response.read(10_000)
    except urllib.error.HTTPError as error:
        error.close()
        raise _not_sent(channel, same(f"HTTP {error.code}")) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _not_sent(channel, _reason(error)) from None
    if not _taken(channel, answer):
        raise _not_sent(channel, _code(answer))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook answers itself: whoever sends elsewhere is not the chat."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _taken(channel: str, answer: bytes) -> bool:
    if channel == "slack":
        return answer.strip() == b"ok"
    said = _said(answer)
    return bool(said.get("errcode", said.get("code", said.get("StatusCode"))) == 0)


def _said(answer: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _code(answer: bytes) -> Text:
    said = _said(answer)
    code = said.get("errcode", said.get("code", said.get("StatusCode")))
    if isinstance(code, int):
        return Text(f"错误码 {code}", f"code {code}")
    return Text("答复不是该渠道的格式", "an answer that is none of its")


def send_mail(url: str, sender: str, recipient: str, subject: str, text: str) -> None:
    """Sends one mail over `smtps://[user:password@]host[:port]`, or `smtp://` with STARTTLS (without only on this machine)."""
    parts = address(SMTP, url)
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = sender, recipient, subject
    except ValueError:
        raise UsageError(
            Text("发件人或收件人地址无法识别", "the sender's or the recipient's address is not understood"),
            where=SMTP,
            todo=Text("检查 --sender、--to 和机构的 email", "check --sender, --to and the email of the units"),
        ) from None
    message.set_content(text)
    host = str(parts.hostname)
    try:
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
        with server:
            if parts.scheme == "smtp" and host not in LOCAL:
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _not_sent(SMTP, _reason(error)) from None


def _reason(error: BaseException) -> Text:
    """What went wrong without what the other side said, which may repeat what was sent."""
    cause = getattr(error, "reason", error)
    if isinstance(error, smtplib.SMTPResponseException):
        return same(f"SMTP {error.smtp_code}")
    return reason_of(cause)


def _not_sent(channel: str, reason: Text) -> OutputError:
    return OutputError(
        Text(f"未发出：{reason.zh}", f"it was not sent: {reason.en}"),
        where=channel,
        todo=Text(
            "检查地址和网络后重试，已发出的不会重发",
            "check address and network and call it again: what was sent is not sent twice",
        ),
    )
