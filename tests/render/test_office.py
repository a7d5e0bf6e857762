"""Workbooks, letters and papers: what is in them, that nothing in them reckons, and that LibreOffice opens them."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import docx
import openpyxl
import pytest
from lxml import etree

from pii_audit.errors import UsageError
from pii_audit.model.course import Course, Point, Standing
from pii_audit.model.decision import Content, Decision
from pii_audit.model.finding import Status
from pii_audit.render import package
from pii_audit.render.docx import DOCUMENTS, Letter, render_document, render_letter, render_year
from pii_audit.render.docx.workpaper import items
from pii_audit.render.interface import render
from pii_audit.render.unit_view import of_units
from pii_audit.rules.catalogue import load_rules

LETTER = Letter("杭州分行", 7, date(2026, 7, 2), date(2026, 7, 17), "张某")


def _book(run, language="zh"):
    return openpyxl.load_workbook(io.BytesIO(render("xlsx", run, language)))


def _word(data):
    return docx.Document(io.BytesIO(data))


def _text(document):
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(parts)


def _papers(run, language="zh"):
    return {
        **{name: render_document(name, run, language) for name in DOCUMENTS},
        "letter": render_letter(run, LETTER, language),
    }


# The workbook


def test_the_workbook_has_its_sheets_filters_frozen_headings_and_bars(run):
    book = _book(run)
    assert book.sheetnames == ["概要", "问题清单", "个人信息分布", "对外提供", "访问权限", "检查覆盖情况"]
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.oddFooter.left.text == run.id
    kinds = {
        rule.type
        for name in ("问题清单", "个人信息分布")
        for rules in book[name].conditional_formatting
        for rule in rules.rules
    }
    assert kinds == {"dataBar", "cellIs"}


def test_figures_are_figures_and_dates_are_dates(run):
    sheet = _book(run, "en")["Findings"]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert len(rows) == len(run.findings) + len(run.suppressed)
    excess = next(row for row in rows if row["Rule"] == "SHR002")
    assert (excess["People"], excess["Due"].date(), excess["Owner"]) == (1000, date(2026, 7, 15), "数据部")
    assert next(row for row in rows if row["Rule"] == "SHR003")["Set aside because"] == "policies/exceptions.yaml:4"
    inventory = _book(run, "en")["Inventory"]
    assert inventory["G2"].value == 1000
    assert inventory["I2"].number_format == "0.0%"


def test_what_could_not_be_inspected_comes_first_and_stands_out(run):
    sheet = _book(run, "en")["Coverage"]
    assert [sheet["B2"].value, sheet["C2"].value] == ["hz/旧系统.xlsx", "failed"]


def test_every_sheet_of_a_run_without_anything_has_its_heading(run):
    empty = replace(run, findings=(), suppressed=(), coverage=(), verdicts=(), inspected=(), grants=())
    assert all(sheet.max_row >= 1 and sheet["A1"].value for sheet in _book(empty))


def test_no_cell_reckons_and_none_hides_anything(hostile):
    run, _ = hostile
    data = render("xlsx", run, "en")
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").lstrip().startswith(tuple("=+@＝＋＠"))
                assert len(str(cell.value or "")) <= 32_767
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower()]
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(parts.read(name))
                assert not root.xpath("//*[local-name()='f' or local-name()='hyperlink']")


def test_a_list_too_long_to_style_is_whole(run):
    many = tuple(replace(run.findings[0], fingerprint=f"{number:032x}") for number in range(6_000))
    sheet = openpyxl.load_workbook(io.BytesIO(render("xlsx", replace(run, findings=many), "en")), read_only=True)[
        "Findings"
    ]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == 6_000 + len(run.suppressed) + 1


# Letters and papers


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_paper_names_the_run_in_its_foot_and_its_title(run, language):
    for data in _papers(run, language).values():
        document = _word(data)
        assert run.id in document.sections[0].footer.paragraphs[0].text
        assert run.id in _text(document)
        assert document.core_properties.title


def test_the_report_has_its_six_parts_and_says_what_it_does_not_cover(run):
    document = _word(render("docx", run, "zh"))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == [
        "一、自查范围",
        "二、自查方法",
        "三、结论与统计",
        "四、主要问题",
        "五、整改情况",
        "六、下一步计划",
    ]
    text = _text(document)
    assert "下列 1 个对象未能检查" in text
    assert "share:hz/旧系统.xlsx" in text
    assert "policies/exceptions.yaml:4" in text


def test_the_report_names_who_agreed_to_what_is_set_aside(run):
    decision = Decision(
        "王某", "李某", "旧系统下线前", datetime(2026, 7, 1, tzinfo=UTC), Content("high", "gap"), "张某"
    )
    accepted = replace(run.findings[0], status=Status.ACCEPTED, decision=decision)
    assert "旧系统下线前 (李某)" in _text(_word(render("docx", replace(run, findings=(accepted,)), "zh")))


def test_a_letter_is_numbered_addressed_and_has_a_day_to_answer_by_and_a_form(run):
    text = _text(_word(render_letter(of_units(run, ("hq",)), LETTER, "zh")))
    assert "〔2026〕7 号" in text
    assert "杭州分行（张某）：" in text
    assert "2026-07-17 前书面反馈" in text
    assert "延期申请" in text
    assert "SHR002" in text
    assert "STO001" not in text  # of another unit


def test_the_workpaper_goes_item_by_item_and_leaves_to_people_what_is_theirs(run):
    table = _word(render_document("workpaper", run, "en")).tables[0]
    rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in table.rows}
    assert list(rows)[1:] == [item.number for item in items()]
    assert "a1b2c3d4" in rows["8"][3]
    assert rows["9"][2] == "for a person"
    assert rows["9"][3] == ""
    assert rows["16"][3] == "no record"


def test_the_workpaper_names_rules_that_there_are():
    assert {rule for item in items() for rule in item.rules} <= set(load_rules())


def test_the_records_of_processing_name_what_was_seen_and_leave_the_rest_to_people(run):
    noted = replace(run, notes={**run.notes, "flow.sms-daily.recipient": "acme-sms", "flow.sms-daily.purpose": "sms"})
    provided, kept = _word(render_document("ropa", noted, "en")).tables
    flow = [cell.text for cell in provided.rows[1].cells]
    assert flow[:3] == ["sms-daily", "sms", "acme-sms"]
    assert "Resident identity number" in flow[3]
    assert flow[4:] == ["1000", "", "", ""]
    rows = [[cell.text for cell in row.cells] for row in kept.rows[1:]]
    assert [row[0] for row in rows] == [
        "core:customer",
        "core:call_note",
        "outbox:sms_20260701.csv",
        "share:hz/backup/应用日志 2026-06.log",
    ]
    assert rows[3][3] == "C3"


DECLARED = {
    "flow.sms-daily.recipient": "acme-sms",
    "flow.sms-daily.recipient@zh": "示例短信公司",
    "flow.sms-daily.recipient@en": "Acme SMS",
    "flow.sms-daily.basis": "contract",
    "flow.sms-daily.consent": "separate CS-3",
    "flow.sms-daily.role": "processor",
    "flow.sms-daily.agreement": "HT-1 2025-01-01..2099-12-31",
    "flow.sms-daily.transfer": "standard_contract BA-7 2030-01-01",
    "flow.sms-daily.channel": "sftp",
    "flow.sms-daily.protection": "pgp KEY-7",
    "source.core.at_rest": "TDE SEC-3",
    "source.core.owner": "零售业务部",
    "asset.core:customer.kept": "closed_at 10y..15y",
    "asset.core:customer.purposes@zh": "开户",
    "asset.core:customer.purposes@en": "Account opening",
}


def test_what_the_policies_declared_that_day_stands_in_records_and_assessments(run):
    noted = replace(run, notes={**run.notes, **DECLARED})
    provided, kept = _word(render_document("ropa", noted, "zh")).tables
    flow = [cell.text for cell in provided.rows[1].cells]
    assert flow[2] == "示例短信公司 (acme-sms)\n受托人"
    assert flow[5:] == [
        "订立、履行合同所必需\n单独同意 CS-3",
        "HT-1 2025-01-01..2099-12-31\n标准合同 BA-7 2030-01-01",
        "sftp\npgp KEY-7",
    ]
    customer = [cell.text for cell in kept.rows[1].cells]
    assert (customer[1], *customer[5:]) == ("零售业务部", "开户", "closed_at 10y..15y", "TDE SEC-3")
    matters = _word(render_document("pia", noted, "en")).tables[0]
    told = {row.cells[0].text: row.cells[1].text for row in matters.rows}
    assert told["Legal basis"] == "contract\nseparate consent CS-3"
    assert told["Recipient"] == "Acme SMS (acme-sms)"
    assert told["People"] == "1,000"


def test_a_unit_sees_what_is_declared_of_its_own_and_nothing_of_others(run):
    noted = replace(
        run, notes={**run.notes, **DECLARED, "unit.hz": "杭州分行", "unit.hz@en": "Hangzhou", "unit.hq@en": "HQ"}
    )
    seen = of_units(noted, ["hz"]).notes
    assert {name for name in seen if name.startswith(("flow.", "source.", "asset.", "unit."))} == {
        "unit.hz",
        "unit.hz@en",
    }
    assert (seen["scope"], seen["scope@en"]) == ("杭州分行", "Hangzhou")
    assert {name for name in of_units(noted, ["hq"]).notes if name.startswith("flow.")} == {
        name for name in DECLARED if name.startswith("flow.")
    }


def test_the_annual_report_tells_of_the_year_with_the_run_beside_each_figure(run):
    at = run.finished
    points = (
        Point("old", at.replace(year=at.year - 1), {"high": 99}, 99, 0),
        Point("r1", at.replace(month=1), {"high": 7, "low": 1}, 8, 0),
        Point("r2", at, {"high": 2}, 1, 6),
    )
    course = Course(points, {}, (Standing("hz", 2, 2, 1, 0, 6, 12),))
    document = _word(render_year(run, "en", course))
    text = _text(document)
    assert f"The 2 self-checks of {at.year} found 9 in all and confirmed 6 as put right" in text
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["r1", f"{at.year}-01-{at.day:02d}", "0", "7", "0", "1", "0", "8", "0"] in rows
    assert not [row for row in rows if row[0] == "old"]
    assert ["hz", "2", "2", "1", "0", "6", "12"] in rows
    assert "self-checks of" not in _text(_word(render_year(run, "en", replace(course, points=points[:2]))))


def test_an_impact_assessment_says_why_it_is_due_and_what_was_found(run):
    text = _text(_word(render_document("pia", run, "en")))
    assert "sensitive personal information" in text
    assert "VIOLATION SHR002: neither the purpose nor the recipient's scope allows it" in text
    assert "remove the column id_no from the export" in text
    nothing = _text(_word(render_document("pia", replace(run, verdicts=()), "en")))
    assert "No flow was judged" in nothing


def test_hostile_names_break_no_paper(hostile):
    run, _ = hostile
    for data in _papers(run).values():
        assert _word(data).paragraphs
        assert len(data) < 400_000
    assert _word(render_letter(run, replace(LETTER, unit=hostile[1][:500], responsible=hostile[1][:500]), "en"))


# What both are


def test_the_same_run_gives_the_same_bytes(run):
    assert render("xlsx", run, "zh") == render("xlsx", run, "zh")
    assert _papers(run) == _papers(run)


def test_without_the_libraries_it_says_what_to_install(run, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(UsageError, match=r"openpyxl is not installed.*pii-audit\[office\]"):
        package.office("openpyxl")


def test_a_unit_sees_what_it_answers_for_and_nothing_of_others(run):
    view = of_units(
        replace(run, notes={**run.notes, "unit.hq": "总行", "unit.hz": "杭州", "flow.other.recipient": "x"}), ("hz",)
    )
    assert [finding.rule for finding in view.findings] == ["STO001"]
    assert [one.asset.id for one in view.inspected] == ["share:hz/backup/应用日志 2026-06.log"]
    assert [row.id for row in view.coverage] == ["share:hz/backup/应用日志 2026-06.log"]
    assert (view.verdicts, view.suppressed, view.grants) == ((), (), ())
    assert view.notes["scope"] == "杭州"
    assert "unit.hq" not in view.notes
    assert "flow.other.recipient" not in view.notes
    for name in ("json", "html", "csv", "markdown"):
        written = render(name, view, "zh")
        text = written if isinstance(written, str) else written.decode()
        assert "sms-daily" not in text
        assert "a1b2c3d4" not in text


def test_of_a_flow_a_unit_sees_its_own_elements_alone(run):
    view = of_units(run, ("hq",))
    assert [(verdict.flow, verdict.element) for verdict in view.verdicts] == [("sms-daily", "cn_resident_id")]


@pytest.mark.service
@pytest.mark.parametrize("name", ["xlsx", "annual", "workpaper", "letter", "ropa", "pia"])
def test_libreoffice_opens_it_and_prints_its_pages(run, tmp_path, name):
    # A program of its own and no part of us: absent, the test skips as one without its server does.
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    made: dict[str, bytes] = {**_papers(run), "xlsx": render("xlsx", run, "zh")}  # type: ignore[dict-item]
    ending = "xlsx" if name == "xlsx" else "docx"
    source = tmp_path / f"{name}.{ending}"
    source.write_bytes(made[name])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    printed = (tmp_path / f"{name}.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 10_000
