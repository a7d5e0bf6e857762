"""`pii-audit policy`: one module for each thing that may be asked about policies."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

ACTIONS: dict[str, Text] = {
    "check": Text("检查全部策略，一次报出所有错误和提醒", "check all policies; every error and warning at once"),
    "test": Text("运行策略旁的用例（*.cases.yaml）", "run the cases beside the policies (*.cases.yaml)"),
    "explain": Text(
        "解释：哪些策略行决定了结论", "explain a flow, or one element of it: the lines that decide, one by one"
    ),
    "diff": Text("比较：一次修改改变了哪些结论", "what an edit changes, in general or for a recorded run"),
    "draft": Text("起草：由一次运行的观察生成初稿", "a first policy from what a run saw, for a human to confirm"),
    "schema": Text("输出 JSON Schema(供编辑器补全)", "print the JSON Schema (for editors)"),
}
EXAMPLE = Text(
    "例：pii-audit policy check --within 90\n    pii-audit policy test --format junit -o cases.xml\n各动作的选项：pii-audit policy ACTION --help",
    "example: pii-audit policy check --within 90\n         pii-audit policy test --format junit -o cases.xml\noptions of each: pii-audit policy ACTION --help",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's actions, each with options of its own."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in ACTIONS.items():
        module = import_module(f"pii_audit.cli.policy_{name}")
        action = actions.add_parser(
            name,
            language=language,
            help=summary.in_(language),
            description=summary.in_(language),
            epilog=module.EXAMPLE.in_(language),
        )
        module.arguments(action, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the action; gives its exit code."""
    action: Callable[[Session, argparse.Namespace], int] = import_module(f"pii_audit.cli.policy_{options.action}").run
    return action(session, options)
