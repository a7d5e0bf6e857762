"""HMAC keys in files: made once, outside every workspace, readable by their owner alone."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from pii_audit.errors import UsageError, reason_of
from pii_audit.language import Text
from pii_audit.model.fingerprint import KEY_BYTES

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTENT = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}\n?")
_TODO = Text(
    "请把环境变量 XDG_CONFIG_HOME 指向一个可写的文件夹（不要放在工作区内），再重试",
    "Set XDG_CONFIG_HOME to a folder that you can write to (outside the workspace) and try again",
)


def key_folder() -> Path:
    """Where keys lie: `pii-audit/keys` in the user's configuration folder.

    XDG Base Directory Specification: XDG_CONFIG_HOME when it is absolute, else `~/.config`. Raises UsageError where
    there is no home.
    """
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    if Path(configured).is_absolute():
        return Path(configured) / "pii-audit" / "keys"
    try:
        home = Path.home()
    except RuntimeError:
        raise UsageError(
            Text("找不到用户主目录，密钥未生成", "no home folder, so no key was made"), todo=_TODO
        ) from None
    return home / ".config" / "pii-audit" / "keys"


def create_key(name: str) -> Path:
    """The key file of that name, made when there is none: 64 hex digits and a newline, mode 0600.

    A key that exists is kept: findings are recognised across runs by it. Raises UsageError when the folder cannot be
    written, or when something that is not a key stands in the file's place; the file's content is never shown.
    """
    if not _NAME.fullmatch(name):
        message = f"a key's name is made of letters, digits, . _ -, not {name!r}"
        raise ValueError(message)
    folder = key_folder()
    path = folder / f"{name}.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if not path.exists():
            _write(path)
        path.chmod(0o600)
        content = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        what = Text(f"密钥文件不可用（{reason.zh}）", f"the key file is not usable ({reason.en})")
        raise UsageError(what, where=str(path), todo=_TODO) from None
    if not _CONTENT.fullmatch(content.decode("ascii", "replace")):
        what = Text(
            "该文件不是密钥（应为 64 位十六进制数字加换行）", "this file is not a key (64 hex digits and a newline)"
        )
        todo = Text("请将其移走后重试，会生成新的密钥", "Move it away and try again: a new key is then made")
        raise UsageError(what, where=str(path), todo=todo)
    return path


def _write(path: Path) -> None:
    """Writes under another name first: no process ever sees half a key, and none is overwritten."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
