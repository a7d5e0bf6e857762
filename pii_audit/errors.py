"""The one root of all errors: what did not happen, where, and what to do next."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass

from pii_audit.language import Language, Text, same

_SYSTEM = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "操作不被允许",
    errno.EEXIST: "文件已存在",
    errno.ENOTDIR: "不是文件夹",
    errno.EISDIR: "是文件夹",
    errno.ENOTEMPTY: "文件夹不为空",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EROFS: "文件系统只读",
    errno.EIO: "输入输出错误",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "系统打开的文件过多",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ELOOP: "符号链接层数过多",
    errno.EBUSY: "正被占用",
    errno.EPIPE: "管道的另一端已关闭",
    errno.ENOMEM: "内存不足",
    errno.EINVAL: "参数无效",
    errno.ESTALE: "文件句柄已失效（网络文件系统）",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方中断",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "无法到达主机",
    errno.ENETUNREACH: "无法到达网络",
}
"""What the operating system says, in Chinese."""


def reason_of(error: BaseException) -> Text:
    """Why something failed: what the operating system says of it, else the name of the exception; nothing that somebody wrote."""
    said = getattr(error, "strerror", None)
    if not said:
        return same(type(error).__name__)
    number = getattr(error, "errno", None)
    # Numbers of others, such as those of TLS and of resolvers, mean something else.
    known = _SYSTEM.get(number) if isinstance(number, int) and said == os.strerror(number) else None
    return Text(known or str(said), str(said))


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; `line` and `column` count from 1, 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)

    @property
    def to_line(self) -> str:
        """`file:line`, the form in which a report cites a policy."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file that a person wrote."""

    position: Position
    message: Text

    def in_(self, language: Language) -> str:
        """The one-line diagnostic `file:line:column: message`."""
        return f"{self.position}: {self.message.in_(language)}"


class PiiAuditError(Exception):
    """Root of everything that this program raises on purpose.

    `what` did not happen, `where` (a path, file:line:column or table.column), what `todo` next.
    """

    exit_code = 2

    def __init__(self, what: Text, *, where: str = "", todo: Text | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.where = where
        self.todo = todo

    def lines(self, language: Language) -> list[str]:
        """The diagnostics, one line each."""
        head = f"{self.where}: {self.what.in_(language)}" if self.where else self.what.in_(language)
        if self.todo is None:
            return [head]
        separator = "。" if language == "zh" else ". "
        if head.endswith(("?", "？")):
            separator = " "
        return [f"{head.rstrip('。.')}{separator}{self.todo.in_(language)}"]

    def __str__(self) -> str:
        return "\n".join(self.lines("en"))


class UsageError(PiiAuditError):
    """The command was given something that it cannot work with."""


class ConfigurationError(PiiAuditError):
    """Files that a person wrote are wrong; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(Text(f"配置有 {count} 处错误", f"{count} problem(s) in the configuration"))
        self.problems = tuple(sorted(problems, key=lambda problem: problem.position))

    def lines(self, language: Language) -> list[str]:
        """One diagnostic a problem, in the order of the files."""
        return [problem.in_(language) for problem in self.problems]


class InspectionError(PiiAuditError):
    """An object could not be read; becomes a row of the coverage ledger, never a crash."""

    exit_code = 3


class SpoolError(PiiAuditError):
    """What is on its way could not be kept until its verdict; none of it was released."""

    exit_code = 3


class StoreError(PiiAuditError):
    """The store could not be read or written."""


class OutputError(PiiAuditError):
    """An output could not be written; whatever stood there before is untouched."""


class UnforeseenError(PiiAuditError):
    """The program failed in a way that nobody has thought of; nothing was judged, which must not look like a verdict."""

    exit_code = 3
