from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

TABLE = "姓名,手机号\n张三,13800138000\n".encode()
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}
DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
MIME = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2)) + content


def ber(tag, *parts):
    """The same without a length."""
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def signed(content, *, write=der, kind=b"\2"):
    """SignedData (RFC 5652, 5.1), with a certificate that is none."""
    inside = write(0x30, DATA + b"\1", *([] if content is None else [write(0xA0, content)]))
    return write(
        0x30, DATA + kind, write(0xA0, write(0x30, b"\2\1\1", der(0x31), inside, der(0xA0, bytes(200)), der(0x31)))
    )


@pytest.mark.parametrize(
    "data",
    [signed(der(4, TABLE)), signed(ber(0x24, der(4, TABLE[:9]), der(4, TABLE[9:])), write=ber)],
)
def test_what_is_signed_is_read_as_the_file_that_it_is(read_inside, data):
    assert read_inside(data, "list.csv.p7m")["!content"].rows == ROWS


def test_signed_mail_is_read_as_mail(read_inside):
    content = MIME + base64.encodebytes("电话 13800138000".encode())
    [read] = read_inside(signed(der(4, content)), "smime.p7m").values()
    assert ("电话 13800138000" in read.text, read.status) == (True, "inspected")


def test_a_signature_beside_a_mail_is_no_gap(read_inside):
    message = EmailMessage()
    message["From"], message["To"] = "a@b.cn", "c@d.cn"
    message.set_content("13800138000")
    message.add_attachment(signed(None), maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    found = read_inside(message.as_bytes(), "a.eml")
    assert {name: one.status for name, one in found.items()} == {"": "inspected", "!smime.p7s": "inspected"}
    assert "a signature" in found["!smime.p7s"].reason


@pytest.mark.parametrize("kind", [b"\3", b"\4", b"\6"])
def test_what_is_encrypted_is_told(read_inside, kind):
    assert read_inside(signed(None, kind=kind), "smime.p7m")[""].reason.startswith("an encrypted file (S/MIME content)")


@pytest.mark.parametrize("size", range(15, 60, 5))
def test_one_that_is_cut_off_is_told(read_inside, size):
    assert read_inside(signed(der(4, TABLE))[:size], "a.p7m")[""].status == "failed"


def test_one_that_is_nested_without_end_does_no_harm(read_inside):
    data = b"0\x80" + DATA + b"\2" + b"\xa0\x80" * 100_000
    assert read_inside(data, "a.p7m")[""].status == "failed"
