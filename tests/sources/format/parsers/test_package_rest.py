from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from pii_audit.sources.format.parsers import sheet_rest

DATA = Path(__file__).parent.parent / "data"
PHONE = "13800138000"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def everything(read_inside):
    """All that is read of a document, and what was not."""

    def read(data, name):
        found = read_inside(data, name)
        cells = [cell for one in found.values() for row in one.rows.values() for cell in row.values() if cell]
        failures = [one.reason for one in found.values() if one.status == "failed"]
        return "\n".join([*(one.text for one in found.values()), *cells]), failures

    return read


def changed(repacked, name, part, old, new):
    """A document in one of whose parts something is replaced, by a pattern."""
    with zipfile.ZipFile(DATA / name) as document:
        was = document.read(part).decode()
    now = re.sub(old, lambda found: new.replace("FOUND", found[0]), was, count=1)
    assert now != was
    return repacked(name, **{part: now.encode()})


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("letter.docx", "docProps/core.xml"),
        ("letter.docx", "docProps/custom.xml"),
        ("letter.docx", "customXml/item1.xml"),
        ("letter.docx", "word/charts/chart1.xml"),
        ("letter.docx", "word/diagrams/data1.xml"),
        ("letter.docx", "word/settings.xml"),
        ("letter.docx", "word/something.new.xml"),
        ("slide.pptx", "ppt/notesMasters/notesMaster9.xml"),
        ("slide.pptx", "ppt/tags/tag1.xml"),
        ("book.xlsx", "xl/pivotCache/pivotCacheRecords1.xml"),
        ("book.xlsx", "xl/externalLinks/externalLink1.xml"),
        ("book.xlsx", "xl/charts/chart1.xml"),
        ("book.xlsx", "xl/drawings/drawing9.xml"),
        ("letter.odt", "meta.xml"),
        ("book.ods", "Object 1/content.xml"),
    ],
)
@pytest.mark.parametrize("form", ["<r><v>{}</v></r>", '<r a="{}"/>', "<r><!--{}--></r>"])
def test_parts_beside_the_text_are_read(everything, repacked, name, part, form):
    text, failures = everything(repacked(name, **{part: form.format(PHONE).encode()}), name)
    assert PHONE in text
    assert failures == []


def test_a_number_in_several_runs_of_a_paragraph_is_one(everything, repacked):
    part = b'<c xmlns:a="urn:a"><a:p><a:r><a:t>1380</a:t></a:r><a:r><a:t>0138000</a:t></a:r></a:p><a:p><a:t>x</a:t></a:p></c>'
    assert PHONE in everything(repacked("letter.docx", **{"word/charts/chart1.xml": part}), "a.docx")[0]


@pytest.mark.parametrize(
    "said",
    [
        f'<w:p><w:r><w:drawing><d descr="张三 {PHONE}"/></w:drawing></w:r></w:p>',
        f'<w:p><w:fldSimple w:instr="HYPERLINK tel:{PHONE}"/></w:p>',
        f'<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="{PHONE}"/></w:dropDownList></w:sdtPr></w:sdt>',
        f'<w:p><w:r><w:fldChar><w:ffData><w:default w:val="{PHONE}"/></w:ffData></w:fldChar></w:r></w:p>',
        f"<w:p><w:del><w:r><w:delInstrText>{PHONE}</w:delInstrText></w:r></w:del></w:p>",
        f'<w:p><a:t xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{PHONE}</a:t></w:p>',
        f"<!-- {PHONE} -->",
    ],
)
def test_what_a_letter_does_not_show_is_read(everything, repacked, said):
    data = changed(repacked, "letter.docx", "word/document.xml", "<w:body>", f"FOUND{said}")
    text, _ = everything(data, "a.docx")
    assert text.count(PHONE) == everything((DATA / "letter.docx").read_bytes(), "a.docx")[0].count(PHONE) + 1


@pytest.mark.parametrize(
    "said",
    [
        "<headerFooter><oddHeader>&amp;C&amp;12 13700137001</oddHeader></headerFooter>",
        '<dataValidations><dataValidation><formula1>"13700137001,2"</formula1></dataValidation></dataValidations>',
        '<hyperlinks><hyperlink ref="A1" tooltip="13700137001"/></hyperlinks>',
    ],
)
def test_what_a_sheet_says_beside_its_cells_is_read_and_the_cells_once(everything, repacked, said):
    plain, _ = everything((DATA / "book.xlsx").read_bytes(), "a.xlsx")
    data = changed(repacked, "book.xlsx", "xl/worksheets/sheet1.xml", "</sheetData>", f"FOUND{said}")
    text, _ = everything(data, "a.xlsx")
    assert "13700137001" in text
    assert text.count(PHONE) == plain.count(PHONE)


@pytest.mark.parametrize(
    "left", ["<si><t>{}</t></si>", "<x:si><x:r><x:t>1370013</x:t></x:r><x:r><x:t>7001</x:t></x:r></x:si>"]
)
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_strings_that_no_cell_shows_are_read_and_the_others_once(left, block, monkeypatch):
    monkeypatch.setattr(sheet_rest, "BLOCK", block)
    cells = '<c r="A1" s="4" t="s"><v>0</v></c><x:c t=\'s\'><x:f>A1</x:f></x:c><x:c t="s">\n<x:v>3</x:v></x:c>'
    sheet = f'<worksheet><cols/><sheetData a="b"><row>{cells}</row></sheetData><headerFooter/></worksheet>'
    strings = f'<sst><si><t>张三</t></si><si/>{left.format("13700137001")}<si xml:space="a"><t>李四</t></si><si><t>&lt;王&#20116;</t></si></sst>'
    beside = sheet_rest.BesideCells()
    rest, formulas = beside.of(io.BytesIO(sheet.encode()))
    assert (rest, formulas) == (b"<worksheet><cols/><headerFooter/></worksheet>", ["A1"])
    assert list(beside.unshown(io.BytesIO(strings.encode()))) == ["13700137001", "<王五"]


