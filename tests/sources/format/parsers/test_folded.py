from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.ics", "BEGIN:VCALENDAR\r\nDESCRIPTION:call 1380013\r\n 8000\r\nEND:VCALENDAR\r\n", "call 13800138000"),
        ("a.vcf", "BEGIN:VCARD\nNOTE:1380013\n\t8000\nEND:VCARD\n", "13800138000"),
        ("b.vcf", "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:1380013=\n8000\nEND:VCARD\n", "13800138000"),
        ("c.vcf", "BEGIN:VCARD\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=E4=B8=89\nEND:VCARD", ":张三"),
        ("a.ldif", "version: 1\ndn: cn=x\ndescription: 1380013\n 8000\n", "description: 13800138000"),
    ],
)
def test_a_line_that_was_folded_is_one(read_inside, name, text, said):
    read = read_inside(text.encode(), name)[""]
    assert read.status == "inspected"
    assert said in read.text


@pytest.mark.parametrize("size", [65_530, 65_536, 65_537, 131_072])
def test_a_line_that_was_folded_where_a_piece_ends_is_one(read_inside, size):
    head = "BEGIN:VCARD\nNOTE:"
    text = f"{head}{'x' * (size - len(head))}1380013\n 8000\nTEL:13900139000\nEND:VCARD"
    read = read_inside(text.encode(), "a.vcf")[""]
    assert "x13800138000\nTEL:13900139000\nEND:VCARD" in read.text


def test_values_that_are_broken_are_kept(read_inside):
    text = "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:=ZZ 13800138000=\n"
    assert "13800138000" in read_inside(text.encode(), "a.vcf")[""].text
