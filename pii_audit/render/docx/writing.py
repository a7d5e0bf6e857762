"""Blocks as a Word document: A4, Chinese and Latin type faces, the run's id and the page in the foot of every page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from pii_audit.language import Language
from pii_audit.model.run import Run
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.package import office, settled
from pii_audit.render.safe import safe_xml

LATIN, SONG, HEI = "Times New Roman", "宋体", "黑体"
"""The faces of official documents; where they are not installed, the program that opens it takes others."""
TEXT_WIDTH_CM = 17.0
BODY, SMALL = 11, 8
CELL = 1_000
"""Characters of one cell: a letter is read by people."""


def document(blocks: Sequence[Block], run: Run, language: Language) -> bytes:
    """The blocks as one file, the same bytes for the same run."""
    docx, shared = office("docx"), office("docx.shared")
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = shared.Cm(21.0), shared.Cm(29.7)
    section.left_margin = section.right_margin = shared.Cm(2.0)
    _face(made.styles["Normal"], SONG)
    made.styles["Normal"].font.size = shared.Pt(BODY)
    _face(made.styles["Heading 1"], HEI)
    made.styles["Heading 1"].font.size = shared.Pt(14)
    made.styles["Heading 1"].font.color.rgb = shared.RGBColor(0, 0, 0)
    made.core_properties.author = "pii-audit"
    made.core_properties.language = "zh-CN" if language == "zh" else "en-US"
    made.core_properties.subject = run.id
    made.core_properties.title = next((_line(block.text) for block in blocks if isinstance(block, Title)), "")
    made.core_properties.created = run.finished.astimezone(UTC).replace(tzinfo=None)
    for block in blocks:
        _add(made, block)
    _foot(section, run)
    stream = io.BytesIO()
    made.save(stream)
    return settled(stream.getvalue(), run.finished)


def _line(text: str, limit: int = 2_000) -> str:
    """One line without what XML refuses; the writer escapes markup."""
    return safe_xml(text, limit)


def _face(style: Any, chinese: str) -> None:
    style.font.name = LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    name = office("docx.oxml.ns").qn
    fonts.set(name("w:eastAsia"), chinese)
    # Otherwise the theme's faces win.
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(name(theme), None)


def _add(made: Any, block: Block) -> None:
    align = office("docx.enum.text").WD_ALIGN_PARAGRAPH
    shared = office("docx.shared")
    match block:
        case Title():
            head = made.add_paragraph()
            head.alignment = align.CENTER
            run = head.add_run(_line(block.text))
            run.bold, run.font.size = True, shared.Pt(20)
            if block.below:
                below = made.add_paragraph(_line(block.below))
                below.alignment = align.CENTER
        case Heading():
            made.add_heading(_line(block.text), level=1)
        case Paragraph():
            added = made.add_paragraph()
            added.add_run(_line(block.text)).bold = block.strong
            added.alignment = align.RIGHT if block.right else align.LEFT
        case Table():
            _table(made, block)


def _table(made: Any, block: Table) -> None:
    shared = office("docx.shared")
    table = made.add_table(rows=1, cols=len(block.headings), style="Table Grid")
    table.autofit = False
    widths = [shared.Cm(TEXT_WIDTH_CM * share / sum(block.widths)) for share in block.widths]
    # Word goes by the cells, LibreOffice by the grid.
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # Word repeats a heading row at the top of every page that the table runs over.
    _mark(table.rows[0], "w:tblHeader")
    _fill(table.rows[0], block.headings, widths, strong=True)
    for texts in block.rows:
        row = table.add_row()
        _mark(row, "w:cantSplit")
        _fill(row, texts, widths, strong=False)
    made.add_paragraph()


def _mark(row: Any, name: str) -> None:
    """Gives a row a property for which python-docx has no public way."""
    row._tr.get_or_add_trPr().append(office("docx.oxml").OxmlElement(name))  # noqa: SLF001 - as above


def _fill(row: Any, texts: Sequence[str], widths: Sequence[Any], *, strong: bool) -> None:
    shared = office("docx.shared")
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = shared.Pt(0)
        for number, line in enumerate(text.split("\n")):
            written = paragraph.add_run(_line(line, CELL))
            written.bold, written.font.size = strong, shared.Pt(SMALL)
            if number < text.count("\n"):
                written.add_break()


def _foot(section: Any, run: Run) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.add_run(f"{_line(run.id)}    ").font.size = office("docx.shared").Pt(SMALL)
    element, name = office("docx.oxml").OxmlElement, office("docx.oxml.ns").qn
    for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = paragraph.add_run()
        part.font.size = office("docx.shared").Pt(SMALL)
        made = element("w:fldChar" if kind else "w:instrText")
        if kind:
            made.set(name("w:fldCharType"), kind)
        else:
            made.text = code
        part._r.append(made)  # noqa: SLF001 - a field has no public way in
