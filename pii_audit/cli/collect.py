"""`pii-audit collect`: a read-only collector for a database that cannot be reached from here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.options import say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.collecting.writing import Order

EXAMPLE = Text(
    "例：pii-audit collect --dialect postgresql --source core -o collector.py --write-key core.key",
    "example: pii-audit collect --dialect postgresql --source core -o collector.py --write-key core.key",
)
SAMPLE = 20_000
"""Rows of a table where nothing else is said: a reference engine without packages reads slowly, and production is waited for by others."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--dialect",
        required=True,
        metavar="D",
        help=say(
            language,
            "数据库类型：postgresql、mysql、sqlite、oracle、sqlserver、opengauss、kingbase、oceanbase、tidb、tdsql、goldendb、gbase8a",
            "kind of database: postgresql, mysql, sqlite, oracle, sqlserver, opengauss, kingbase, oceanbase, tidb, tdsql, goldendb, gbase8a",
        ),
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help=say(
            language,
            "写出的采集程序；语句另存为同名 .sql",
            "the collector to write; its statements go into .sql beside it",
        ),
    )
    parser.add_argument(
        "--source",
        metavar="ID",
        help=say(
            language,
            "采集包将作为哪个来源（沿用其 include、exclude、sample）",
            "the source that the bundle will be (its include, exclude and sample are used)",
        ),
    )
    parser.add_argument("--full", action="store_true", help=say(language, "读取全部行", "read all rows"))
    parser.add_argument(
        "--write-key",
        metavar="FILE",
        help=say(
            language,
            "把密钥写到此文件，与采集程序分开交给数据库管理员",
            "write the key into this file, to be handed to the administrator apart from the collector",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.collecting.writing import ALIASES, Order, write_collector  # noqa: PLC0415 - start-up does without
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    space = session.workspace()
    source = space.source(options.source) if options.source else None
    target = Path(options.output)
    statements = target.with_suffix(".sql")
    if statements == target or (options.write_key and Path(options.write_key) in (target, statements)):
        raise UsageError(
            Text(
                "采集程序、语句和密钥要写到三个不同的文件",
                "collector, statements and key go into three different files",
            ),
            where=options.output,
            todo=Text("给采集程序起 .py 结尾的名字", "give the collector a name that ends in .py"),
        )
    key = load_key(space)
    order = Order(
        ALIASES.get(options.dialect, options.dialect),
        source.id if source else "",
        source.include if source else (),
        source.exclude if source else (),
        sample=None if options.full else (source.sample if source else None) or SAMPLE,
        max_load=(source.max_load if source else None) or 100,
        samples=space.samples == "masked",
        own_bins=space.institution.own_bins,
    )
    collector = write_collector(order, load_catalogue(space.identifiers), key)
    write_output(target, collector.program)
    write_output(statements, collector.statements)
    if options.write_key:
        write_output(options.write_key, f"{key.hex()}\n")
    session.say(*_next(options, order, statements))
    return 0


def _next(options: argparse.Namespace, order: Order, statements: Path) -> tuple[Text, Text]:
    from pii_audit.collecting.inside.reaching import EXAMPLES  # noqa: PLC0415 - start-up does without

    client = EXAMPLES[order.dialect]
    key = options.write_key or "KEY"
    return (
        Text(
            f"{options.output}、{statements} 已写出。密钥请另行交付；堡垒机后执行：python3 {options.output} --key {key} -o 名称.bundle -- {client}",
            f"{options.output} and {statements} are written. Hand over the key apart from them; behind the bastion: "
            f"python3 {options.output} --key {key} -o NAME.bundle -- {client}",
        ),
        Text(
            "采集包带回后，在 audit.yaml 中写作 kind: bundle 的来源。",
            "Bring the bundle back and name it in audit.yaml as a source of kind: bundle.",
        ),
    )
