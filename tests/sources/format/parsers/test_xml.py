from __future__ import annotations

import pytest

RECORDS = """<?xml version="1.0" encoding="GB2312"?>
<!-- 导出人 13600136000 -->
<export xmlns="urn:x" bank="示例"><made>2026-06-01</made><customers>
<customer id="1"><name>张三</name><contact><phone>13800138000</phone><phone>13700137000</phone></contact></customer>
<customer id="2"><name><![CDATA[李四]]></name><contact><phone>13900139000</phone></contact></customer>
</customers></export>"""


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_the_element_that_repeats_is_a_record_whatever_the_encoding(read_inside, encoding):
    read = read_inside(RECORDS.encode(encoding), "a.xml")[""]
    assert read.rows[0] == {"@id": "1", "name": "张三", "contact/phone": "13800138000\n13700137000"} | dict.fromkeys(
        set(read.rows[0]) - {"@id", "name", "contact/phone"}
    )
    assert read.rows[1]["name"] == "李四"
    assert read.rows[2]["made"] == "2026-06-01"
    assert "13600136000" in str(read.rows[2])
    assert read.status == "inspected"


def test_a_document_without_records_is_one_row(read_inside):
    read = read_inside(b"<?xml version='1.0'?><config><db user='app'><password>x</password></db></config>", "a.xml")[""]
    assert read.rows == {0: {"db/@user": "app", "db/password": "x"}}


def test_entities_are_not_followed_and_the_file_is_read_as_text(read_inside, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    page = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a><b>&x; 13800138000</b></a>'
    read = read_inside(page.encode(), "a.xml")[""]
    assert (read.status, "declares entities" in read.reason) == ("inspected", True)
    assert "13800138000" in read.text
    assert "SECRET" not in str(read.rows) + read.text


def test_a_truncated_document_keeps_its_records_and_fails(read_inside):
    read = read_inside(RECORDS[: RECORDS.index("李四")].encode(), "a.xml")[""]
    assert read.rows[0]["name"] == "张三"
    assert read.status == "failed"


def test_from_where_a_document_is_malformed_its_text_is_read(read_inside):
    page = "<?xml version='1.0'?>\n<a>\n<b><c>1</c></b>\n<b><c>2</b>\n13800138000"
    read = read_inside(page.encode(), "a.xml")[""]
    assert "13800138000" in read.text
    assert read.reason == "not well-formed XML; from line 4 on was read as text"


def test_entities_without_end_do_no_harm(read_inside):
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    page = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "x">{nested}]><a>&e9;</a>'
    assert len(read_inside(page.encode(), "a.xml")[""].text) == len(page)


def test_a_document_type_without_entities_changes_nothing(read_inside):
    page = b'<?xml version="1.0"?><!DOCTYPE mapper PUBLIC "-//x" "http://x.invalid/x.dtd"><mapper><a>1</a></mapper>'
    read = read_inside(page, "a.xml")[""]
    assert (read.status, read.rows, read.text) == ("inspected", {0: {"a": "1"}}, "")


def test_nesting_without_end_fails(read_inside):
    read = read_inside(b"<?xml version='1.0'?>" + b"<a>" * 100_000, "a.xml")[""]
    assert read.status == "failed"


def test_a_damaged_document_never_raises_and_always_leaves_a_row(read_inside, mutations):
    for broken in mutations(RECORDS.encode(), 60):
        assert read_inside(broken, "a.xml")


def test_what_is_said_to_programs_is_read_save_how_it_is_to_look(read_inside):
    text = '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><?note call 13800138000?><a><b>1</b></a>'
    cells = [cell for row in read_inside(text.encode(), "a.xml")[""].rows.values() for cell in row.values()]
    assert "call 13800138000" in cells
    assert not any("a.xsl" in (cell or "") for cell in cells)
