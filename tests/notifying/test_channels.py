"""Sending: what each chat takes, what mail says, and that every failure is told without its secrets."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading

import pytest

from pii_audit.errors import OutputError, UsageError
from pii_audit.notifying import channels
from pii_audit.notifying.channels import address, payload, send_chat, send_mail

SECRET = "key-9f3a"


class _Chat(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        status, body, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def chat():
    """A chat's webhook on this machine; `answer` is status, body and headers."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Chat)
    server.got, server.answer = [], (200, b'{"errcode": 0, "errmsg": "ok"}', {})
    server.url = f"http://127.0.0.1:{server.server_port}/hook?key={SECRET}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class _Mailbox(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        data = False
        for line in self.rfile:
            if data:
                self.server.mail += line
                if line == b".\r\n":
                    data = False
                    self.wfile.write(b"250 taken\r\n")
                continue
            word = line.split()[0].upper()
            if word == b"EHLO":
                self.wfile.write(b"250-here\r\n250 SIZE\r\n")
            elif word == b"RCPT" and self.server.refuses:
                self.wfile.write(b"550 13800138000 is unknown here\r\n")
            elif word == b"DATA":
                data = True
                self.wfile.write(b"354 go on\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mailbox():
    """A mail server on this machine."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox)
    server.mail, server.refuses, server.daemon_threads = b"", False, True
    server.url = f"smtp://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("channel", "answer", "taken"),
    [
        ("wecom", b'{"errcode": 0}', {"msgtype": "text", "text": {"content": "a <b>"}}),
        ("dingtalk", b'{"errcode": 0}', {"msgtype": "text", "text": {"content": "a <b>"}}),
        ("feishu", b'{"code": 0}', {"msg_type": "text", "content": {"text": "a <b>"}}),
        ("slack", b"ok", {"text": "a &lt;b&gt;"}),
    ],
)
def test_each_chat_gets_what_it_takes(chat, channel, answer, taken):
    chat.answer = (200, answer, {})
    send_chat(channel, chat.url, "a <b>")
    assert chat.got == [(f"/hook?key={SECRET}", taken)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, b'{"errcode": 93000, "errmsg": "invalid key-9f3a"}', {}), "code 93000"),
        ((200, b"<html>", {}), "an answer that is none of its"),
        ((200, b"[]", {}), "an answer that is none of its"),
        ((404, b"no", {}), "HTTP 404"),
        ((302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}), "HTTP 302"),
    ],
)
def test_what_a_chat_did_not_take_is_an_error_without_the_address(chat, answer, said):
    chat.answer = answer
    with pytest.raises(OutputError, match=said) as caught:
        send_chat("wecom", chat.url, "a")
    assert SECRET not in str(caught.value)
    assert len(chat.got) == 1


def test_a_chat_that_is_not_there_is_an_error():
    with pytest.raises(OutputError, match="it was not sent: Connection refused"):
        send_chat("slack", "http://127.0.0.1:1/hook", "a")


def test_a_message_is_cut_at_whole_lines_below_what_a_chat_takes():
    text = payload("wecom", "名" * 300 + "\n" + "\n".join("行" * 50 for _ in range(100)))["text"]["content"]
    assert len(text.encode()) < 2048
    assert text.endswith("行\n…")


@pytest.mark.parametrize(
    ("channel", "url", "said"),
    [
        ("wecom", "http://chat.example/hook", "has to be https"),
        ("wecom", "ftp://chat.example", "not understood"),
        ("wecom", "nonsense", "not understood"),
        ("wecom", "https://[::1", "not understood"),
        ("smtp", "https://mail.example", "not understood"),
        ("smtp", "smtp://mail.example:99999", "not understood"),
    ],
)
def test_an_address_that_will_not_do_is_refused(channel, url, said):
    with pytest.raises(UsageError, match=said):
        address(channel, url)


def test_a_mail_has_sender_recipient_subject_and_text(mailbox):
    send_mail(mailbox.url, "audit@bank.example", "hz@bank.example", "提醒", "逾期 1 项\n.\nend")
    assert b"From: audit@bank.example" in mailbox.mail
    assert b"To: hz@bank.example" in mailbox.mail
    assert b"Subject: =?utf-8?" in mailbox.mail


def test_a_mail_that_is_refused_is_an_error_without_what_the_server_said(mailbox):
    mailbox.refuses = True
    with pytest.raises(OutputError, match="it was not sent") as caught:
        send_mail(mailbox.url, "a@bank.example", "b@bank.example", "s", "t")
    assert "13800138000" not in str(caught.value)


def test_over_a_network_mail_goes_encrypted_or_not_at_all(mailbox, monkeypatch):
    monkeypatch.setattr(channels, "LOCAL", frozenset())
    with pytest.raises(OutputError, match="it was not sent"):
        send_mail(mailbox.url, "a@bank.example", "b@bank.example", "s", "t")
    assert mailbox.mail == b""


def test_no_header_can_be_smuggled_into_a_mail(mailbox):
    with pytest.raises(UsageError, match="not understood"):
        send_mail(mailbox.url, "a@bank.example", "b@bank.example\r\nBcc: c@x.example", "s", "t")
    assert mailbox.mail == b""
