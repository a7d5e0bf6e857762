"""`pii-audit policy`: one module for each thing that may be asked about policies."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

ACTIONS: dict[str, Text] = {
    "check": Text("检查全部策略,一次报出所有错误和提醒", "check all policies; every error and warning at once"),
    "schema": Text("输出 JSON Schema(供编辑器补全)", "print the JSON Schema (for editors)"),
}
EXAMPLE = Text(
    "例: pii-audit policy check --within 90\n    pii-audit policy schema -o policy.schema.json\n各动作的选项: pii-audit policy ACTION --help",
    "example: pii-audit policy check --within 90\n         pii-audit policy schema -o policy.schema.json\noptions of each: pii-audit policy ACTION --help",
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
