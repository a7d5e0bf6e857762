"""What statements of a catalog gave where it can be reached, and the same statements answered from that elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.database.engine import Engine
from pii_audit.sources.database.session import Session

_UNASKED = Text(
    "采集包中没有这项目录查询的结果：它由另一版本的采集程序生成，请用当前版本重新采集",
    "the bundle has no answer to a statement of the catalog: another version made its collector; collect anew with this one",
)


class Written(str):
    """A cell as a client writes it: of the truth of numbers, "0" is none."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return self not in ("", "0")


class Asking(Session):
    """A session that hands on what it is asked, and keeps the answers; `kept` says how a text is kept."""

    def __init__(self, session: Session, kept: Callable[[str], str]) -> None:
        super().__init__(session.engine, session.url)
        self.answers: dict[str, dict[str, Any]] = {}
        self._session = session
        self._kept = kept

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            found = self._session.rows(sql, parameters)
        except InspectionError as error:
            self.answers[_name(sql, parameters)] = {"error": [error.what.zh, error.what.en]}
            raise
        rows = [tuple(map(self._cell, row)) for row in found]
        self.answers[_name(sql, parameters)] = {"rows": rows}
        return rows

    def _cell(self, value: Any) -> Any:
        if isinstance(value, str):
            kept = self._kept(value)
            return value if kept == value else kept
        if isinstance(value, bytes):
            return value.decode("utf-8", "backslashreplace")
        return int(value) if isinstance(value, Decimal) else value


class Answering(Session):
    """A session without a server: what was asked before has its answer, anything else raises InspectionError."""

    def __init__(self, engine: Engine, answers: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(engine, "")
        self._answers = answers

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        answer = self._answers.get(_name(sql, parameters))
        if answer is None:
            raise InspectionError(_UNASKED)
        if "error" in answer:
            zh, en = answer["error"]
            raise InspectionError(Text(zh, en))
        return [tuple(Written(cell) if isinstance(cell, str) else cell for cell in row) for row in answer["rows"]]


def _name(sql: str, parameters: Sequence[object]) -> str:
    """Statements that differ have different answers."""
    return hashlib.sha256(json.dumps([sql, list(map(str, parameters))]).encode()).hexdigest()
