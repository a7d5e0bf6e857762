from __future__ import annotations

import gzip

import pytest


def test_an_office_document_with_a_password_is_told(data_file):
    [read] = data_file("locked.docx").values()
    assert (read.asset.name, read.status, read.reason) == ("locked.docx", "failed", "protected by a password")


def test_all_text_of_an_old_word_document_is_read(data_file):
    [read] = data_file("letter.doc").values()
    assert read.status == "inspected"
    for said in (
        "联系电话 13800138000。",
        "李四\t13900139000\tc@d.cn",
        "姓名\t王五",
        "header@bank.example",
        "13700137000",
    ):
        assert said in read.text
    assert "\x07" not in read.text


def test_the_text_of_old_slides_is_read_tables_and_notes_included(data_file):
    [read] = data_file("slide.ppt.gz").values()
    for said in ("客户张三 电话 13800138000", "13900139000", "备注 13700137000"):
        assert said in read.text


def test_an_outlook_message_is_read_with_its_recipients_attachments_and_attached_messages(data_file):
    found = data_file("mail.msg")
    for said in ("zhang@bank.example", "李四 li@bank.example", "名单 13600136000", "电话 13700137000", "内含 c@d.cn"):
        assert said in found[""].text
    assert found["!名单.csv"].rows == {0: {"姓名": "王五", "手机号": "13500135000"}}
    assert found["!旧.txt"].text == "old 13400134000"


@pytest.mark.parametrize("name", ["letter.doc", "slide.ppt.gz", "mail.msg"])
def test_a_damaged_compound_file_never_raises_and_always_leaves_a_row(read_inside, mutations, checkout, name):
    whole = (checkout / "tests/sources/format/data" / name).read_bytes()
    whole = gzip.decompress(whole) if name.endswith(".gz") else whole
    for broken in mutations(whole, 40):
        assert read_inside(broken, "a")


def test_a_truncated_old_document_fails(read_inside, checkout):
    whole = (checkout / "tests/sources/format/data/letter.doc").read_bytes()
    assert {one.status for one in read_inside(whole[:4000], "a.doc").values()} == {"failed"}
