"""The register: exported, filled in by a unit, brought back in."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

BOOK = "register.xlsx"
HEADS = {
    "owner": "Owner",
    "cause": "Cause",
    "measure": "Measure",
    "finished": "Done on",
    "proof": "Proof",
    "more": "More time until",
}


@pytest.fixture
def exported(space, excess, call):
    """A workspace whose findings stand in register.xlsx."""
    call("run", "--format", "json")
    call("findings", "export", "-o", BOOK)
    return space


def _fill(path, row=2, **values):
    """Writes into cells of a row, by heading."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for name, value in values.items():
        sheet.cell(row, places[HEADS.get(name, name)]).value = value
    book.save(path)
    return sheet.cell(row, places["Id"]).value


def _finding(call, mark):
    return json.loads(call("findings", "show", mark, "--format", "json").out)["findings"][0]


def _steps(call, mark):
    return [one["action"] for one in json.loads(call("findings", "history", mark, "--format", "json").out)["steps"]]


def test_the_register_holds_what_is_to_be_put_right_with_room_for_answers(exported, call):
    sheet = openpyxl.load_workbook(exported / BOOK).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    listed = json.loads(call("findings", "list", "--format", "json").out)["findings"]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {one["fingerprint"] for one in listed}
    assert [head for head in heads if head in HEADS.values()] == list(HEADS.values())
    runs = {row[heads.index("Last seen in run")].value for row in sheet.iter_rows(min_row=2)}
    assert runs == {one["last_run"] for one in listed}
    assert sheet.column_dimensions["A"].hidden
    assert sheet.freeze_panes == "A2"


def test_answers_come_back_into_the_store_and_its_history(exported, call, told):
    mark = _fill(
        exported / BOOK,
        owner="Zhang",
        cause="an old job",
        measure="column removed\nand job changed",
        finished=datetime(2026, 9, 30),  # noqa: DTZ001 - a cell has no zone
        proof="ticket 7",
        more="2026年10月15日",
    )
    told(call("findings", "import", BOOK, "--by", "Hangzhou"), 0)
    shown = call("findings", "show", mark).out
    for text in ("an old job", "2026-09-30", "ticket 7", "asks for 2026-10-15", "Hangzhou"):
        assert text in shown
    assert (_finding(call, mark)["owner"], _finding(call, mark)["status"]) == ("Zhang", "assigned")
    assert _steps(call, mark) == ["found", "assigned", "answered"]
    told(call("findings", "verify"), 0)
    again = call("findings", "import", BOOK)
    assert "answers on 0 finding(s) imported, 0 in conflict" in again.err


def test_what_both_changed_is_shown_and_left_alone_until_it_is_said_whose_counts(exported, call, told):
    other = _fill(exported / BOOK, row=3, cause="another cause")
    mark = _fill(exported / BOOK, owner="Zhang", cause="ours")
    call("findings", "assign", mark, "--owner", "Li")
    answer = call("findings", "import", BOOK)
    assert answer.code == 1
    assert f'{mark[:12]}: Owner: "Li" in the store, "Zhang" in the register (left as it is' in answer.err
    assert "answers on 1 finding(s) imported, 1 in conflict" in answer.err
    assert _finding(call, mark)["owner"] == "Li"
    assert "answered" in _steps(call, other)
    forced = call("findings", "import", BOOK, "--overwrite")
    told(forced, 0)
    assert "(overwritten)" in forced.err
    assert _finding(call, mark)["owner"] == "Zhang"


def test_an_identifier_in_an_answer_is_masked(exported, call):
    mark = _fill(exported / BOOK, cause="asked 13800138000 about it")
    call("findings", "import", BOOK)
    assert "13800138000" not in call("findings", "show", mark).out
    assert b"13800138000" not in (exported / ".pii-audit" / "store.db").read_bytes()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"finished": "soon"}, "Done on: no date; write 2026-09-30"),
        ({"finished": "2026-02-30"}, "no date"),
        ({"cause": "=1+1"}, "Cause: it is a formula"),
        ({"measure": "x" * 2001}, "longer than 2000"),
        ({"Id": None, "cause": "x"}, "a row without an id has an answer"),
        ({"Id": "f" * 32}, "has an id that the store does not know"),
    ],
    ids=lambda values: str(values)[:30] if isinstance(values, dict) else "",
)
def test_a_cell_that_cannot_be_meant_imports_nothing_and_is_named(exported, call, told, values, said):
    mark = _fill(exported / BOOK, row=3, cause="fine")
    _fill(exported / BOOK, **values)
    lines = told(call("findings", "import", BOOK), 2)
    assert any(said in line for line in lines)
    assert _steps(call, mark) == ["found"]


