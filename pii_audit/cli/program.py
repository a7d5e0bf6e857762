"""One call of the program: global options anywhere on the line, then one command, whose module is imported only then."""

from __future__ import annotations

import argparse
import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pii_audit
from pii_audit.cli.commands import COMMANDS
from pii_audit.cli.complaints import complaint
from pii_audit.cli.ending import ended
from pii_audit.cli.main import INTERRUPTED
from pii_audit.cli.options import let_go_of_stdout, put, say
from pii_audit.cli.session import Session, wants_colour
from pii_audit.errors import OutputError, PiiAuditError, UnforeseenError, UsageError, reason_of
from pii_audit.language import Language, Text, language_of_locale, same

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What writing to a standard output fails with when its disk is full or broken."""
USAGE = 2


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints become our errors and whose help speaks the user's language."""

    def __init__(self, *, language: Language, **more: Any) -> None:
        super().__init__(
            **more, add_help=False, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        self.language = language

    def error(self, message: str) -> NoReturn:
        from pii_audit.document import suggestion, unknown  # noqa: PLC0415 - brings the YAML reader, for this one sentence

        todo = Text(f"用法见 {self.prog} --help", f"see {self.prog} --help")
        wrong = re.fullmatch(r"unrecognized arguments: (--[^ =]+).*", message)
        hint = suggestion(wrong[1], self._option_string_actions) if wrong else same("")
        choice = re.fullmatch(r"argument (.+): invalid choice: '(.*)' \(choose from (.*)\)", message)
        if choice:
            words = re.findall(r"'([^']*)'", choice[3])
            raise UsageError(unknown(Text("选项值", "choice"), choice[2], words), where=choice[1], todo=todo)
        said = complaint(message)
        raise UsageError(Text(f"命令行有误：{said.zh}{hint.zh}", f"command line: {said.en}{hint.en}"), todo=todo)

    def of_action(self, words: Sequence[str]) -> argparse.ArgumentParser:
        """The parser of the action that these words name, where the command has such; else itself."""
        actions: dict[str, argparse.ArgumentParser] = {}
        for one in self._actions:
            if isinstance(one, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no public name for it
                actions.update(one.choices)
        return next((actions[word] for word in words if word in actions), self)

    def format_help(self) -> str:
        text = super().format_help()
        if self.language == "zh":
            for english, chinese in (("usage:", "用法："), ("positional arguments:", "参数："), ("options:", "选项：")):
                text = text.replace(english, chinese)
        return text


def global_options(language: Language) -> Parser:
    """The options that every command takes, before or after its name."""
    parser = Parser(language=language, prog="pii-audit")
    group = parser.add_argument_group(say(language, "通用选项", "global options"))
    group.add_argument(
        "-w",
        "--workspace",
        metavar="DIR",
        help=say(
            language,
            "工作区文件夹（默认：向上最近的含 audit.yaml 的文件夹）",
            "workspace folder (default: the nearest one upward with an audit.yaml)",
        ),
    )
    group.add_argument(
        "--lang",
        choices=("zh", "en"),
        help=say(language, "语言（默认随系统区域）", "language (default: from the locale)"),
    )
    group.add_argument(
        "-q", "--quiet", action="store_true", help=say(language, "不显示进度和说明", "no progress, no narration")
    )
    group.add_argument("-v", "--verbose", action="store_true", help=say(language, "显示更多", "tell more"))
    group.add_argument("--no-color", action="store_true", help=say(language, "不用颜色", "no colour"))
    group.add_argument("--version", action="store_true", help=say(language, "显示版本", "print the version"))
    group.add_argument("-h", "--help", action="store_true", help=say(language, "显示帮助", "print this help"))
    return parser


def program(line: Sequence[str]) -> int:
    """Runs the command that the words of a line name; gives its exit code. No foreseeable cause ends in a traceback."""
    session = Session(_language(line))
    _streams()
    try:
        with ended():
            code = _dispatch(line, session.language)
        put(())
    except PiiAuditError as error:
        return session.fail(error)
    except KeyboardInterrupt:
        session.say(
            Text(
                "已中断，进度已保留；再执行一次即可（run 加 --resume）",
                "interrupted, progress is kept; call it again (run: with --resume)",
            )
        )
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None or error.errno not in FULL:
            return session.fail(_unforeseen(error))
        let_go_of_stdout()
        return session.fail(_unwritten(error))
    except Exception as error:  # noqa: BLE001 - Python's own exit code is 1, which says that a policy was violated
        return session.fail(_unforeseen(error))
    return code


def _dispatch(line: Sequence[str], language: Language) -> int:
    parser = global_options(language)
    chosen, rest = parser.parse_known_args(line)
    if chosen.version:
        put([f"pii-audit {pii_audit.__version__}\n"])
        return 0
    name = next((word for word in rest if not word.startswith("-")), None)
    if name is None:
        put([_overview(parser, language)])
        return 0 if chosen.help else USAGE
    if name not in COMMANDS or rest[0] != name:
        from pii_audit.document import unknown  # noqa: PLC0415 - brings the YAML reader, for this one sentence

        word = name if name not in COMMANDS else rest[0]
        raise UsageError(
            unknown(Text("命令", "command"), word, COMMANDS),
            todo=Text("命令列表见 pii-audit --help", "pii-audit --help lists the commands"),
        )
    module = import_module(f"pii_audit.cli.{name}")
    command = Parser(
        language=language,
        prog=f"pii-audit {name}",
        description=COMMANDS[name].in_(language),
        epilog=module.EXAMPLE.in_(language),
    )
    module.arguments(command, language)
    command._action_groups.extend(parser._action_groups[-1:])  # noqa: SLF001 - argparse has no public way to show a group without parsing it
    if chosen.help:
        put([command.of_action(rest[1:]).format_help()])
        return 0
    options = command.parse_args(rest[1:])
    session = Session(
        language,
        Path(chosen.workspace) if chosen.workspace else None,
        chosen.quiet,
        chosen.verbose,
        wants_colour(chosen.no_color),
    )
    run: Callable[[Session, argparse.Namespace], int] = module.run
    return run(session, options)


def _unforeseen(error: Exception) -> UnforeseenError:
    """What kind of error it is and by which lines of ours it came; its words and its traceback may hold values."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    places = (f"{frame.f_globals.get('__name__', '')}:{frame.f_lineno}" for frame in frames)
    path = " > ".join(place for place in places if place.startswith("pii_audit."))
    return UnforeseenError(
        Text(
            f"程序意外出错（{type(error).__name__}），未作出结论",
            f"the program failed unexpectedly ({type(error).__name__}); nothing was judged",
        ),
        where=path,
        todo=Text("请把这一行报告给维护者", "report this line to whoever maintains the program"),
    )


def _unwritten(error: OSError) -> OutputError:
    reason = reason_of(error)
    return OutputError(
        Text(f"输出未写入：{reason.zh}", f"the output was not written: {reason.en}"),
        where="-",
        todo=Text("腾出空间或换一个位置", "make room, or choose another place"),
    )


def _overview(parser: Parser, language: Language) -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {summary.in_(language)}" for name, summary in COMMANDS.items())
    head = Text(
        "pii-audit:个人金融信息自查工具：在哪里、数据流谁、谁能读、是否违反规定",
        "pii-audit: where personal financial information is, where it goes, who can read it, and whether that breaks the rules",
    )
    parts = [
        head.in_(language),
        Text("用法：pii-audit 命令 [选项]", "usage: pii-audit COMMAND [options]").in_(language),
        Text("命令：", "commands:").in_(language) + "\n" + commands,
        parser.format_help().split("\n\n", 1)[1].strip("\n"),
        Text(
            "退出码： 0 无问题 · 1 违反策略 · 2 用法或配置错误 · 3 未能检查全部 · 130 已中断",
            "exit codes: 0 nothing found · 1 policy violated · 2 usage or configuration · 3 could not inspect everything · 130 interrupted",
        ).in_(language),
        Text(
            "例：pii-audit demo    pii-audit COMMAND --help", "example: pii-audit demo    pii-audit COMMAND --help"
        ).in_(language),
    ]
    return "\n\n".join(parts) + "\n"


def _language(line: Sequence[str]) -> Language:
    """The language, before anything else is parsed, so that even the first error is in it."""
    for place, word in enumerate(line):
        value = (
            word.partition("=")[2]
            if word.startswith("--lang=")
            else line[place + 1]
            if word == "--lang" and place + 1 < len(line)
            else ""
        )
        if value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    return language_of_locale()


def _streams() -> None:
    """Streams that no call fails for: those that its caller closed lead nowhere, and what a terminal cannot show is escaped.

    Nothing that is opened later, the store least of all, stands in the place of one that is missing.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - a device, for as long as we run
    # With LANG=C a Chinese name must not end the program.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
