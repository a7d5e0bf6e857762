"""`pii-audit identifiers`: what can be recognised, on which facts, and a trial on a text."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from pii_audit.cli.options import add_file, add_format, add_identifiers, draw, own_identifiers, say
from pii_audit.cli.session import Session
from pii_audit.document import unknown
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.identifiers.model import Catalogue

EXAMPLE = Text(
    "例：pii-audit identifiers show bank_card\n    pii-audit identifiers test '卡号 6222 0200 0000 0000 004'",
    "example: pii-audit identifiers show bank_card\n         pii-audit identifiers test 'card 6222 0200 0000 0000 004'",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "action",
        choices=("list", "show", "test"),
        help=say(
            language,
            "list 列表；show 一个标识符的依据；test 在文本上试验",
            "list them; show the facts of one; test a text",
        ),
    )
    parser.add_argument(
        "subject",
        nargs="?",
        metavar="ID|TEXT",
        help=say(
            language,
            "show 的标识符，或 test 的文本（- 为标准输入）",
            "the identifier to show, or the text to test (- is standard input)",
        ),
    )
    add_identifiers(parser, language)
    add_format(parser, language, "table", "json")
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.render import identifiers as tables  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415

    catalogue = load_catalogue(own_identifiers(options))
    if options.action == "list":
        wanted = tuple(catalogue.values())
    elif not options.subject:
        raise UsageError(
            Text(f"{options.action} 缺少参数", f"{options.action} needs an argument"),
            todo=Text("用法见 --help", "see --help"),
        )
    elif options.action == "test":
        return _test(session, options, catalogue)
    elif options.subject in catalogue:
        wanted = (catalogue[options.subject],)
    else:
        raise UsageError(
            unknown(Text("标识符", "identifier"), options.subject, catalogue),
            todo=Text("用 identifiers list 查看", "see `pii-audit identifiers list`"),
        )
    if options.format == "json":
        facts = [tables.facts(one, session.language) for one in wanted]
        write_output(
            options.output, json.dumps({"version": 1, "identifiers": facts}, ensure_ascii=False, indent=2) + "\n"
        )
    elif options.action == "list":
        draw(session, options.output, lambda console: tables.print_list(wanted, console, session.language))
    else:
        draw(session, options.output, lambda console: tables.print_one(wanted[0], console, session.language))
    return 0


def _test(session: Session, options: argparse.Namespace, catalogue: Catalogue) -> int:
    """Shows what is found in a text; the text is the caller's own, its values are masked all the same."""
    import sys  # noqa: PLC0415 - only for standard input

    from pii_audit.detection import Detector  # noqa: PLC0415 - start-up does without
    from pii_audit.detection.gather import masked_sample  # noqa: PLC0415
    from pii_audit.model.fingerprint import Fingerprinter  # noqa: PLC0415
    from pii_audit.render import identifiers as tables  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415

    text = sys.stdin.read() if options.subject == "-" else options.subject
    found = [
        (match, masked_sample(catalogue[match.identifier], match.form, text[match.start : match.end]))
        for match in Detector(catalogue, Fingerprinter.ephemeral(), names=True).text_matches(text)
    ]
    if options.format == "json":
        rows = [
            {
                "identifier": match.identifier,
                "start": match.start,
                "end": match.end,
                "score": match.score,
                "form": str(match.form),
                "masked": masked,
            }
            for match, masked in found
        ]
        write_output(options.output, json.dumps({"version": 1, "matches": rows}, ensure_ascii=False, indent=2) + "\n")
    else:
        draw(session, options.output, lambda console: tables.print_matches(found, console, session.language))
    return 0
