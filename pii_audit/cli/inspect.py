"""`pii-audit inspect`: what is in these files, without a workspace."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pii_audit.cli.options import (
    add_enumeration,
    add_file,
    add_format,
    add_identifiers,
    add_jobs,
    draw,
    own_identifiers,
    put,
    say,
)
from pii_audit.cli.session import Session
from pii_audit.document import unknown
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.sources.format.fixed_width import Layouts

EXAMPLE = Text(
    "例：pii-audit inspect 客户名单.csv\n    cat app.log | pii-audit inspect - --format jsonl",
    "example: pii-audit inspect customers.csv\n         cat app.log | pii-audit inspect - --format jsonl",
)
INCOMPLETE = 3


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "path",
        nargs="+",
        metavar="PATH",
        help=say(language, "文件或文件夹；- 为标准输入", "a file or folder; - is standard input"),
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help=say(
            language,
            "也找正文与备注中的姓名和地址（前后文、词表、随包模型）",
            "also find personal names and addresses in text and remarks (words around them, lists, the shipped model)",
        ),
    )
    parser.add_argument(
        "--identifier",
        action="append",
        default=[],
        metavar="ID",
        help=say(language, "只找此标识符（可重复）", "only this identifier (may be repeated)"),
    )
    add_identifiers(parser, language)
    parser.add_argument(
        "--recognizers",
        action="append",
        default=[],
        metavar="LIST",
        help=say(
            language,
            "也用 Presidio 的识别器，以逗号分隔：国家（US,UK）、名称、all，或其注册文件 file.yaml",
            "also use Presidio's recognizers, comma-separated: countries (US,UK), names, all, or a registry file.yaml",
        ),
    )
    parser.add_argument(
        "--layout",
        metavar="FILE",
        help=say(
            language,
            "文件是定长记录，按此 YAML 布局切分（压缩包内的文件也是）",
            "the files hold fixed-width records: cut them by this layout in YAML (those in archives too)",
        ),
    )
    add_jobs(parser, language)
    add_enumeration(parser, language)
    parser.add_argument(
        "--allow-incomplete",
        action="store_true",
        help=say(language, "未能检查全部时不以 3 退出", "do not exit 3 when something could not be inspected"),
    )
    add_format(parser, language, "table", "json", "jsonl")
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 0 when everything was read, whatever was found, else 3."""
    from pii_audit.auditing.files import Files  # noqa: PLC0415 - start-up does without
    from pii_audit.cli.located import Located  # noqa: PLC0415
    from pii_audit.cli.progress import shown  # noqa: PLC0415
    from pii_audit.detection.enumeration import with_hashes_told  # noqa: PLC0415
    from pii_audit.detection.redact import Redactor  # noqa: PLC0415
    from pii_audit.detection.tally import Detector  # noqa: PLC0415
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.model.fingerprint import Fingerprinter  # noqa: PLC0415
    from pii_audit.model.run import Inspected  # noqa: PLC0415

    catalogue = load_catalogue(own_identifiers(options))
    if options.recognizers:
        from pii_audit.detection.presidio import adopted  # noqa: PLC0415 - heavy, and only where asked for

        listed = (word.strip() for words in options.recognizers for word in words.split(","))
        catalogue += adopted(*filter(None, listed))
    for name in options.identifier:
        if name not in catalogue:
            raise UsageError(
                unknown(Text("标识符", "identifier"), name, catalogue),
                todo=Text("用 identifiers list 查看", "see `pii-audit identifiers list`"),
            )
    layouts = _layouts(options.layout)
    fingerprinter = Fingerprinter.ephemeral()
    detector = Detector(catalogue, fingerprinter, names=options.names, only=options.identifier)
    redactor = Redactor(Detector(catalogue, fingerprinter), fingerprinter)
    inspected, coverage = [], []
    with (
        tempfile.SpooledTemporaryFile(max_size=1 << 24, mode="w+", encoding="utf-8") as spool,
        shown(session) as progress,
    ):
        located = Located(detector, redactor, spool) if options.format == "jsonl" else None
        for one in Files(options.path, layouts=layouts, jobs=options.jobs).inspect(
            detector, watch=located, progress=progress
        ):
            row = one.coverage if isinstance(one, Inspected) else one
            coverage.append(redactor.coverage(row))
            if isinstance(one, Inspected):
                inspected.append(redactor.inspected(one))
        inspected = with_hashes_told(inspected, catalogue, fingerprinter, options.enumerate_hashes)
        if located is not None:
            spool.seek(0)
            _write_lines(
                options.output,
                _kept(
                    spool,
                    {(found.asset, found.field, found.identifier) for one in inspected for found in one.fields},
                ),
            )
        else:
            _write(session, options, inspected, coverage)
    for row in coverage:
        if row.incomplete and row.reason:
            session.say(
                Text(f"{row.asset}: 未能检查：{row.reason.zh}", f"{row.asset}: could not be inspected: {row.reason.en}")
            )
    return INCOMPLETE if any(row.incomplete for row in coverage) and not options.allow_incomplete else 0


def _layouts(path: str | None) -> Layouts:
    if path is None:
        return ()
    from pii_audit.document import Reader  # noqa: PLC0415 - only where asked for
    from pii_audit.sources.format.fixed_width import load_layout  # noqa: PLC0415

    reader = Reader()
    layout = load_layout(Path(path), reader, shown_as=path)
    reader.raise_problems()
    return (("*", layout),)


def _write(session: Session, options: argparse.Namespace, inspected: list, coverage: list) -> None:  # type: ignore[type-arg]
    from pii_audit.render.output import write_output  # noqa: PLC0415

    if options.format == "json":
        from pii_audit.render.json import render_inspect  # noqa: PLC0415

        write_output(options.output, render_inspect(inspected, coverage, session.language))
        return
    from pii_audit.render.table import render_inspect as paint  # noqa: PLC0415

    draw(
        session,
        options.output,
        lambda console: paint(inspected, coverage, console, session.language, verbose=session.verbose),
    )


def _kept(lines: IO[str], wanted: set[tuple[str, str | None, str]]) -> Iterator[str]:
    """The lines about fields and identifiers that were judged to be there: chance hits of a serial number are not."""
    for line in lines:
        found = json.loads(line)
        if (found["asset"], found["field"], found["identifier"]) in wanted:
            yield line


def _write_lines(output: str | None, lines: Iterator[str]) -> None:
    from pii_audit.render.output import write_output  # noqa: PLC0415

    if output is None:
        put(lines)
    else:
        write_output(output, "".join(lines))
