"""`pii-audit gate`: may this export leave? One module for each thing that may be asked; which one, an option says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from pii_audit.cli.baseline import add_baseline
from pii_audit.cli.options import (
    RUN_FORMATS,
    add_day,
    add_enumeration,
    add_identifiers,
    add_jobs,
    add_output,
    add_verdict,
    say,
)
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

MODES = {
    "sql": "gate_sql",
    "diff": "gate_diff",
    "fix": "gate_fix",
    "pass_through": "gate_pass",
    "verify": "gate_verify",
}
"""What is asked instead of a plain verdict: the option's name, and the module that answers."""
PLAIN = "gate_judge"
EXAMPLE = Text(
    "例：pii-audit gate outbox/sms_20260601.csv --flow sms-daily\n    export.sh | pii-audit gate - --recipient acme-sms --purpose sms-notification\n    export.sh | pii-audit gate --flow sms-daily --pass-through | upload.sh",
    "example: pii-audit gate outbox/sms_20260601.csv --flow sms-daily\n         export.sh | pii-audit gate - --recipient acme-sms --purpose sms-notification\n         export.sh | pii-audit gate --flow sms-daily --pass-through | upload.sh",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options: those of a verdict, then those of each mode."""
    parser.add_argument(
        "path",
        nargs="*",
        metavar="PATH",
        help=say(
            language, "要外发的文件或文件夹；- 为标准输入", "the file or folder that is to leave; - is standard input"
        ),
    )
    parser.add_argument(
        "--flow", metavar="ID", help=say(language, "策略中声明的数据流", "a flow that the policies declare")
    )
    parser.add_argument(
        "--recipient", metavar="ID", help=say(language, "接收方（与 --purpose 同用）", "a recipient (with --purpose)")
    )
    parser.add_argument(
        "--purpose", metavar="ID", help=say(language, "目的（与 --recipient 同用）", "a purpose (with --recipient)")
    )
    add_day(parser, language)
    add_jobs(parser, language)
    add_enumeration(parser, language)
    parser.add_argument(
        "--allow-gaps",
        action="store_true",
        help=say(language, "无法证明合规之处（缺口）不算失败", "what cannot be shown to comply (a gap) does not fail"),
    )
    for module in (PLAIN, *MODES.values()):
        import_module(f"pii_audit.cli.{module}").arguments(parser, language)
    add_identifiers(parser, language)
    add_verdict(parser, language)
    add_baseline(parser, language)
    add_output(parser, language, RUN_FORMATS)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs what was asked for; gives its exit code."""
    # An option whose value is an empty variable was asked for all the same.
    asked = [mode for mode in MODES if getattr(options, mode) not in (None, False)]
    for mode in asked:
        if getattr(options, mode) == "":
            raise UsageError(
                Text("选项的值为空", "the option has an empty value"),
                where=f"--{mode.replace('_', '-')}",
                todo=Text("检查给出它的变量是否有值", "check that the variable which gives it is set"),
            )
    if len(asked) > 1:
        first, second = (f"--{mode.replace('_', '-')}" for mode in asked[:2])
        raise UsageError(
            Text(f"{first} 不能与 {second} 同用", f"{first} does not go with {second}"),
            todo=Text("分两次执行", "call the gate once for each"),
        )
    module = import_module(f"pii_audit.cli.{MODES[asked[0]] if asked else PLAIN}")
    answer: Callable[[Session, argparse.Namespace], int] = module.run
    return answer(session, options)
