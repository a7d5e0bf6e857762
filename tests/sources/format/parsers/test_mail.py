from __future__ import annotations

import binascii
import gzip
import mailbox
from email.message import EmailMessage

import pytest

TABLE = "姓名,手机号\n张三,13800138000\n"
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}


def mail(text="您好,电话 13700137000。", **options):
    message = EmailMessage()
    message["From"] = "张三 <zhang@bank.example>"
    message["To"] = "li@bank.example"
    message["Subject"] = "名单 13600136000"
    message.set_content(text, **options)
    return message


def with_attachment():
    message = mail()
    message.add_alternative(
        "<p>见附件</p><table><tr><th>姓名</th><th>手机号</th></tr><tr><td>王五</td><td>13500135000</td></tr></table>",
        "html",
    )
    message.add_attachment(TABLE.encode("gb18030"), maintype="text", subtype="csv", filename="名单.csv")
    message.add_attachment(gzip.compress(TABLE.encode()), maintype="application", subtype="gzip", filename="b.csv.gz")
    inner = mail("转发 c@d.cn")
    message.add_attachment(inner)
    return message


def test_a_page_that_a_browser_or_an_office_program_saved_is_read(read_inside):
    page = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset="gb2312"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + binascii.b2a_base64("<p>电话 13700137000</p>".encode("gb18030"))
        + b"\r\n--b--\r\n"
    )
    assert any("电话 13700137000" in one.text for one in read_inside(page, "page.mht").values())


def test_headers_and_text_are_read_whatever_they_are_encoded_in(read_inside):
    text = read_inside(mail(charset="gb18030", cte="base64").as_bytes(), "g.eml")[""].text
    for said in ("张三", "zhang@bank.example", "名单 13600136000", "您好,电话 13700137000。"):
        assert said in text


def test_attachments_the_html_body_and_attached_messages_are_read(read_inside):
    found = read_inside(with_attachment().as_bytes(), "g.eml")
    assert found["!名单.csv"].rows == found["!b.csv.gz"].rows == ROWS
    assert found["!body 2.html!table 1"].rows == {0: {"姓名": "王五", "手机号": "13500135000"}}
    assert "c@d.cn" in found["!message 5.eml"].text


def uuencoded(name, data):
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_what_is_uuencoded_in_a_message_is_read(read_inside, tmp_path):
    message = mail(
        "见下\n\n"
        + uuencoded("名单.csv", TABLE.encode() * 9)
        + "\n此致\n"
        + uuencoded("b.csv.gz", gzip.compress(TABLE.encode()))
    )
    found = read_inside(message.as_bytes(), "g.eml")
    assert len(found["!名单.csv"].rows) == 17
    assert found["!b.csv.gz"].rows == ROWS
    box = mailbox.mbox(tmp_path / "m")
    box.add(message)
    box.close()
    assert read_inside((tmp_path / "m").read_bytes(), "old.mbox")["!1!b.csv.gz"].rows == ROWS


def test_a_mailbox_is_read_message_by_message(read_inside, tmp_path):
    box = mailbox.mbox(tmp_path / "m")
    for message in (mail("一 a@b.cn\nFrom the start"), with_attachment(), mail("三 13400134000")):
        box.add(message)
    box.close()
    found = read_inside((tmp_path / "m").read_bytes(), "old.mbox")
    for said in ("a@b.cn", "From the start", "13500135000", "13400134000"):
        assert said in found[""].text
    assert found["!2!名单.csv"].rows == ROWS


def test_a_message_in_an_unknown_charset_is_read_as_what_it_looks_like(read_inside):
    raw = mail("x").as_bytes().replace(b"utf-8", b"x-none").replace(b"\nx\n", "\n电话 13700137000\n".encode("gb18030"))
    raw = raw.replace(b"7bit", b"8bit")
    assert "电话 13700137000" in read_inside(raw, "g.eml")[""].text


def test_a_truncated_attachment_is_read_as_far_as_it_goes(read_inside):
    raw = with_attachment().as_bytes()
    payload = raw.index(b"\n\n", raw.index(b"b.csv.gz"))
    found = read_inside(raw[: payload + 60], "g.eml")
    assert found["!名单.csv"].rows == ROWS
    assert found["!b.csv.gz"].status == "failed"


@pytest.mark.parametrize("name", ["g.eml", "m.mbox"])
def test_a_damaged_message_never_raises_and_always_leaves_a_row(read_inside, mutations, name):
    raw = with_attachment().as_bytes()
    whole = raw if name == "g.eml" else b"From a@b Mon Jun  1 08:00:00 2026\n" + raw
    for broken in mutations(whole, 60):
        assert read_inside(broken, name)


HEAD = "From: a@b.cn\nTo: c@d.cn\nSubject: s\n"
PARTS = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"


@pytest.mark.parametrize(
    "message",
    [
        HEAD + "X-Customer: 13800138000\n\nx\n",
        HEAD + "Comments: =?utf-8?b?MTM4MDAxMzgwMDA=?=\n\nx\n",
        HEAD + PARTS + "13800138000\n--b\nContent-Type: text/plain\n\nx\n--b--\n",
        HEAD + PARTS + "--b\nContent-Type: text/plain\n\nx\n--b--\n13800138000\n",
        HEAD + PARTS + "--b\nContent-Type: text/plain\nContent-Description: 13800138000\n\nx\n--b--\n",
        HEAD + PARTS + "--b\nContent-Type: message/delivery-status\n\nA: b\n\nFinal-Recipient: 13800138000\n--b--\n",
    ],
)
def test_what_a_mail_does_not_show_is_read(read_inside, message):
    assert read_inside(message.encode(), "a.eml")[""].text.count("13800138000") == 1


def test_what_programs_write_into_headers_is_left_out(read_inside):
    trace = "Message-ID: <13800138000@host>\nReceived: from x by y with z 13800138000\nX-MS-Exchange-Id: 13800138000\n"
    text = read_inside((HEAD + trace + "\nx\n").encode(), "a.eml")[""].text
    assert "13800138000" not in text
