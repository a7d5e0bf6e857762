"""Options that several commands share, and writing what they ask for."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.errors import UsageError, reason_of
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

if TYPE_CHECKING:
    from rich.console import Console

    from pii_audit.cli.session import Session
    from pii_audit.model.course import Course
    from pii_audit.model.run import Run


RUN_FORMATS = "table json html markdown xlsx docx csv sarif junit github gitlab prometheus"
"""What run, gate and report write; `pii_audit.render.interface` has their table."""


def say(language: Language, zh: str, en: str) -> str:
    """The sentence in the user's language, for help texts."""
    return zh if language == "zh" else en


def add_output(parser: argparse.ArgumentParser, language: Language, formats: str) -> None:
    """`--format` and `-o/--output`."""
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help=say(language, f"输出格式：{formats}（默认 table）", f"output format: {formats} (default table)"),
    )
    add_file(parser, language)


def add_format(parser: argparse.ArgumentParser, language: Language, *formats: str) -> None:
    """`--format`, one of a few; the first where none is given."""
    parser.add_argument(
        "--format",
        choices=formats,
        default=formats[0],
        help=say(language, f"输出格式（默认 {formats[0]}）", f"output format (default {formats[0]})"),
    )


def add_file(parser: argparse.ArgumentParser, language: Language) -> None:
    """`-o/--output`."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=say(language, "写到文件（默认标准输出）", "write to a file (default: standard output)"),
    )


def add_day(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--as-of DATE`."""
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help=say(language, "按这一天裁决（默认今天）", "judge as of this day (default today)"),
    )


def add_verdict(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--fail-on` and `--allow-incomplete`."""
    severities = [severity.value for severity in Severity]
    parser.add_argument(
        "--fail-on",
        metavar="SEV",
        choices=severities,
        default="high",
        help=say(
            language,
            "达到此严重度即以 1 退出（critical high medium low info，默认 high）",
            "exit 1 from this severity on (critical high medium low info; default high)",
        ),
    )
    parser.add_argument(
        "--allow-incomplete",
        action="store_true",
        help=say(language, "未能检查全部时不以 3 退出", "do not exit 3 when something could not be inspected"),
    )


def add_identifiers(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--identifiers`: own ones, beside those that ship with the program."""
    parser.add_argument(
        "--identifiers",
        action="append",
        default=[],
        metavar="PATH",
        help=say(
            language,
            "也用自定义标识符：YAML 文件或文件夹（可重复）",
            "also use identifiers of your own: a YAML file or a folder of them (may be repeated)",
        ),
    )


def own_identifiers(options: argparse.Namespace) -> tuple[Path, ...]:
    """The files and folders that `--identifiers` names; UsageError where one is not there, or holds none."""
    from pii_audit.identifiers.catalogue import files_of  # noqa: PLC0415 - start-up does without

    todo = Text("--identifiers 后写 YAML 文件或文件夹", "give --identifiers a YAML file or a folder of them")
    for path in options.identifiers:
        if not os.path.exists(path):
            raise UsageError(Text("没有这个文件或文件夹", "there is no such file or folder"), where=path, todo=todo)
        if not any(files_of([Path(path)])):
            raise UsageError(Text("文件夹中没有 YAML 文件", "the folder holds no YAML file"), where=path, todo=todo)
    return tuple(map(Path, options.identifiers))


def add_jobs(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares `--jobs` of what reads files."""
    parser.add_argument(
        "--jobs",
        type=processes,
        metavar="N",
        help=say(
            language,
            "费时的内容由几个进程检测（默认：每个处理器一个）",
            "processes that share what takes long (default: one for each processor)",
        ),
    )


def add_enumeration(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares `--enumerate-hashes`."""
    parser.add_argument(
        "--enumerate-hashes",
        type=number,
        default=0,
        metavar="SECONDS",
        help=say(
            language,
            "对疑似散列的列逐个试算手机号，至多用这么多秒处理器时间（默认不试）",
            "try out mobile numbers against columns of digests, for so many seconds of processor time (default: not)",
        ),
    )


def number(text: str) -> int:
    """A whole number from 1 on, for argparse; a billion is beyond anything that is counted here, and fits every database."""
    return _whole(text, 10**9)


def percent(text: str) -> int:
    """A whole number from 1 to 100, for argparse."""
    return _whole(text, 100)


def processes(text: str) -> int:
    """A number of processes, for argparse: no machine that reads files has more processors than so many."""
    return _whole(text, 256)


def _whole(text: str, most: int) -> int:
    # Python refuses to read thousands of digits.
    value = int(text) if text.isdecimal() and len(text) <= len(str(most)) else 0
    if not 1 <= value <= most:
        message = f'expected a whole number from 1 to {most}, got "{text[:20]}"'
        raise argparse.ArgumentTypeError(message)
    return value


def day(text: str) -> date:
    """A calendar day YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f'expected a date YYYY-MM-DD, got "{text[:20]}"'
        raise argparse.ArgumentTypeError(message) from None


def put(pieces: Iterable[str]) -> None:
    """Writes to standard output; a reader that has gone away (`| head`) changes no exit code."""
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        let_go_of_stdout()


def let_go_of_stdout() -> None:
    """What is still buffered has nowhere to go, and Python would complain of it when it ends."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def draw(session: Session, output: str | None, paint: Callable[[Console], None]) -> None:
    """Draws tables on the screen, or as plain text into a file."""
    if output is None:
        with session.out.capture() as painted:
            paint(session.out)
        put([painted.get() if session.out.is_terminal else _unpadded(painted.get())])
        return
    from pii_audit.render.output import write_output  # noqa: PLC0415 - start-up does without
    from pii_audit.render.table import make_console  # noqa: PLC0415

    stream = io.StringIO()
    paint(make_console(stream))
    write_output(output, _unpadded(stream.getvalue()))


def _unpadded(painted: str) -> str:
    """What a table fills its columns up with is nothing to a file, a log or a diff."""
    return "".join(f"{line.rstrip()}\n" for line in painted.splitlines())


def emit(session: Session, run: Run, name: str | None, output: str | None, course: Course | None = None) -> None:
    """Writes a run in a format: a table to look at, or a document to standard output or a file; `course` goes into HTML and the annual report."""
    from pii_audit.render.interface import render  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_binary, write_output  # noqa: PLC0415

    if name in (None, "table"):
        from pii_audit.render.table import render_run  # noqa: PLC0415 - rich only where a table is drawn

        draw(session, output, lambda console: render_run(run, console, session.language, verbose=session.verbose))
        return
    if course is not None and name == "docx":
        from pii_audit.render.docx import render_year  # noqa: PLC0415

        write_binary(output, render_year(run, session.language, course))
        return
    if course is not None:
        from pii_audit.render import html  # noqa: PLC0415

        write_output(output, html.render(run, language=session.language, course=course))
        return
    if name == "github":
        _summarise(session, run)
    written = render(name, run, session.language)
    if isinstance(written, bytes):
        write_binary(output, written)
    else:
        write_output(output, written)


def _summarise(session: Session, run: Run) -> None:
    """Adds the run in brief to the summary of the job, where GitHub names a file for that; UsageError where it cannot be written."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from pii_audit.render import markdown  # noqa: PLC0415 - only where GitHub runs us

    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown.render(run, language=session.language))
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"作业摘要未写入：{reason.zh}", f"the job summary was not written: {reason.en}"),
            where="GITHUB_STEP_SUMMARY",
            todo=Text("检查该变量所指的文件可写", "check that the file which it names can be written"),
        ) from error
