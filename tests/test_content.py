"""What ships beside the code is found in a checkout, in a wheel, and in a zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pii_audit
from pii_audit import content

PROGRAM = """
from pii_audit import content
print(content.text("policies/one/a.yaml"))
print(content.data("policies/one/a.yaml"))
print(list(content.walk("policies", ".yaml")))
with content.as_file("policies/one/a.yaml") as path:
    print(path.read_text(encoding="utf-8"))
"""
PRINTED = "客户: 1\nb'\\xe5\\xae\\xa2\\xe6\\x88\\xb7: 1'\n['policies/b.yaml', 'policies/one/a.yaml']\n客户: 1\n"


def code(folder: Path) -> None:
    """The two modules that content needs, as a package in a folder."""
    package = folder / "pii_audit"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    source = Path(content.__file__).read_text(encoding="utf-8")
    (package / "content.py").write_text(source, encoding="utf-8")


def shipped(folder: Path) -> None:
    (folder / "policies" / "one").mkdir(parents=True)
    (folder / "policies" / "one" / "a.yaml").write_text("客户: 1", encoding="utf-8")
    (folder / "policies" / "b.yaml").write_text("b: 2", encoding="utf-8")
    (folder / "policies" / "notes.txt").write_text("no", encoding="utf-8")


def run(path: Path, cwd: Path) -> str:
    command = [sys.executable, "-X", "utf8", "-S", "-c", PROGRAM]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(path)}, cwd=cwd, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return done.stdout


def test_in_a_checkout_it_lies_beside_the_package(tmp_path: Path) -> None:
    top = tmp_path / "a checkout"
    code(top)
    shipped(top)
    assert run(top, tmp_path) == PRINTED


def test_in_a_wheel_it_lies_inside_the_package(tmp_path: Path) -> None:
    top = tmp_path / "site-packages"
    code(top)
    shipped(top / "pii_audit")
    assert run(top, tmp_path) == PRINTED


def test_in_a_zip_it_is_read_all_the_same(tmp_path: Path) -> None:
    top = tmp_path / "built"
    code(top)
    shipped(top / "pii_audit")
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in sorted(top.rglob("*")):
            zipped.write(path, path.relative_to(top))
    assert run(archive, tmp_path) == PRINTED


def test_the_shipped_rules_are_there() -> None:
    assert "policies/rules/share.yaml" in list(content.walk("policies/rules", ".yaml"))
    assert content.text("policies/rules/share.yaml").encode() == content.data("policies/rules/share.yaml")


def test_only_the_three_rooms_are_open() -> None:
    with pytest.raises(ValueError, match=r"not 'pii_audit/content\.py'"):
        content.text("pii_audit/content.py")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.yaml"):
        content.text("policies/nowhere.yaml")


def test_no_code_package_takes_a_room_s_name() -> None:
    package = Path(pii_audit.__file__).parent
    assert not [room for room in ("scanners", "policies", "reports") if (package / room / "__init__.py").exists()]
