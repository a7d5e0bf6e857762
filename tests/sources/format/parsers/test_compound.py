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


def renamed(data, **names):
    """A compound file with other names in its directory (MS-CFB 2.6.1: 64 bytes of UTF-16, then their length)."""
    for old, new in names.items():
        before, after = (name.encode("utf-16-le") + bytes(2) for name in (old.replace("_", "\1"), new))
        at = data.index(before)
        entry = after.ljust(64, b"\0") + len(after).to_bytes(2, "little")
        data = data[:at] + entry + data[at + 66 :]
    return data


WPS = {
    "a.wps": ("letter.doc", {"_CompObj": "WpsCustomData"}, "联系电话 13800138000。"),
    "b.wps": ("letter.doc", {"WordDocument": "WORDDOCUMENT"}, "联系电话 13800138000。"),
    "a.dps": ("slide.ppt.gz", {"_CompObj": "WpsCustomData"}, "客户张三 电话 13800138000"),
}


@pytest.mark.parametrize("name", WPS)
def test_documents_of_wps_office_are_read_as_what_they_are(read_inside, checkout, name):
    path, names, said = WPS[name]
    whole = (checkout / "tests/sources/format/data" / path).read_bytes()
    whole = gzip.decompress(whole) if path.endswith(".gz") else whole
    [read] = read_inside(renamed(whole, **names), name).values()
    assert said in read.text
    assert read.status == "inspected"


@pytest.mark.parametrize("names", [{"_CompObj": "ETExtData"}, {"Workbook": "WORKBOOK"}])
def test_tables_of_wps_office_are_read_as_excel(read_inside, checkout, names):
    whole = (checkout / "tests/sources/format/data/book.xls").read_bytes()
    plain, wps = (
        {place: (one.rows, one.text, one.status) for place, one in read_inside(data, "a.et").items()}
        for data in (whole, renamed(whole, **names))
    )
    assert plain == wps
    assert any(rows for rows, _, _ in plain.values())


def test_new_documents_of_wps_office_are_told_by_their_content(data_file, read_inside, checkout):
    for name, wps in (("letter.docx", "a.wps"), ("book.xlsx", "a.et"), ("slide.pptx", "a.dps")):
        found = read_inside((checkout / "tests/sources/format/data" / name).read_bytes(), wps)
        assert {place: one.text for place, one in found.items()} == {
            place: one.text for place, one in data_file(name).items()
        }


def test_a_document_of_microsoft_works_is_told(read_inside, checkout):
    whole = (checkout / "tests/sources/format/data/letter.doc").read_bytes()
    for names in ({"WordDocument": "MatOST"}, {"WordDocument": "CONTENTS", "1Table": "MM"}):
        [read] = read_inside(renamed(whole, **names), "a.wps").values()
        assert (read.status, read.reason) == ("failed", "no reader for this kind: Microsoft Works document")


@pytest.mark.parametrize("name", ["letter.doc", "book.xls", "mail.msg"])
def test_what_follows_the_last_sector_is_read_where_it_is_no_slack(read_inside, checkout, name):
    data = (checkout / "tests/sources/format/data" / name).read_bytes()
    found = read_inside(data + "\r\n姓名,手机号\n张三,13700137000\n".encode(), name)
    assert found["!rest"].rows == {0: {"姓名": "张三", "手机号": "13700137000"}}
    assert set(read_inside(data + bytes(range(256)) * 2, name)) == set(read_inside(data, name))
