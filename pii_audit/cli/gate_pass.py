"""`gate --pass-through`: in a pipe, nothing before the verdict, then all of it bit for bit, or nothing."""

from __future__ import annotations

import argparse
import re
import resource
import signal
import sys
from typing import TYPE_CHECKING

from pii_audit.cli.ending import ENDING
from pii_audit.cli.options import emit, let_go_of_stdout, say
from pii_audit.cli.session import Session
from pii_audit.errors import OutputError, UsageError, reason_of
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

if TYPE_CHECKING:
    from pii_audit.auditing.spool import Spool
    from pii_audit.model.run import Run

STDIN = "-"
INTERRUPTED = 130
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size(text: str) -> int:
    """A number of bytes, perhaps with K, M or G, for argparse."""
    found = re.fullmatch(r"([0-9]{1,12})([KMG]?)", text.strip().upper())
    if found is None:
        message = f'expected a size such as 64M, got "{text[:20]}"'
        raise argparse.ArgumentTypeError(message)
    return int(found[1]) * _UNITS[found[2]]


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the mode."""
    parser.add_argument(
        "--pass-through",
        action="store_true",
        help=say(
            language,
            "用于管道：裁决之前什么也不放行，通过则原样全部写到标准输出，否则一个字节也不写（报告写到 -o）",
            "in a pipe: nothing leaves before the verdict; then all of it goes to standard output as it came, or nothing (the report goes to -o)",
        ),
    )
    parser.add_argument(
        "--spool-memory",
        type=size,
        default="256M",
        metavar="SIZE",
        help=say(
            language,
            "裁决之前在内存中加密暂存多少（默认 256M），超出部分加密写入 TMPDIR 中无名的文件",
            "how much waits for the verdict sealed in memory (default 256M); more goes, sealed, to a file without a name in TMPDIR",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """0 where all of it was released; else nothing was, save to a reader that went away in between."""
    from pii_audit.auditing.spool import Spool  # noqa: PLC0415 - start-up does without
    from pii_audit.cli.gate_case import open_case  # noqa: PLC0415

    _refuse(options)
    # A core file would hold the key and the export.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    try:
        with Spool(options.spool_memory) as spool:
            case = open_case(session, options)
            inputs = case.inputs([STDIN], certified=False, also=spool.write)
            judged = case.judge(inputs.paths, inputs.streams, copies=False)
            files = inputs.digests()
            code = judged.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)
            if code == 0:
                spool.check()
            if options.record:
                judged = case.record(judged)
            if options.output:
                emit(session, judged, options.format, options.output)
            if options.receipt:
                case.certify(judged, files, code)
            tell(session, judged)
            if code == 0:
                _release(spool)
            else:
                session.say(
                    Text(
                        f"不得离开（退出码 {code}），没有放行任何内容",
                        f"may not leave (exit {code}); nothing was released",
                    )
                )
    except KeyboardInterrupt:
        session.say(Text("已中断，没有放行任何内容", "interrupted; nothing was released"))
        return INTERRUPTED
    return code


def _refuse(options: argparse.Namespace) -> None:
    if options.path not in ([], [STDIN]):
        raise UsageError(
            Text("--pass-through 只裁决标准输入", "--pass-through judges standard input alone"),
            where=options.path[0],
            todo=Text("去掉文件名，从管道读入", "leave the file's name out, and pipe it in"),
        )
    if options.baseline:
        raise UsageError(
            Text("--baseline 不能与 --pass-through 同用", "--baseline does not go with --pass-through"),
            todo=Text("放行须裁决整份导出：去掉 --baseline", "what passes is judged as a whole: leave --baseline out"),
        )
    if options.output in (STDIN, "/dev/stdout") or (options.format and not options.output):
        raise UsageError(
            Text("标准输出要留给导出本身", "standard output is for the export itself"),
            todo=Text("报告用 -o 写到文件，或 -o /dev/stderr", "write the report with -o FILE, or -o /dev/stderr"),
        )
    if sys.stdout.isatty():
        raise UsageError(
            Text("导出不能显示在终端上", "an export is not shown on a terminal"),
            todo=Text("把标准输出接到管道或文件", "lead standard output into a pipe or a file"),
        )


def tell(session: Session, run: Run) -> None:
    """What stands against an export and what could not be read of it, a line each, on stderr."""
    from pii_audit.render.safe import safe  # noqa: PLC0415 - start-up does without

    for finding in run.standing:
        said = f"{finding.severity.upper()} {finding.rule} "
        session.say(Text(safe(said + finding.message.zh), safe(said + finding.message.en)))
    for row in run.coverage:
        if row.incomplete and row.reason:
            zh, en = f"未能检查：{row.reason.zh}", f"could not be inspected: {row.reason.en}"
            session.say(Text(safe(f"{row.asset}: {zh}"), safe(f"{row.asset}: {en}")))


def _release(spool: Spool) -> None:
    """All of it; from the first byte on only the reader can stop it. OutputError where the reader goes away."""
    held = {number: signal.signal(number, signal.SIG_IGN) for number in (*ENDING, signal.SIGINT)}
    sent = 0
    try:
        for block in spool.blocks():
            sys.stdout.buffer.write(block)
            sys.stdout.buffer.flush()
            sent += len(block)
    except OSError as error:
        let_go_of_stdout()
        reason = reason_of(error)
        told, whole = f"{sent:,}", f"{spool.size:,}"
        raise OutputError(
            Text(
                f"裁决通过，但只送出 {whole} 字节中的约 {told} 字节：{reason.zh}",
                f"it may leave, but only about {told} of {whole} bytes did: {reason.en}",
            ),
            where=STDIN,
            todo=Text(
                "作废对方收到的部分，查明下游后重做",
                "void what arrived, see what became of the reader, and do it again",
            ),
        ) from error
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
