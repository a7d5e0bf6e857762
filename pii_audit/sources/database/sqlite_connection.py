"""Read-only connections to SQLite files, and its errors in words that quote no data."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from pii_audit.language import Text
from pii_audit.sources.format.content import open_regular
from pii_audit.sources.format.encoding import decode_cell

BUSY_SECONDS = 2.0
READ_ONLY = "PRAGMA query_only = ON"
STATEMENT_SECONDS = 300.0
"""A statement that gives no row for so long is stopped."""
_STEPS = 100_000
_WAL = 2
_HEADER = 20

_REASONS = {
    "SQLITE_NOTADB": Text("不是 SQLite 数据库，或已加密", "is not an SQLite database, or is encrypted"),
    "SQLITE_CORRUPT": Text("数据库文件已损坏", "the database file is corrupt"),
    "SQLITE_BUSY": Text(
        "数据库被其他程序锁定，请稍后再试", "the database is locked by another program; try again later"
    ),
    "SQLITE_LOCKED": Text("数据表被锁定，请稍后再试", "the table is locked; try again later"),
    "SQLITE_CANTOPEN": Text("无法打开数据库文件", "the database file cannot be opened"),
    "SQLITE_READONLY": Text(
        "数据库需要恢复（存在未完成的事务），只读方式无法打开",
        "the database needs recovery (an unfinished transaction), which read-only access cannot do",
    ),
    "SQLITE_PERM": Text("没有读取权限", "permission denied"),
    "SQLITE_AUTH": Text("没有读取权限", "permission denied"),
    "SQLITE_IOERR": Text("读取磁盘出错", "the disk could not be read"),
    "SQLITE_INTERRUPT": Text("语句超过时限", "the statement took longer than its time limit"),
    "SQLITE_TOOBIG": Text("单元格过大", "a cell is too large"),
    "SQLITE_NOMEM": Text("内存不足", "out of memory"),
}


def reason_of(error: Exception) -> Text:
    """Why SQLite failed. Its own message may quote cells and is not repeated; the name of its error code is."""
    name = str(getattr(error, "sqlite_errorname", "") or type(error).__name__)
    known = next((text for code, text in _REASONS.items() if name == code or name.startswith(f"{code}_")), None)
    return known or Text(f"SQLite 无法执行查询（{name}）", f"SQLite could not run the query ({name})")


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


class Connection:
    """One read-only connection; opening it raises OSError or sqlite3.Error where the file cannot be read.

    `undecodable` counts text cells whose bytes are in no known encoding.
    """

    def __init__(self, path: Path) -> None:
        with open_regular(path) as stream:
            header = stream.read(_HEADER)
        # A database in WAL mode needs a shared-memory file beside it. Where no log is waiting to be merged it can be
        # read
        # without, and nothing is written beside the data.
        wal = header[18:20] == bytes((_WAL, _WAL)) and not Path(f"{path}-wal").exists()
        uri = f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if wal else ''}"
        self.undecodable = 0
        self._deadline = time.monotonic() + STATEMENT_SECONDS
        self.raw = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        self.raw.text_factory = self._text
        self.raw.set_progress_handler(self._overdue, _STEPS)
        self.raw.execute(READ_ONLY)

    def execute(self, sql: str, parameters: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Runs one statement under the time limit."""
        self.alive()
        return self.raw.execute(sql, parameters)

    def alive(self) -> None:
        """Starts the time limit afresh: the statement has given something."""
        self._deadline = time.monotonic() + STATEMENT_SECONDS

    def close(self) -> None:
        """Lets go of the file."""
        self.raw.close()

    def _overdue(self) -> int:
        return int(time.monotonic() > self._deadline)

    def _text(self, raw: bytes) -> str:
        text, understood = decode_cell(raw)
        self.undecodable += not understood
        return text
