"""`gate --sql FILE`: the verdict on an export before it runs, by what its SQL reads."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.baseline import read_baseline, without_baseline
from pii_audit.cli.options import emit, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError, reason_of
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

if TYPE_CHECKING:
    from pii_audit.cli.gate_case import Case
    from pii_audit.model.run import Inspected, Run


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the mode."""
    parser.add_argument(
        "--sql",
        metavar="FILE",
        help=say(
            language,
            "导出脚本运行之前裁决：按它读取的列（库存来自 run）；也可是内含 SQL 的程序（.py、.sh）、dbt 项目等文件夹；- 为标准输入",
            "judge the script of an export before it runs, by the columns that it reads (as run has recorded them); "
            "a program with SQL in it (.py, .sh), a folder (a dbt project) or - for standard input will do",
        ),
    )
    parser.add_argument(
        "--dialect",
        metavar="D",
        help=say(language, "--sql 的方言，例如 oracle、hive", "dialect of --sql, such as oracle or hive"),
    )
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="ID",
        help=say(
            language,
            "--sql 在哪个数据库来源上运行（可重复）",
            "the database source that --sql runs on (may be repeated)",
        ),
    )
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=say(language, "--sql 中变量的值（可重复）", "the value of a variable in --sql (may be repeated)"),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the mode; gives its exit code."""
    from pii_audit.cli.gate_case import open_case  # noqa: PLC0415 - start-up does without

    for name, given in (("PATH", options.path), ("--receipt", options.receipt)):
        if given:
            raise UsageError(
                Text(f"--sql 不能与 {name} 同用", f"--sql does not go with {name}"),
                todo=Text("脚本裁决的是尚未产生的导出", "what a script exports does not exist yet"),
            )
    baseline = read_baseline(options.baseline)
    case = open_case(session, options)
    whole = case.strictly(_judged(case, options))
    done = without_baseline(session, whole, baseline)
    code = done.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)
    if options.record:
        recorded = case.record(whole)
        done = baseline.apply(recorded) if baseline else recorded
    emit(session, done, options.format, options.output)
    return code


def _judged(case: Case, options: argparse.Namespace) -> Run:
    from pii_audit.auditing.gate import GateOptions  # noqa: PLC0415
    from pii_audit.auditing.gate_sql import gate_sql  # noqa: PLC0415
    from pii_audit.auditing.queries import Reader  # noqa: PLC0415
    from pii_audit.lineage.dialects import load_dialect  # noqa: PLC0415

    space = case.space
    dialect = load_dialect(_dialect(options))
    variables = _variables(options)
    scripts = _scripts(options.sql)
    for source in options.source:
        space.source(source)
    # Only now what needs sqlglot, which may not be installed.
    from pii_audit.lineage.functions import Functions, Kind  # noqa: PLC0415
    from pii_audit.lineage.library import Library  # noqa: PLC0415
    from pii_audit.lineage.observing import Inventory  # noqa: PLC0415
    from pii_audit.lineage.relations import Relations  # noqa: PLC0415

    functions = Functions({name: Kind(kind) for name, kind in space.functions.items()})
    inventory = Inventory.of(_inventory(case), case.catalogue, functions)
    library = Library(scripts, dialect, Relations(inventory.stored(options.source)), functions, variables)
    reader = Reader(library, inventory, dialect, "", case.shown, lambda path: path)
    wanted = GateOptions(
        as_of=options.as_of or space.today(),
        standards=space.standards,
        owner=case.owner,
        timezone=space.now().tzinfo or UTC,
    )
    return gate_sql(reader, tuple(scripts), case.flow, case.policy, case.catalogue, case.fingerprinter, wanted)


def _dialect(options: argparse.Namespace) -> str:
    if options.dialect is None:
        from pii_audit.lineage.dialects import dialect_names  # noqa: PLC0415

        names = ", ".join(dialect_names())
        raise UsageError(
            Text("没有说明 SQL 方言", "the dialect of the SQL is not named"),
            todo=Text(f"用 --dialect 指明：{names}", f"say it by --dialect: {names}"),
        )
    return str(options.dialect)


def _variables(options: argparse.Namespace) -> dict[str, str]:
    found = {}
    for one in options.var:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(
                Text("--var 应写作 名=值", "--var is written NAME=VALUE"),
                where="--var",
                todo=Text("例：--var dt=20260601", "as in --var dt=20260601"),
            )
        found[name] = value
    return found


def _scripts(path: str) -> dict[str, bytes]:
    """The scripts that are meant, by how they are named: one file, standard input, or all of a folder."""
    from pii_audit.document.folders import below  # noqa: PLC0415
    from pii_audit.sources.export_jobs import is_script  # noqa: PLC0415

    if path == "-":
        return {"-": sys.stdin.buffer.read()}
    found = Path(path)
    try:
        files = [one for one in below(found) if is_script(one.name) and one.is_file()] if found.is_dir() else [found]
        scripts = {str(one): one.read_bytes() for one in files}
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(
            Text(f"无法读取脚本（{reason.zh}）", f"the script cannot be read ({reason.en})"),
            where=path,
            todo=Text("检查路径和权限", "check the path and its permissions"),
        ) from None
    if not scripts:
        raise UsageError(
            Text(
                "文件夹中没有 SQL 脚本，也没有可含 SQL 的程序",
                "the folder holds no script of SQL, and no program that may hold some",
            ),
            where=path,
            todo=Text("检查路径，或直接给出脚本", "check the path, or name the script itself"),
        )
    return scripts


def _inventory(case: Case) -> tuple[Inspected, ...]:
    """What runs recorded of the sources; UsageError or StoreError where there is no record."""
    from pii_audit.store import Store  # noqa: PLC0415

    with Store.open(case.space.store, case.space.root, key=case.key or b"", create=False) as store:
        found = store.inventory()
    if not found:
        raise UsageError(
            Text("还没有盘点：不知道各列含有什么", "there is no inventory: what columns hold is not known"),
            todo=Text("先运行 pii-audit run", "run `pii-audit run` first"),
        )
    return found
