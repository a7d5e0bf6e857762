"""References to what never stands in YAML: `env:NAME` and `keyring:SERVICE/USER`, and the HMAC key of a workspace."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.workspace.model import Source, Workspace

KEY_DIGITS = 64
"""Hexadecimal digits of a key: 256 bits, the block of HMAC-SHA-256 (RFC 2104)."""
LONGEST = 4096
"""Characters that are read of a key file; more are no key, and a device has no end."""


def resolve(reference: str) -> str:
    """What `env:NAME` or `keyring:SERVICE/USER` stands for; any other text is its own meaning.

    Raises UsageError that names the variable or the keyring entry, never what it holds.
    """
    scheme, _, name = reference.partition(":")
    if scheme == "env":
        return _from_environment(name)
    if scheme == "keyring":
        service, _, user = name.partition("/")
        return _from_keyring(service, user)
    return reference


def resolved(source: Source) -> Source:
    """A source with the url that its reference stands for; UsageError, at its place in audit.yaml, where there is none."""
    try:
        return replace(source, url=resolve(source.url))
    except UsageError as error:
        raise UsageError(error.what, where=f"{source.position}: {error.where or source.id}", todo=error.todo) from None


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageError(
            Text(f"环境变量 {name} 未设置", f"the environment variable {name} is not set"),
            todo=Text(f"请先 export {name}=…", f"set it first: export {name}=…"),
        )
    return value


def _from_keyring(service: str, user: str) -> str:
    where = f"keyring:{service}/{user}"
    try:
        import keyring  # noqa: PLC0415 - reads back-ends and the desktop bus; most commands need none
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            Text("没有安装 keyring", "keyring is not installed"),
            where=where,
            todo=Text("请安装 keyring，或改用 env: 引用", "install keyring, or use an env: reference"),
        ) from None
    try:
        value = keyring.get_password(service, user)
    except (KeyringError, OSError, RuntimeError) as error:
        raise UsageError(
            Text(f"密钥环不可用（{type(error).__name__}）", f"the keyring cannot be used ({type(error).__name__})"),
            where=where,
            todo=Text("请解锁或配置密钥环，或改用 env: 引用", "unlock or set up a keyring, or use an env: reference"),
        ) from None
    if not value:
        raise UsageError(
            Text("密钥环中没有这一条目", "the keyring has no such entry"),
            where=where,
            todo=Text(f"请运行 keyring set {service} {user}", f"run: keyring set {service} {user}"),
        )
    return value


def key_file(workspace: Workspace) -> Path | None:
    """The file that holds the key, when the workspace keeps it in one."""
    if workspace.key is None or not workspace.key.startswith("file:"):
        return None
    # A user whom nobody knows leaves the path as it is, and no file is there.
    return workspace.root / os.path.expanduser(workspace.key.removeprefix("file:"))  # noqa: PTH111 - Path.expanduser raises RuntimeError there


def load_key(workspace: Workspace) -> bytes:
    """The 32 bytes of the HMAC key; UsageError when it is not named, not there, or not 64 hexadecimal digits."""
    if workspace.key is None:
        raise UsageError(
            Text("工作区没有指定 HMAC 密钥", "the workspace names no HMAC key"),
            where=workspace.position.file,
            todo=Text("请加入一行 key: keyring:服务/用户", "add a line such as key: keyring:SERVICE/USER"),
        )
    path = key_file(workspace)
    if path is None:
        digits = resolve(workspace.key)
    else:
        try:
            with path.open(encoding="ascii") as file:
                digits = file.read(LONGEST)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                Text(
                    f"无法读取密钥文件（{type(error).__name__}）",
                    f"the key file cannot be read ({type(error).__name__})",
                ),
                where=workspace.key,
                todo=Text("请检查路径和权限", "check the path and its permissions"),
            ) from None
    if not re.fullmatch(rf"[0-9a-fA-F]{{{KEY_DIGITS}}}\s*", digits):
        raise UsageError(
            Text(f"密钥不是 {KEY_DIGITS} 位十六进制数字", f"the key is not {KEY_DIGITS} hexadecimal digits"),
            where=workspace.key,
            todo=Text("请用 openssl rand -hex 32 生成", "make one with: openssl rand -hex 32"),
        )
    return bytes.fromhex(digits.strip())
