"""What units filled into the register, read back: untrusted, and refused with the cell where it cannot be meant."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pii_audit.errors import ConfigurationError, Position, Problem, UsageError, reason_of
from pii_audit.findings.merging import ANSWERS, CAUSE, EXTENSION, FINISHED, MEASURE, OWNER, PROOF
from pii_audit.language import Text
from pii_audit.model.decision import Answer
from pii_audit.render.package import office
from pii_audit.render.xlsx.register import FINGERPRINT, STATE

MOST_BYTES = 200_000_000
"""Unpacked; a register of 200,000 findings has less, and a small file that unpacks to more is an attack."""
LONGEST = 2_000
"""Characters of an answer: it is read by people, in a list."""
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_QUOTED = re.compile(r"'(?=\s*[=+\-@＝＋－＠])")
"""The apostrophe that keeps a cell from being a formula; the text itself has none."""

_EXPORT = Text("用 findings export 导出的文件填写", "fill in a file that `findings export` wrote")


@dataclass(frozen=True, slots=True)
class Filled:
    """One row: of which finding, the state in which it was exported, and what stands in it now."""

    row: int
    fingerprint: str
    state: str
    owner: str
    answer: Answer


def read_answers(path: Path) -> tuple[Filled, ...]:
    """The rows of a register. UsageError for a file that is none, ConfigurationError with every cell that is wrong."""
    book = _opened(path)
    try:
        sheet = book.worksheets[0]
        rows = sheet.iter_rows()
        places = _places(path, next(rows, ()))
        problems: list[Problem] = []
        filled = tuple(_filled(path, places, rows, problems))
    finally:
        book.close()
    if problems:
        raise ConfigurationError(problems)
    return filled


def _opened(path: Path) -> Any:
    openpyxl = office("openpyxl")
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"无法读取：{reason.zh}", f"it cannot be read: {reason.en}"),
            where=str(path),
            todo=Text("检查路径和权限", "check the path and its permissions"),
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size <= MOST_BYTES:
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        raise UsageError(
            Text("不是可读取的 xlsx 工作簿", "it is no readable xlsx workbook"), where=str(path), todo=_EXPORT
        ) from error
    raise UsageError(
        Text("解压后过大，未读取", "it unpacks to too much and was not read"), where=str(path), todo=_EXPORT
    )


def _places(path: Path, heading: Sequence[Any]) -> Mapping[str, int]:
    """Heading in English → column, whichever language the register was written in and whoever moved its columns."""
    names = {text: wanted.en for wanted in (FINGERPRINT, STATE, *ANSWERS) for text in (wanted.zh, wanted.en)}
    listed = [(names[cell.value], number) for number, cell in enumerate(heading) if cell.value in names]
    places = dict(listed)
    twice = next((name for name, number in listed if places[name] != number), None)
    if twice is not None:
        raise UsageError(
            Text(
                f"列“{heading[places[twice]].value}”有两列", f'there are two columns "{heading[places[twice]].value}"'
            ),
            where=str(path),
            todo=_EXPORT,
        )
    missing = [wanted for wanted in (FINGERPRINT, STATE, *ANSWERS) if wanted.en not in places]
    if missing:
        raise UsageError(
            Text(
                f"缺少列：{'、'.join(one.zh for one in missing)}",
                f"columns are missing: {', '.join(one.en for one in missing)}",
            ),
            where=str(path),
            todo=_EXPORT,
        )
    return places


def _filled(
    path: Path, places: Mapping[str, int], rows: Iterator[Sequence[Any]], problems: list[Problem]
) -> Iterator[Filled]:
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, 2):
        row = _Row(path, number, places, cells, problems)
        fingerprint = row.text(FINGERPRINT)
        if not fingerprint:
            if any(row.text(wanted) for wanted in ANSWERS):
                row.wrong(FINGERPRINT, Text("没有编号的一行有答复", "a row without an id has an answer"))
            continue
        if fingerprint in seen:
            row.wrong(FINGERPRINT, Text(f"与第 {seen[fingerprint]} 行重复", f"the same as row {seen[fingerprint]}"))
            continue
        seen[fingerprint] = number
        yield Filled(
            number,
            fingerprint,
            row.text(STATE),
            row.text(OWNER),
            Answer(row.text(CAUSE), row.text(MEASURE), row.day(FINISHED), row.text(PROOF), row.day(EXTENSION)),
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the sheet, and where to note what is wrong in it."""

    path: Path
    number: int
    places: Mapping[str, int]
    cells: Sequence[Any]
    problems: list[Problem]

    def text(self, wanted: Text) -> str:
        value = self._value(wanted)
        if isinstance(value, datetime | date):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = _QUOTED.sub("", "" if value is None else str(value), count=1).strip()
        if len(text) > LONGEST:
            self.wrong(wanted, Text(f"超过 {LONGEST} 个字符", f"longer than {LONGEST} characters"))
        return text[:LONGEST]

    def day(self, wanted: Text) -> date | None:
        value = self._value(wanted)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or value is None or not str(value).strip():
            return value if isinstance(value, date) else None
        found = _DAY.fullmatch(str(value).strip())
        try:
            if found:
                return date(*map(int, found.groups()))
        except ValueError:
            pass
        self.wrong(wanted, Text("不是日期，应为 2026-09-30", "no date; write 2026-09-30"))
        return None

    def _value(self, wanted: Text) -> Any:
        place = self.places[wanted.en]
        cell = self.cells[place] if place < len(self.cells) else None
        if cell is None or cell.value is None:
            return None
        if cell.data_type == "f":
            self.wrong(wanted, Text("是公式，请改为文字或日期", "it is a formula; write the text or the date"))
            return None
        if cell.data_type == "e":
            self.wrong(wanted, Text("是错误值", "it is an error value"))
            return None
        return cell.value

    def wrong(self, wanted: Text, message: Text) -> None:
        """Notes what is wrong in a cell, once."""
        problem = Problem(
            Position(str(self.path), self.number, self.places[wanted.en] + 1),
            Text(f"{wanted.zh}：{message.zh}", f"{wanted.en}: {message.en}"),
        )
        if problem not in self.problems:
            self.problems.append(problem)
