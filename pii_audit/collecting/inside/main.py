"""The command line of a collector: looks into a database read-only, and writes what it saw as a signed bundle.

Nothing is installed and nothing is changed. Values stay in memory: a bundle holds the catalog, who may read what, counts, keyed
fingerprints of persons and masked samples.
"""

from __future__ import annotations

import argparse
import getpass
import io
import os
import re
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pii_audit.collecting.inside import tables
from pii_audit.collecting.inside.looking import collect
from pii_audit.collecting.inside.narration import say
from pii_audit.collecting.inside.reaching import EXAMPLES, reach
from pii_audit.errors import PiiAuditError, UsageError, reason_of
from pii_audit.language import Text, language_of_locale
from pii_audit.model.fingerprint import KEY_BYTES
from pii_audit.sources.bundle.format import Writer, key_check
from pii_audit.sources.interface import Sampling

INCOMPLETE, INTERRUPTED = 3, 130


def main() -> int:
    """Runs the collector; gives its exit code: 0, 2 for what it was told wrongly, 3 where something could not be inspected, 130."""
    language = language_of_locale()
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot write is escaped.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(_arguments().parse_args())
    except PiiAuditError as error:
        for line in error.lines(language):
            say(line)
        return error.exit_code
    except KeyboardInterrupt:
        say(Text("已中断，没有写出采集包", "interrupted; no bundle was written").in_(language))
        return INTERRUPTED


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=(
            f"Read-only collector of pii-audit {tables.VERSION} for {tables.DIALECT}. It writes a signed bundle without values. "
            "只读采集程序:生成不含原始数据的签名采集包。"
        ),
        epilog=f"example: python3 %(prog)s --key key.txt -o core.bundle -- {EXAMPLES[tables.DIALECT]}",
    )
    add = parser.add_argument
    add("-o", "--output", metavar="FILE", help="the bundle to write / 输出的采集包")
    add("--key", metavar="FILE", help="file with the key; asked for without it / 密钥文件;不给则提示输入")
    add("--sample", type=int, metavar="N", default=tables.SAMPLE, help="rows of each table / 每表读取的行数")
    add("--full", action="store_true", help="read all rows / 读取全部行")
    add(
        "--max-load",
        type=int,
        metavar="N",
        default=tables.MAX_LOAD,
        help="percent of the time that the server works for it / 服务器为其工作的时间占比",
    )
    add("--include", action="append", default=[], metavar="GLOB", help="schema.table / 只读这些表")
    add("--exclude", action="append", default=[], metavar="GLOB", help="schema.table / 不读这些表")
    add("--statements", action="store_true", help="print every statement, run nothing / 只打印语句")
    add(
        "database",
        nargs="*",
        help="after --: your client with its options, a url, or the file / -- 之后:客户端命令及其选项、url 或数据库文件",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.statements:
        from pii_audit.collecting.inside.dialect import load_dialect  # noqa: PLC0415 - for this alone

        for name, query in load_dialect(tables.DIALECT).queries.items():
            print(f"-- {name}: {query.reads}\n{query.sql.rstrip()};\n")  # noqa: T201 - what was asked for
        return 0
    if not options.output or not options.database:
        raise UsageError(
            Text(
                "没有说明写到哪里（-o）或读什么（-- 之后）",
                "it was not said where to write (-o) or what to read (after --)",
            ),
            todo=Text("用 --help 查看", "see --help"),
        )
    if not 1 <= options.max_load <= 100:  # noqa: PLR2004 - per cent
        raise UsageError(Text("--max-load 为 1 到 100", "--max-load is 1 to 100"))
    if options.sample is not None and options.sample < 1:
        raise UsageError(Text("--sample 至少为 1", "--sample is 1 at least"))
    key = _key(options.key)
    include, exclude = (*tables.INCLUDE, *options.include), (*tables.EXCLUDE, *options.exclude)
    source = reach(options.database, include, exclude, options.max_load)
    sampling = Sampling(None if options.full else options.sample)
    target = Path(options.output)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                failures = collect(source, sampling, key, Writer(stream, key, _header()))
            draft.replace(target)
        except OSError as error:
            reason = reason_of(error)
            raise UsageError(
                Text(f"采集包无法写出：{reason.zh}", f"the bundle cannot be written: {reason.en}"), where=str(target)
            ) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    say(f"{target}" + (f" ({failures} not inspected / 项未能检查)" if failures else ""))
    return INCOMPLETE if failures else 0


def _header() -> dict[str, object]:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"version": tables.VERSION, "dialect": tables.DIALECT, "source": tables.SOURCE, "made": made}


def _key(path: str | None) -> bytes:
    try:
        text = Path(path).read_text("ascii") if path else getpass.getpass("key / 密钥: ")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"无法读取密钥：{reason.zh}", f"the key cannot be read: {reason.en}"), where=path or ""
        ) from None
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", text.strip()):
        raise UsageError(Text("不是密钥（应为 64 位十六进制数字）", "is not a key (64 hex digits)"), where=path or "")
    key = bytes.fromhex(text.strip())
    if key_check(key) != tables.KEY_CHECK:
        raise UsageError(
            Text(
                "不是本采集程序所属工作区的密钥", "is not the key of the workspace that this collector was written for"
            ),
            where=path or "",
        )
    return key
