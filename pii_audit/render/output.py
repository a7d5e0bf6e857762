"""Writing a payload to a file or to standard output: whole, or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path

from pii_audit.errors import OutputError, UsageError, reason_of
from pii_audit.language import Text

STDOUT = "-"
"""Standard output, where a file is named."""
STDERR = "/dev/stderr"
"""Standard error, which may be a log that others have written to: it is added to, never replaced."""


def write_output(path: Path | str | None, payload: str | bytes) -> None:
    """Writes the payload (text as UTF-8) to a file, to standard output for None and `-`, or to standard error (`/dev/stderr`).

    A file is replaced in one step and readable by its owner alone; when anything fails, disk full included, what stood
    there before is untouched. OutputError when it cannot be written. A reader of standard output that has gone away
    (`| head`) is no error.
    """
    data = payload.encode("utf-8", "backslashreplace") if isinstance(payload, str) else payload
    if path is None or str(path) == STDOUT:
        _to_stdout(data)
        return
    try:
        if str(path) == STDERR:
            sys.stderr.flush()
            sys.stderr.buffer.write(data)
            sys.stderr.buffer.flush()
            return
        mode = Path(path).stat().st_mode if Path(path).exists() else None
        if mode is not None and stat.S_ISDIR(mode):
            raise _failed(path, Text("是文件夹", "it is a folder"), Text("给出文件名", "name a file in it"))
        if mode is not None and not stat.S_ISREG(mode):
            # A pipe or /dev/null is written to; replaced, it would be gone.
            Path(path).write_bytes(data)
        else:
            # Through a symbolic link, as every other program writes.
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise _unwritable(path, error) from error


def write_binary(path: Path | str | None, payload: bytes) -> None:
    """As `write_output`, but UsageError rather than bytes on a terminal."""
    if (path is None or str(path) == STDOUT) and sys.stdout.isatty():
        raise UsageError(
            Text("这种格式不能显示在终端上", "this format cannot be shown on a terminal"),
            todo=Text("加 -o 文件", "give -o FILE"),
        )
    write_output(path, payload)


def _replace(target: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".pii-audit-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered has nowhere to go, and Python would complain of it when it ends.
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
    except OSError as error:
        raise _unwritable(STDOUT, error) from error


def _unwritable(path: Path | str, error: OSError) -> OutputError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        todo = Text("腾出空间或换一个位置", "make room, or choose another place")
    elif error.errno in (errno.ENOENT, errno.ENOTDIR):
        todo = Text("先建好文件夹", "make the folder first")
    else:
        todo = Text("检查路径和权限", "look at the path and its permissions")
    return _failed(path, reason_of(error), todo)


def _failed(path: Path | str, reason: Text, todo: Text) -> OutputError:
    what = Text(f"输出未写入：{reason.zh}", f"the output was not written: {reason.en}")
    return OutputError(what, where=str(path), todo=todo)
