"""`gate --verify RECEIPT FILE…`: is this the file that was judged, and may it leave?"""

from __future__ import annotations

import argparse
import json
import sys

from pii_audit.cli.options import put, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

FORMATS = ("table", "json")


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the mode."""
    parser.add_argument(
        "--verify",
        metavar="RECEIPT",
        help=say(
            language,
            "核对回执：签名、裁决、PATH 是否就是被裁决的文件（--format table|json）",
            "check a receipt: its signature, its verdict, whether PATH is what was judged (--format table|json)",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """0 where the receipt holds, passed, and is about every file named; 1 where not."""
    from pii_audit.auditing.files import Files  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.inputs import Inputs, StandardInput  # noqa: PLC0415
    from pii_audit.auditing.verification import check, read_receipt  # noqa: PLC0415
    from pii_audit.cli.gate_case import existing, shown_names  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.safe import safe, safe_json  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    if options.format not in (None, *FORMATS):
        raise UsageError(
            Text("--verify 没有这种格式", "--verify has no such format"),
            where="--format",
            todo=Text("可用：table、json", "choose table or json"),
        )
    existing(options.path)
    space = session.workspace()
    key = load_key(space)
    receipt = read_receipt(options.verify)
    names = shown_names(space, options, key)
    standard_input = StandardInput(sys.stdin.buffer)
    files = Inputs(options.path, names, Files(()).listed, standard_input, certified=False).read()
    if not files:
        raise UsageError(
            Text("没有可核对的文件", "there is no file to check"),
            where=", ".join(options.path),
            todo=Text("给出收到的文件", "name the files that were delivered"),
        )
    answers = check(receipt, options.verify, key, files)
    holds = all(one.holds for one in answers)
    if options.format == "json":
        told = [{"file": one.file, "holds": one.holds, "message": one.what.in_(session.language)} for one in answers]
        document = json.dumps({"version": 1, "holds": holds, "answers": told}, ensure_ascii=False, indent=2)
        payload = safe_json(document) + "\n"
    else:
        payload = "".join(
            safe(f"{'✓' if one.holds else '✗'} {one.file or options.verify}: {one.what.in_(session.language)}") + "\n"
            for one in answers
        )
    if options.output:
        write_output(options.output, payload)
    else:
        put([payload])
    return 0 if holds else 1
