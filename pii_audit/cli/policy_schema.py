"""`pii-audit policy schema`: the JSON Schema by which an editor completes and checks a policy file."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from pii_audit.cli.options import add_file, say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例：pii-audit policy schema -o policy.schema.json\n然后在策略文件第一行写：# yaml-language-server: $schema=policy.schema.json",
    "example: pii-audit policy schema -o policy.schema.json\nthen begin a policy file with: # yaml-language-server: $schema=policy.schema.json",
)

SCHEMAS = {
    "policy": ("pii_audit.policy.language", "policy_schema"),
    "cases": ("pii_audit.policy.testing.language", "cases_schema"),
}


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    parser.add_argument(
        "of",
        nargs="?",
        choices=tuple(SCHEMAS),
        default="policy",
        metavar="policy|cases",
        help=say(language, "策略文件（默认）或用例文件", "of policy files (default) or of files of cases"),
    )
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:  # noqa: ARG001 - every action is given the session
    """Writes the schema."""
    from pii_audit.render.output import write_output  # noqa: PLC0415 - start-up does without

    module, function = SCHEMAS[options.of]
    schema = getattr(import_module(module), function)()
    write_output(options.output, json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    return 0
