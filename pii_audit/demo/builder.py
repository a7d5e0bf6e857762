"""Builds the demo bank in a folder, and in no folder that is somebody else's."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

from pii_audit import content
from pii_audit.demo import bank as bank_
from pii_audit.demo.databases import write_core, write_test
from pii_audit.demo.manifest import PLANTED, Manifest
from pii_audit.demo.outbox import write_outbox
from pii_audit.demo.share import PRIVATE_FILE, write_share
from pii_audit.errors import UsageError, reason_of
from pii_audit.keys import create_key, key_folder
from pii_audit.language import Text

MARKER = ".pii-audit-demo"
BUILDING, READY = "building\n", "ready\n"
KEY_NAME = "demo"
PARTS = ("core.db", "test.db", "share", "outbox", "policies", "audit.yaml")
"""What a build makes, and all that a later build removes: reports and the store stay."""

_ELSEWHERE = Text("请换一个文件夹:pii-audit demo 新文件夹", "Choose another folder: pii-audit demo NEW_FOLDER")


def build(folder: Path) -> Manifest:
    """Builds the demo bank: databases, share, outbox, policies, `audit.yaml`; always the same but for the key's path.

    A folder that holds an earlier demo, whole or interrupted, is built anew: edits to it are lost, reports and store
    kept. Raises UsageError when the folder holds anything else, cannot be written, or when the key has no place.
    """
    if Path(os.path.realpath(key_folder())).is_relative_to(os.path.realpath(folder)):
        what = Text("密钥会落在演示文件夹之内", "the key would lie inside the demo folder")
        raise UsageError(what, where=str(key_folder()), todo=_ELSEWHERE)
    try:
        _claim(folder)
        key = create_key(KEY_NAME)
        _write(folder, key)
        (folder / MARKER).write_text(READY, encoding="ascii")
    except UnicodeEncodeError:
        what = Text("系统区域设置无法写中文文件名", "the locale cannot write Chinese file names")
        todo = Text("请设置 LC_ALL=C.UTF-8 后重试", "Set LC_ALL=C.UTF-8 and try again")
        raise UsageError(what, where=str(folder), todo=todo) from None
    except (OSError, sqlite3.Error) as error:
        reason = reason_of(error)
        what = Text(f"演示银行未能写入({reason.zh})", f"the demo bank could not be written ({reason.en})")
        todo = Text(
            "请检查写权限与剩余空间，或换一个文件夹后重试；写到一半的演示会重新生成",
            "Check permissions and free space, or choose another folder; what was half built is then built anew",
        )
        raise UsageError(what, where=str(folder), todo=todo) from None
    return Manifest(folder, bank_.CUSTOMERS, PLANTED)


def _claim(folder: Path) -> None:
    """Makes the folder ours, or refuses; after this an interruption leaves a marker behind."""
    if folder.exists() and not folder.is_dir():
        what = Text("这里是文件，不是文件夹", "this is a file, not a folder")
        raise UsageError(what, where=str(folder), todo=_ELSEWHERE)
    marker = folder / MARKER
    if folder.is_dir() and not marker.is_file() and any(folder.iterdir()):
        what = Text(
            "文件夹不是空的，也不是演示银行；没有改动任何内容",
            "the folder is not empty and not a demo bank; nothing was touched",
        )
        raise UsageError(what, where=str(folder), todo=_ELSEWHERE)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(BUILDING, encoding="ascii")
    for name in PARTS:
        part = folder / name
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def _write(folder: Path, key: Path) -> None:
    bank = bank_.create()
    for name, write in (("core.db", write_core), ("test.db", write_test)):
        write(folder / name, bank)
        (folder / name).chmod(PRIVATE_FILE)
    (folder / "share").mkdir()
    write_share(folder / "share", bank)
    write_outbox(folder / "outbox", bank)
    (folder / "policies").mkdir()
    for path in content.walk("policies/demo", ".yaml"):
        (folder / "policies" / path.rpartition("/")[2]).write_bytes(content.data(path))
    # A JSON string is a YAML string: whatever stands in the path is quoted.
    reference = json.dumps(f"file:{key}", ensure_ascii=False)
    configuration = content.text("policies/demo/audit.yaml.in").replace("@KEY@", reference)
    (folder / "audit.yaml").write_text(configuration, encoding="utf-8")
