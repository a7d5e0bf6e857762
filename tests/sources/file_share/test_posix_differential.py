"""Whom we say that modes and access lists let read, against whom the system lets: random folders and files, and processes that try."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path

import pytest

from pii_audit.sources.file_share.posix import file_grants

GROUPS = (5001, 5002, 5003)
NOBODY_SPECIAL, OWNER, NAMED = 6001, 6002, 6003


@pytest.fixture
def root() -> Iterator[Path]:
    if os.getuid() != 0:
        pytest.skip("only root takes on other accounts")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def may(path: Path, uid: int, groups: tuple[int, ...]) -> bool:
    """Whether a process of that account and these groups reads a file."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups(groups)
            os.setresgid(59_999, 59_999, 59_999)
            os.setresuid(uid, uid, uid)
            with path.open("rb"):
                code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def made(root: Path, number: int, chosen: random.Random) -> Path:
    """A file below two folders, with owners, groups, modes and access lists by chance."""
    first = root / f"{number}"
    (first / "in").mkdir(parents=True)
    path = first / "in" / "a.csv"
    path.write_text("x")
    for one, modes in (
        (first, (0o755, 0o750, 0o710, 0o700, 0o701)),
        (first / "in", (0o755, 0o750, 0o700)),
        (path, (0o644, 0o640, 0o600, 0o604)),
    ):
        if chosen.random() < 0.4 and shutil.which("setfacl"):
            kind = chosen.choice([f"g:{chosen.choice(GROUPS)}", f"u:{NAMED}"])
            subprocess.run(["setfacl", "-m", f"{kind}:{chosen.choice(['rx', 'x', '-', 'rwx'])}", one], check=True)
        os.chown(one, chosen.choice([0, 0, OWNER]), chosen.choice(GROUPS))
        one.chmod(chosen.choice(modes))
    return path


def groups_told(path: Path, root: Path) -> list[frozenset[int]]:
    """The sets of groups that are told of as reading; of everybody, the empty one."""
    found = []
    for grant in file_grants(path, root, "s", path.relative_to(root).as_posix()):
        if grant.privilege == "read" and not grant.principal.startswith("user:"):
            names = [grant.principal, *(step for step in grant.path if step.startswith("only who is also"))]
            found.append(frozenset(int(name) for one in names for name in re.findall(r"#(\d+)", one)))
    return found


def test_nobody_who_reads_is_missed_and_whoever_is_told_of_reads(root):
    chosen = random.Random(8)
    sets = [frozenset(one) for one in chain.from_iterable(combinations(GROUPS, size) for size in range(4))]
    readers = 0
    for number in range(120):
        path = made(root, number, chosen)
        told = groups_told(path, root)
        for groups in sets:
            really = may(path, NOBODY_SPECIAL, tuple(groups))
            readers += really
            said = any(one <= groups for one in told)
            assert said or not really, (number, groups, told)
            # Of exactly these groups, nobody else's entries stand in the way.
            assert really or groups not in told, (number, groups, told)
    assert readers > 100


def test_owners_of_folders_and_those_whom_lists_name_are_not_missed(root):
    chosen = random.Random(9)
    found = 0
    for number in range(120):
        path = made(root, number, chosen)
        told = {
            one.principal
            for one in file_grants(path, root, "s", path.relative_to(root).as_posix())
            if one.privilege == "read"
        }
        for uid in (OWNER, NAMED):
            if may(path, uid, ()):
                found += 1
                assert told & {"world", f"user:#{uid}"}, (number, uid, told)
    assert found > 20