def test_a_column_that_stands_twice_is_refused(exported, call, told):
    book = openpyxl.load_workbook(exported / BOOK)
    sheet = book.worksheets[0]
    sheet.cell(1, sheet.max_column + 1).value = "Cause"
    book.save(exported / BOOK)
    (line,) = told(call("findings", "import", BOOK), 2)
    assert 'there are two columns "Cause"' in line


def test_a_row_that_nobody_filled_in_takes_nothing_back(exported, call, told):
    """An older register, imported once more, is no answer to what others have answered since."""
    shutil.copy(exported / BOOK, exported / "older.xlsx")
    mark = _fill(exported / BOOK, cause="a script", owner="Zhang")
    told(call("findings", "import", BOOK), 0)
    told(call("findings", "import", "older.xlsx", "--overwrite"), 0)
    assert "a script" in call("findings", "show", mark).out
    assert (_finding(call, mark)["owner"], _steps(call, mark)[-1]) == ("Zhang", "answered")


def test_the_owner_of_a_finding_that_was_not_looked_at_again_is_taken(exported, call, told):
    for path in (exported / "outbox").glob("sms_*"):
        path.unlink()
    call("run")
    not_rechecked = json.loads(call("findings", "list", "--status", "not_rechecked", "--format", "json").out)
    mark = not_rechecked["findings"][0]["fingerprint"]
    call("findings", "export", "-o", BOOK)
    book = openpyxl.load_workbook(exported / BOOK)
    row = next(row[0].row for row in book.worksheets[0].iter_rows(min_row=2) if row[0].value == mark)
    _fill(exported / BOOK, row=row, owner="Zhang")
    told(call("findings", "import", BOOK), 0)
    assert _finding(call, mark)["owner"] == "Zhang"


def test_that_a_settled_finding_keeps_its_owner_is_told(exported, call, told):
    mark = _fill(exported / BOOK, owner="Zhang")
    call("findings", "reject", mark, "--reviewer", "Li", "--reason", "x")
    lines = told(call("findings", "import", BOOK), 0)
    assert any("it is settled; its owner is" in line for line in lines)


def test_a_row_that_stands_twice_is_refused(exported, call, told):
    mark = _fill(exported / BOOK)
    _fill(exported / BOOK, row=3, Id=mark)
    (line,) = told(call("findings", "import", BOOK), 2)
    assert "register.xlsx:3:1: Id: the same as row 2" in line


@pytest.mark.parametrize("kind", ["missing", "text", "damaged", "bomb", "columns"])
def test_a_file_that_is_no_register_is_refused(exported, call, told, kind, monkeypatch):
    path = exported / BOOK
    if kind == "missing":
        path.unlink()
    elif kind == "text":
        path.write_text("a,b\n")
    elif kind == "damaged":
        path.write_bytes(path.read_bytes()[:2000])
    elif kind == "bomb":
        monkeypatch.setattr("pii_audit.render.xlsx.answers.MOST_BYTES", 1_000_000)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/bomb.xml", b"0" * 5_000_000)
    else:
        _fill(path, Cause=None)
        book = openpyxl.load_workbook(path)
        book.worksheets[0].delete_cols(14)
        book.save(path)
    (line,) = told(call("findings", "import", BOOK), 2)
    assert BOOK in line


def test_a_register_of_one_unit_is_named_by_its_id(exported, call, told):
    (line,) = told(call("findings", "export", "--unit", "nosuch", "-o", "x.xlsx"), 2)
    assert "unknown unit" in line


def test_formulas_in_names_do_not_reckon_and_come_back_as_they_were(exported, call):
    mark = _fill(exported / BOOK)
    call("findings", "assign", mark, "--owner", "=cmd|' /C calc'!A0")
    call("findings", "export", "-o", BOOK)
    cells = [cell for row in openpyxl.load_workbook(exported / BOOK).worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    answer = call("findings", "import", BOOK)
    assert "answers on 0 finding(s) imported, 0 in conflict" in answer.err


@pytest.mark.service
def test_a_register_that_libreoffice_has_saved_is_read(exported, call, told, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    mark = _fill(exported / BOOK, cause="old job", finished=date(2026, 9, 30), owner="张某")
    command = [
        office,
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
    ]
    subprocess.run(
        [*command, str(tmp_path / "saved"), str(exported / BOOK)], check=True, capture_output=True, timeout=120
    )
    told(call("findings", "import", tmp_path / "saved" / BOOK), 0)
    shown = call("findings", "show", mark).out
    assert "old job" in shown
    assert "2026-09-30" in shown


def test_the_same_moment_gives_the_same_bytes():
    from pii_audit.render.xlsx.register import register

    moment = datetime(2026, 7, 1, tzinfo=UTC)
    assert register([], "zh", moment, {}) == register([], "zh", moment, {})
    assert openpyxl.load_workbook(io.BytesIO(register([], "zh", moment, {}))).sheetnames == ["整改台账"]
