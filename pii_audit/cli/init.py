"""`pii-audit init`: a new workspace whose comments teach."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

from pii_audit.cli.options import say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError, reason_of
from pii_audit.language import Language, Text

EXAMPLE = Text("例：pii-audit init 自查", "example: pii-audit init selfcheck")
STARTER = "policies/starter"
SCHEMAS = ("audit", "policy", "cases")
"""What editors complete and check by: the first line of each file names its schema."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        help=say(
            language,
            "工作区文件夹（可以已存在，但不能已是工作区）",
            "the workspace folder (may exist, but not be a workspace already)",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit import content  # noqa: PLC0415 - start-up does without
    from pii_audit.keys import create_key  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415

    folder = Path(options.folder)
    files = {path: folder / "policies" / path.rpartition("/")[2] for path in content.walk(STARTER, ".yaml")}
    files |= {f"reports/schemas/{name}.schema.json": folder / "schemas" / f"{name}.schema.json" for name in SCHEMAS}
    taken = next((path for path in (folder / "audit.yaml", *files.values()) if os.path.lexists(path)), None)
    if taken is not None:
        raise UsageError(
            Text("已存在，什么都没有写", "exists already; nothing was written"),
            where=str(taken),
            todo=Text("换一个文件夹", "choose another folder"),
        )
    key = create_key(_key_name(folder))
    try:
        (folder / "policies").mkdir(parents=True, exist_ok=True)
        for name in ("share", "outbox", "schemas"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"无法新建文件夹：{reason.zh}", f"the folder could not be made: {reason.en}"),
            where=str(folder),
            todo=Text("换一个可写的位置", "choose a place where you may write"),
        ) from None
    for shipped, path in files.items():
        write_output(path, content.text(shipped))
    write_output(folder / "audit.yaml", content.text(f"{STARTER}/audit.yaml.in").replace("@KEY@", str(key)))
    session.say(
        Text(f"工作区已建好：{folder}", f"the workspace is ready: {folder}"),
        Text(f"密钥：{key}（与存储分开保管）", f"key: {key} (keep it apart from the store)"),
        Text(
            f"下一步：修改 audit.yaml，然后 pii-audit doctor -w {folder}",
            f"next: edit audit.yaml, then pii-audit doctor -w {folder}",
        ),
    )
    return 0


def _key_name(folder: Path) -> str:
    """A name for the key's file: what is left of the folder's name, and something that two folders of one name do not share."""
    import hashlib  # noqa: PLC0415 - only here

    resolved = os.path.realpath(folder)
    plain = re.sub(r"[^A-Za-z0-9._-]", "", Path(resolved).name).lstrip("._-")[:40] or "workspace"
    return f"{plain}-{hashlib.sha256(resolved.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
