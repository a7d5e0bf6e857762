"""What a database reports, in words that tell what to do; of every transaction that failed, nothing was written."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from pii_audit.errors import StoreError
from pii_audit.language import Text

_BUSY = (
    Text("存储库正被另一个进程占用", "the store is locked by another process"),
    Text("等它结束后重试", "try again when that one has ended"),
)
_FULL = (
    Text("磁盘已满，存储库未写入", "the disk is full; the store was not written"),
    Text("腾出空间后重试，原有内容未变", "make room and try again; what it held is unchanged"),
)
_IOERR = (
    Text(
        "存储库读写失败（磁盘已满、超出文件大小限制或设备故障）",
        "the store could not be read or written (disk full, file size limit or a faulty device)",
    ),
    Text("检查磁盘后重试，原有内容未变", "look at the disk and try again; what it held is unchanged"),
)
_READONLY = (
    Text("存储库只读", "the store is read-only"),
    Text("检查文件和所在文件夹的权限", "look at the permissions of the file and of its folder"),
)
_DENIED = (
    Text("存储库账号没有写入权限，或服务器只读", "the store's account may not write, or the server is read-only"),
    Text("检查账号的权限和服务器状态", "look at the rights of the account and at the server"),
)
_LOST = (
    Text("与存储库的连接中断，未写入任何内容", "the connection to the store was lost; nothing was written"),
    Text("服务器恢复后重试，原有内容未变", "try again when the server is up; what it held is unchanged"),
)
_CROWDED = (
    Text("存储库服务器的连接数已满", "the store's server takes no more connections"),
    Text("稍后重试", "try again later"),
)
_NOTADB = (
    Text("该文件不是存储库", "the file is not a store"),
    Text("在 audit.yaml 的 store 中改用别的路径", "name another path under `store` in audit.yaml"),
)
_CORRUPT = (
    Text("存储库已损坏", "the store is damaged"),
    Text("从备份恢复，或把它移走后重新运行", "restore it from a backup, or move it away and run again"),
)
_CANTOPEN = (
    Text("存储库无法打开", "the store cannot be opened"),
    Text(
        "检查路径和权限；查看也需要能写入存储库所在的文件夹",
        "look at the path and its permissions; the folder must be writable even for a look",
    ),
)

_KNOWN: dict[str, tuple[Text, Text]] = {
    # SQLite's own names (https://www.sqlite.org/rescode.html); longer ones begin with them.
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": _IOERR,
    "SQLITE_READONLY": _READONLY,
    "SQLITE_PERM": _READONLY,
    "SQLITE_NOTADB": _NOTADB,
    "SQLITE_CORRUPT": _CORRUPT,
    "SQLITE_CANTOPEN": _CANTOPEN,
    # PostgreSQL's SQLSTATEs (PostgreSQL documentation, appendix A).
    "53100": _FULL,
    "53300": _CROWDED,
    "55P03": _BUSY,
    "40P01": _BUSY,
    "40001": _BUSY,
    "25006": _DENIED,
    "42501": _DENIED,
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": _LOST,
    "58030": _IOERR,
    # Error numbers of MySQL and MariaDB (MariaDB documentation, "MariaDB Error Code Reference").
    "1021": _FULL,
    "1114": _FULL,
    "3": _IOERR,
    "1026": _IOERR,
    "1030": _IOERR,
    "1040": _CROWDED,
    "1205": _BUSY,
    "1213": _BUSY,
    "1142": _DENIED,
    "1290": _DENIED,
    "1792": _DENIED,
    "1053": _LOST,
    "1927": _LOST,
    "2006": _LOST,
    "2013": _LOST,
}


def failure(error: sqlite3.Error | DBAPIError, where: str) -> StoreError:
    """The StoreError for what a driver reported. The driver's own text is quoted only where it can hold no value."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = _code(cause)
    for known, (what, todo) in _KNOWN.items():
        if code == known or code.startswith(f"{known}_"):
            return StoreError(what, where=where, todo=todo)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        what, todo = _LOST
        return StoreError(what, where=where, todo=todo)
    kind = code or type(cause).__name__
    return StoreError(
        Text(f"存储库出错（{kind}）", f"the store failed ({kind})"),
        where=where,
        todo=Text("检查数据库是否可用、地址是否正确", "look whether the database is up and the address right"),
    )


def _code(cause: object) -> str:
    """SQLite's name of the error, the SQLSTATE of PostgreSQL, or the number of MySQL and MariaDB; empty where there is none."""
    number = cause.args[0] if isinstance(cause, Exception) and cause.args else None
    if isinstance(number, int):
        return str(number)
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
