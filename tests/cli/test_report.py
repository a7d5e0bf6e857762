"""`pii-audit report`: for a unit, as letters, as papers."""

from __future__ import annotations

import json
import pty
import subprocess
import sys

import docx
import pytest

UNITS = """
  units:
    - {id: hq, title: {zh: 总行, en: Head office}, units: [{id: hz, title: {zh: 杭州分行, en: Hangzhou}, responsible: 张某}, {id: sh, title: Shanghai}]}
"""


@pytest.fixture
def recorded(space, excess, call):
    """A workspace with units whose run found things at two of them."""
    text = (space / "audit.yaml").read_text()
    text = text.replace("pci-dss]}", "pci-dss]}").replace(
        "organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}",
        "organisation:\n  name: Test\n  standards: [pipl, jrt-0171, pci-dss]" + UNITS.rstrip(),
    )
    text = text.replace("owner: Data,", "owner: Data, unit: hq,").replace("owner: Retail}", "owner: Retail, unit: hz}")
    text = text.replace("owner: Office}", "owner: Office, unit: sh}")
    (space / "audit.yaml").write_text(text)
    (space / "share" / "public.csv").write_text("mobile\n13800138000\n13900139000\n")
    (space / "share" / "public.csv").chmod(0o644)
    call("run", "--format", "json")
    return space


def _rules(answer):
    return {one["rule"] for one in json.loads(answer.out)["findings"]}


def test_a_unit_sees_its_own_and_a_head_office_all_below_it(recorded, call):
    whole, hq, sh = (call("report", "--format", "json", *more) for more in ([], ["--unit", "hq"], ["--unit", "sh"]))
    assert _rules(hq) == _rules(whole)
    assert "SHR002" in _rules(whole) - _rules(sh)
    assert _rules(sh)
    assert "sms-daily" not in sh.out


def test_letters_go_to_each_unit_with_something_to_put_right(recorded, call, told):
    answer = call(
        "report", "--document", "letters", "--reply-by", "2099-09-30", "--number", 5, "-o", "letters", "--lang", "zh"
    )
    told(answer, 0)
    names = sorted(path.name for path in (recorded / "letters").iterdir())
    assert [name.split("-")[1] for name in names] == [str(number) for number in range(5, 5 + len(names))]
    assert "风险提示函-5-hq.docx" in names
    text = "\n".join(
        paragraph.text for paragraph in docx.Document(recorded / "letters" / "风险提示函-5-hq.docx").paragraphs
    )
    assert "2099-09-30 前书面反馈" in text
    one = call("report", "--document", "letters", "--unit", "sh", "-o", "one", "--lang", "en")
    assert [path.name for path in (recorded / "one").iterdir()] == ["notice-1-sh.docx"], one.err


@pytest.mark.parametrize("document", ["annual", "workpaper", "ropa", "pia"])
def test_papers_are_written_as_word_documents(recorded, call, told, document):
    told(call("report", "--document", document, "-o", "paper.docx"), 0)
    assert docx.Document(recorded / "paper.docx").tables


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unit", "nosuch"], 'unknown unit "nosuch"'),
        (["--document", "letters"], "no folder is named"),
        (["--document", "annual", "--format", "html"], "docx only"),
        (["--reply-by", "2099-01-01"], "belong to --document letters"),
        (["--document", "letters", "-o", "x", "--reply-by", "2020-01-01"], "has passed"),
        (["--document", "letters", "-o", "audit.yaml"], "the folder cannot be made"),
        (["--document", "letters", "-o", "x", "--number", "0"], "whole number from 1"),
        (["--format", "xslx"], 'did you mean "xlsx"'),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_cannot_be_reported_says_why(recorded, call, told, words, said):
    (line,) = told(call("report", *words), 2)
    assert said in line


def test_a_workbook_is_not_poured_over_a_terminal(recorded):
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pii_audit", "report", "--format", "xlsx"]
    done = subprocess.run(command, cwd=recorded, stdout=follower, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 2
    assert "give -o FILE" in done.stderr
    assert leader


def test_html_tells_how_it_went_once_there_are_two_runs_and_of_a_unit_its_own(recorded, call):
    assert 'id="course"' not in call("report", "--format", "html").out
    call("run", "--format", "json")
    page = call("report", "--format", "html").out
    assert "The last 2 self-checks" in page
    assert "Shanghai" in page
    ours = call("report", "--format", "html", "--unit", "sh").out
    assert "The last 2 self-checks" in ours
    assert "Hangzhou" not in ours
    assert "杭州分行" not in ours


def test_the_records_of_processing_hold_what_the_policies_declare(recorded, call, told):
    told(call("report", "--document", "ropa", "-o", "r.docx"), 0)
    tables = docx.Document(recorded / "r.docx").tables
    text = "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    assert {"Text messages (sms)", "Acme SMS (acme)\nprocessor\nCN", "contract", "sftp"} <= {
        cell.text for cell in tables[0].rows[1].cells
    }
    assert "HT-1 2025-01-01..2099-12-31" in text
    assert "Retail" in text
    told(call("report", "--document", "annual", "-o", "one.docx"), 0)
    call("run", "--format", "json")
    told(call("report", "--document", "annual", "-o", "two.docx"), 0)
    one, two = (
        "\n".join(paragraph.text for paragraph in docx.Document(recorded / name).paragraphs)
        for name in ("one.docx", "two.docx")
    )
    assert "The 2 self-checks of" in two
    assert "self-checks of" not in one