def test_strings_that_no_cell_shows_are_told_of_a_workbook(everything, repacked):
    data = changed(repacked, "book.xlsx", "xl/sharedStrings.xml", "</sst>", "<si><t>13700137001</t></si></sst>")
    plain, _ = everything((DATA / "book.xlsx").read_bytes(), "a.xlsx")
    text, failures = everything(data, "a.xlsx")
    assert ("13700137001" in text, text.count(PHONE), failures) == (True, plain.count(PHONE), [])


def test_a_sheet_without_cells_is_read_for_what_else_it_says(everything, repacked):
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><headerFooter><oddHeader>13700137001</oddHeader></headerFooter></worksheet>'
    assert "13700137001" in everything(repacked("book.xlsx", **{"xl/worksheets/sheet1.xml": sheet}), "a.xlsx")[0]


def test_texts_in_formulas_and_shapes_of_open_sheets_are_read_and_their_cells_once(everything, repacked):
    with zipfile.ZipFile(DATA / "book.ods") as document:
        content = document.read("content.xml").decode()
    shape = "<table:shapes><draw:rect><text:p>call 13700137001</text:p></draw:rect></table:shapes>"
    now = re.sub(r"<table:table [^>]*>", lambda found: found[0] + shape, content, count=1)
    text, _ = everything(repacked("book.ods", **{"content.xml": now.encode()}), "a.ods")
    plain, _ = everything((DATA / "book.ods").read_bytes(), "a.ods")
    assert "call 13700137001" in text
    assert text.count(PHONE) == plain.count(PHONE)


def test_a_link_out_of_the_document_is_read(everything, repacked):
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    link = f'<Relationships xmlns="{space}"><Relationship Id="a" Target="tel:{PHONE}" TargetMode="External"/></Relationships>'
    assert (
        f"tel:{PHONE}" in everything(repacked("letter.docx", **{"word/_rels/x.xml.rels": link.encode()}), "a.docx")[0]
    )


def test_a_part_that_is_no_xml_is_read_as_the_file_that_it_is(read_inside, repacked):
    parts = {"list.csv": f"姓名,手机号\n张三,{PHONE}\n".encode(), "word/broken.xml": f"<a>{PHONE}".encode()}
    found = read_inside(repacked("letter.docx", **parts), "a.docx")
    assert found["!list.csv"].rows == {0: {"姓名": "张三", "手机号": PHONE}}
    assert PHONE in found["!word/broken.xml"].text + str(found["!word/broken.xml"].rows)
    assert (
        read_inside(repacked("letter.docx", **{"word/x.bin": bytes(range(256))}), "a.docx")["!word/x.bin"].status
        == "failed"
    )


def test_the_picture_that_libreoffice_keeps_of_a_chart_is_no_gap_where_the_chart_is_read(read_inside, repacked):
    picture = {"ObjectReplacements/Object 1": b"VCLMTF\1\0" + bytes(range(256))}
    chart = {"Object 1/content.xml": f"<c><p>call {PHONE}</p></c>".encode()}
    whole = read_inside(repacked("book.ods", **picture, **chart), "a.ods")
    assert f"call {PHONE}" in whole["!other parts"].text
    assert [name for name, one in whole.items() if one.status == "failed"] == []
    assert read_inside(repacked("book.ods", **picture), "a.ods")["!Object 1"].status == "failed"


@pytest.mark.parametrize("name", ["letter.docx", "book.xlsx", "slide.pptx", "letter.odt"])
def test_what_follows_the_end_of_a_document_is_read(read_inside, name):
    data = (DATA / name).read_bytes()
    assert read_inside(data + f"\n\n姓名,手机号\n张三,{PHONE}\n".encode(), name)["!rest"].rows == {
        0: {"姓名": "张三", "手机号": PHONE}
    }
    assert read_inside(data + bytes(range(256)), name)["!rest"].status == "failed"
    assert set(read_inside(data + b"\r\n\0\0", name)) == set(read_inside(data, name))


def test_a_control_is_read_for_what_it_says_and_no_gap(everything, repacked):
    said = (
        b"\0\2\x20\0\3\0\0\0\x0c\0\0\x80CommandButton1\0\0"
        + f"张三 {PHONE}".encode("utf-16-le")
        + bytes(range(128, 256))
    )
    text, failures = everything(repacked("letter.docx", **{"word/activeX/activeX1.bin": said}), "a.docx")
    assert (f"张三 {PHONE}" in text, failures) == (True, [])


@pytest.mark.parametrize(
    ("name", "part"), [("letter.docx", "word/vbaProjectSignatureAgile.bin"), ("letter.odt", "Fonts/a.ttf")]
)
def test_signatures_and_fonts_are_no_gap(everything, repacked, name, part):
    assert everything(repacked(name, **{part: bytes(range(256))}), name)[1] == []


def test_the_strict_form_is_read_as_the_other(read_inside, repacked):
    with zipfile.ZipFile(DATA / "letter.docx") as document:
        body = document.read("word/document.xml")
    strict = body.replace(WORD.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert strict != body
    plain = read_inside(repacked("letter.docx"), "a.docx")
    found = read_inside(repacked("letter.docx", **{"word/document.xml": strict}), "a.docx")
    assert found[""].text == plain[""].text


def test_what_says_nothing_of_anybody_leaves_no_row(read_inside):
    for name in ("letter.docx", "letter.odt"):
        assert "!other parts" not in read_inside((DATA / name).read_bytes(), name)
