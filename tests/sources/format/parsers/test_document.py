from __future__ import annotations

import pytest

PERSONS = {
    0: {"姓名": "张三", "手机号": "13800138000", "邮箱": "a@b.cn"},
    1: {"姓名": "李四", "手机号": "13900139000", "邮箱": "c@d.cn"},
}


@pytest.mark.parametrize("ending", ["docx", "odt", "html", "rtf"])
def test_a_table_with_a_header_keeps_its_columns(data_file, ending):
    assert data_file(f"letter.{ending}")["!table 1"].rows == PERSONS


@pytest.mark.parametrize("ending", ["docx", "odt", "html", "rtf"])
def test_paragraphs_forms_headers_and_comments_are_text(data_file, ending):
    text = data_file(f"letter.{ending}")[""].text
    for said in ("联系电话 13800138000。", "姓名\t王五\t电话\t13600136000", "header@bank.example", "13700137000"):
        assert said in text


@pytest.mark.parametrize("ending", ["docx", "odt", "html", "rtf"])
def test_rows_of_a_table_are_not_read_twice(data_file, ending):
    assert "李四" not in data_file(f"letter.{ending}")[""].text


def document(body):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return f'<?xml version="1.0"?><w:document {space}><w:body>{body}</w:body></w:document>'.encode()


def test_deleted_text_is_still_in_the_file(read_inside, repacked):
    body = "<w:p><w:del><w:r><w:delText>13800138000</w:delText></w:r></w:del></w:p>"
    assert (
        "13800138000"
        in read_inside(repacked("letter.docx", **{"word/document.xml": document(body)}), "a.docx")[""].text
    )


def test_a_text_box_counts_once(read_inside, repacked):
    box = "<mc:{0}><w:p><w:r><w:t>13800138000</w:t></w:r></w:p></mc:{0}>"
    body = f"<w:p><mc:AlternateContent>{box.format('Choice')}{box.format('Fallback')}</mc:AlternateContent></w:p>"
    text = read_inside(repacked("letter.docx", **{"word/document.xml": document(body)}), "a.docx")[""].text
    assert text.count("13800138000") == 1


def test_a_document_that_declares_entities_fails_and_what_came_before_is_kept(read_inside, repacked):
    parts = {"word/header1.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'}
    found = read_inside(repacked("letter.docx", **parts), "a.docx")
    assert found["!table 1"].rows == PERSONS
    assert (found[""].status, "root:" in found[""].text) == ("failed", False)
    assert "联系电话" in found[""].text


def test_an_html_export_that_calls_itself_xls_is_read_as_a_table(read_inside):
    rows = "".join(f"<tr><td>张{n}</td><td>1380013{n:04}</td></tr>" for n in range(100))
    page = f"<html><body><table><tr><th>姓名</th><th>手机号</th></tr>{rows}</table></body></html>"
    found = read_inside(page.encode("gb18030"), "list.xls")
    assert found["!table 1"].rows[99] == {"姓名": "张99", "手机号": "13800130099"}
    assert len(found["!table 1"].rows) == 100


def test_cells_over_several_rows_and_columns_do_not_shift_the_others(read_inside):
    page = """<table>
      <tr><th>网点</th><th>姓名</th><th>手机号</th></tr>
      <tr><td rowspan="2">杭州</td><td>张三</td><td>13800138000</td></tr>
      <tr><td>李四</td><td>13900139000</td></tr>
      <tr><td colspan="2">合计</td><td>2</td></tr></table>"""
    rows = read_inside(page.encode(), "a.html")["!table 1"].rows
    assert [row["手机号"] for row in rows.values()] == ["13800138000", "13900139000", "2"]
    assert rows[1]["姓名"] == "李四"


def test_a_table_in_a_layout_table_is_the_table(read_inside):
    inner = "<table><tr><th>姓名</th><th>手机号</th></tr><tr><td>张三</td><td>13800138000</td></tr></table>"
    page = f"<html><table><tr><td>菜单 a@b.cn</td><td>{inner}</td></tr></table>"
    found = read_inside(page.encode(), "a.html")
    assert found["!table 1"].rows == {0: {"姓名": "张三", "手机号": "13800138000"}}
    assert "a@b.cn" in found[""].text


def test_what_a_page_carries_in_scripts_comments_links_and_inputs_is_read(read_inside):
    page = (
        "<!DOCTYPE html><script>var p='13800138001'</script><!-- 13800138002 -->"
        "<a href='mailto:a@b.cn'>x</a><input value='13800138003'><p>138&#48;0138004"
    )
    text = read_inside(page.encode(), "a.html")[""].text
    for said in ("13800138001", "13800138002", "a@b.cn", "13800138003", "13800138004"):
        assert said in text


@pytest.mark.parametrize("name", ["letter.docx", "letter.odt", "letter.html", "letter.rtf", "slide.pptx"])
def test_a_damaged_document_never_raises_and_always_leaves_a_row(read_inside, mutations, checkout, name):
    whole = (checkout / "tests/sources/format/data" / name).read_bytes()
    for broken in mutations(whole, 60):
        assert read_inside(broken, name)


def test_a_document_with_a_password_is_told(read_inside, repacked):
    manifest = b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    [read] = read_inside(repacked("letter.odt", **{"META-INF/manifest.xml": manifest}), "a.odt").values()
    assert (read.status, read.reason) == ("failed", "protected by a password")


@pytest.mark.parametrize("ending", ["pptx", "odp"])
def test_slides_are_read_with_their_tables_and_notes(data_file, ending):
    found = data_file(f"slide.{ending}")
    assert found["!table 1"].rows == {0: {"姓名": "李四", "手机号": "13900139000"}}
    for said in ("客户张三 电话 13800138000", "备注 13700137000"):
        assert said in found[""].text
