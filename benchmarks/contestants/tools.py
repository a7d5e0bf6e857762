"""ripgrep and Hyperscan: patterns alone, without validators, context or the resolution of overlaps."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants.interface import Scan, Told, blocks
from benchmarks.patterns import exported, plain
from benchmarks.scoring import ANY, Found


def prepare_ripgrep() -> Scan:
    """The program `rg` with the twelve plain patterns."""
    return _ripgrep(plain("rust"))


def prepare_ripgrep_catalogue() -> Scan:
    """The program `rg` with every pattern of the catalogue."""
    # Some go over a line's end: without the option, ripgrep takes none of them.
    return _ripgrep([one.regex for one in exported("rust")], "--multiline")


def _ripgrep(patterns: Sequence[str], *options: str) -> Scan:
    program = shutil.which("rg")
    if program is None:
        message = "ripgrep is not installed (the package ripgrep of Debian)"
        raise FileNotFoundError(message)

    def scan(path: Path, size: int) -> Told:
        with tempfile.TemporaryDirectory() as folder:
            listed, cut, out = (Path(folder, name) for name in ("patterns", "text", "found"))
            listed.write_text("\n".join(patterns), encoding="utf-8")
            if size < path.stat().st_size:
                cut.write_bytes(b"".join(blocks(path, size)))
                path = cut
            command = [
                program,
                "--only-matching",
                "--byte-offset",
                "--no-line-number",
                "--text",
                "--threads=1",
                *options,
                "-f",
                str(listed),
                str(path),
            ]
            with out.open("wb") as file:
                subprocess.run(command, stdout=file, check=True)  # noqa: S603 - our own arguments
            given = out.read_bytes()
        pairs = (line.split(b":", 1) for line in given.splitlines())
        return lambda: [Found(int(at), int(at) + len(value), ANY) for at, value in pairs]

    return scan


def prepare_hyperscan() -> Scan:
    """One Hyperscan database of the twelve plain patterns, with the start of each match."""
    return _hyperscan(plain("re2"), starts=True)


def prepare_hyperscan_catalogue() -> Scan:
    """One Hyperscan database of the catalogue, save what is too large for it; too large for starts too, so that it gives ends alone."""
    return _hyperscan([one.regex for one in exported("re2")], starts=False)


def _hyperscan(patterns: Sequence[str], *, starts: bool) -> Scan:
    import hyperscan  # noqa: PLC0415 - of the extra bench

    def compiled(some: Sequence[str]) -> Any:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = [
            (0 if regex.isascii() else hyperscan.HS_FLAG_UTF8) | (hyperscan.HS_FLAG_SOM_LEFTMOST if starts else 0)
            for regex in some
        ]
        database.compile(expressions=[regex.encode() for regex in some], ids=list(range(len(some))), flags=flags)
        return database

    def fits(regex: str) -> bool:
        try:
            return compiled([regex]) is not None
        except hyperscan.error:
            return False

    # A few patterns are larger than it takes; without them it has less to do.
    database = compiled([regex for regex in patterns if fits(regex)])

    def scan(path: Path, size: int) -> Told:
        found: dict[int, int] = {}
        at = 0

        def matched(_: int, start: int, end: int, _flags: int, _context: object) -> None:
            found[at + start if starts else at + end] = at + end

        for block in blocks(path, size):
            database.scan(block, match_event_handler=matched)
            at += len(block)
        return lambda: [Found(start, end, ANY) for start, end in found.items()]

    return scan
