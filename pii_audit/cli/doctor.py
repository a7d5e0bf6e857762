"""`pii-audit doctor`: is everything in order, and if not, how is it put right?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pii_audit.cli.options import put, say
from pii_audit.cli.session import Session
from pii_audit.errors import PiiAuditError
from pii_audit.language import Language, Text, same

if TYPE_CHECKING:
    from pii_audit.model.ended import Ended
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit doctor -w /srv/自查\n    pii-audit doctor --grants",
    "example: pii-audit doctor -w /srv/selfcheck\n         pii-audit doctor --grants",
)
GOOD, WARN, BAD = "ok", "warn", "fail"
MARKS = {GOOD: ("✓", "green"), WARN: ("!", "yellow"), BAD: ("✗", "bold red")}
BROKEN = 2
NAMED = 20
"""Databases that nobody lists and that are named; the rest is counted."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    state: str
    what: Text
    todo: Text | None = None


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--grants",
        action="store_true",
        help=say(
            language,
            "打印各数据库来源所需最小权限的语句（不执行）",
            "print the statements for the least privileges that each database source needs (runs nothing)",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 2 when something is broken."""
    if options.grants:
        return _print_grants(session)
    checks: list[Check] = []
    for check in _all(session):
        checks.append(check)
        mark, style = MARKS[check.state]
        with session.out.capture() as painted:
            session.out.print(mark, style=style, end=" ")
            session.out.print(check.what.in_(session.language), markup=False, soft_wrap=True)
            if check.todo:
                session.out.print(f"  → {check.todo.in_(session.language)}", markup=False, soft_wrap=True)
        put([painted.get()])
    return BROKEN if any(check.state == BAD for check in checks) else 0


def _print_grants(session: Session) -> int:
    from pii_audit.sources.database.server import ServerSource  # noqa: PLC0415 - start-up does without
    from pii_audit.sources.registry import open_source  # noqa: PLC0415
    from pii_audit.workspace import load_key, resolved  # noqa: PLC0415

    space = session.workspace()
    servers = []
    for source in space.sources:
        opened = open_source(resolved(source), root=space.root, key=lambda: load_key(space))
        if isinstance(opened, ServerSource) and opened.least_privileges():
            servers.append(opened)
    if not servers:
        session.say(
            Text(
                "没有数据库服务器来源：文件只需读取权限",
                "no source is a database server; files need to be readable only",
            )
        )
    put(f"-- {server.id}\n{server.least_privileges()}\n" for server in servers)
    return 0


def _all(session: Session) -> Iterator[Check]:
    yield Check(GOOD, same(f"Python {sys.version.split()[0]}"))
    yield from _parts()
    try:
        space = session.workspace()
    except PiiAuditError as error:
        for zh, en in zip(error.lines("zh"), error.lines("en"), strict=True):
            yield Check(BAD, Text(zh, en))
        return
    yield Check(
        GOOD,
        Text(
            f"工作区 {space.root}:{len(space.sources)} 个来源",
            f"workspace {space.root}: {len(space.sources)} source(s)",
        ),
    )
    yield from _policies(space)
    yield from _key(space)
    yield from _store(space)
    for source in space.sources:
        yield from _source(space, source.id)


def _parts() -> Iterator[Check]:
    for module, what, extra in (
        (
            "presidio_analyzer",
            Text("自由文本中的姓名和地址（模型）", "names and addresses in free text (models)"),
            "names",
        ),
        ("keyring", Text("系统密钥环", "the system keyring"), ""),
        ("duckdb", Text("DuckDB 来源", "DuckDB sources"), "duckdb"),
        ("psycopg", Text("PostgreSQL 来源", "PostgreSQL sources"), "postgresql"),
        ("pymysql", Text("MySQL 和 MariaDB 来源", "MySQL and MariaDB sources"), "mysql"),
        ("oracledb", Text("Oracle 来源", "Oracle sources"), "oracle"),
        ("pymssql", Text("SQL Server 来源", "SQL Server sources"), "sqlserver"),
        ("pika", Text("RabbitMQ 数据流", "RabbitMQ feeds"), "rabbitmq"),
        ("confluent_kafka", Text("Kafka 数据流", "Kafka feeds"), "kafka"),
        ("paramiko", Text("SFTP 数据流与文件共享", "SFTP feeds and shares"), "sftp"),
        ("botocore", Text("S3 兼容存储中的文件", "files in S3-compatible stores"), "s3"),
        ("smbprotocol", Text("SMB 文件共享", "SMB shares"), "smb"),
        ("cel_expr_python", Text("策略中的自定义规则（CEL）", "rules of one's own in policies (CEL)"), "rules"),
        ("openpyxl", Text("Excel 报表与整改台账", "reports and ledgers in Excel"), "office"),
        ("docx", Text("Word 函件与报告", "letters and reports in Word"), "office"),
        ("sqlglot", Text("导出脚本的 SQL", "the SQL of exports"), "sql"),
        ("python_calamine", Text("Excel 与 OpenDocument 表格", "Excel and OpenDocument sheets"), ""),
        ("xlrd", Text("旧版 Excel(.xls)", "old Excel (.xls)"), ""),
        ("pypdfium2", Text("PDF 文本", "text of PDF files"), ""),
        ("fastavro", Text("Avro 文件", "Avro files"), "files"),
        ("pyarrow", Text("Parquet、ORC 与 Arrow 文件", "Parquet, ORC and Arrow files"), "files"),
        ("py7zr", Text("7z 压缩包", "7z archives"), "files"),
        ("rars", Text("RAR 压缩包", "RAR archives"), "files"),
        ("rapidocr", Text("图像中的文字", "text in images"), "ocr"),
    ):
        if find_spec(module):
            yield Check(GOOD, Text(f"{module} 已安装：{what.zh}", f"{module} is installed: {what.en}"))
        else:
            install = f"pip install 'pii-audit[{extra}]'" if extra else f"pip install {module.replace('_', '-')}"
            yield Check(
                WARN,
                Text(f"{module} 未安装：没有{what.zh}", f"{module} is not installed: no {what.en}"),
                same(install),
            )


def _policies(space: Workspace) -> Iterator[Check]:
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.lint import lint  # noqa: PLC0415
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415

    try:
        catalogue = load_catalogue(space.identifiers)
        policy = policy_of(space, catalogue)
    except PiiAuditError as error:
        lines = error.lines("en")
        yield Check(
            BAD,
            Text(f"策略有 {len(lines)} 处错误", f"the policies have {len(lines)} problem(s)"),
            Text("pii-audit policy check", "pii-audit policy check"),
        )
        return
    if policy.empty:
        yield Check(
            WARN,
            Text("策略是空的：任何外发都会算作缺口", "the policies say nothing: everything that leaves is a gap"),
            Text("在 policies/ 下写 recipients 和 flows", "write recipients and flows under policies/"),
        )
        return
    warnings = len(lint(policy, catalogue, space.today()))
    state = WARN if warnings else GOOD
    todo = Text("pii-audit policy check", "pii-audit policy check") if warnings else None
    yield Check(
        state,
        Text(
            f"策略：{len(policy.files)} 个文件，{len(policy.flows)} 个数据流，{warnings} 条提醒",
            f"policies: {len(policy.files)} file(s), {len(policy.flows)} flow(s), {warnings} warning(s)",
        ),
        todo,
    )


def _key(space: Workspace) -> Iterator[Check]:
    from pii_audit.workspace import key_file, load_key  # noqa: PLC0415 - start-up does without

    try:
        load_key(space)
    except PiiAuditError as error:
        yield _wrong(error)
        return
    path = key_file(space)
    if path is None:
        yield Check(GOOD, Text("密钥可用", "the key can be read"))
        return
    if os.name == "posix" and path.stat().st_mode & 0o077:
        yield Check(
            WARN,
            Text(f"密钥文件 {path} 他人可读", f"others can read the key file {path}"),
            Text(f"chmod 600 {path}", f"chmod 600 {path}"),
        )
    elif path.resolve().is_relative_to(space.root.resolve()):
        yield Check(
            WARN,
            Text(
                f"密钥 {path} 就在存储旁边：得到其一者即得到两者",
                f"the key {path} lies beside the store: whoever gets one has both",
            ),
            Text(
                "把密钥移到工作区之外，并修改 audit.yaml 的 key",
                "move it out of the workspace and change `key` in audit.yaml",
            ),
        )
    else:
        yield Check(GOOD, Text("密钥可用，且在工作区之外", "the key can be read and lies outside the workspace"))


def _store(space: Workspace) -> Iterator[Check]:
    from pii_audit.store import Store  # noqa: PLC0415 - start-up does without
    from pii_audit.workspace import load_key  # noqa: PLC0415

    key = b""
    with suppress(PiiAuditError):
        # What is wrong with the key itself is told beside this.
        key = load_key(space)
    try:
        with Store.open(space.store, space.root, key=key) as store:
            runs = len(store.runs())
    except PiiAuditError as error:
        yield _wrong(error)
        return
    yield Check(GOOD, Text(f"存储可用，已记录 {runs} 次运行", f"the store works; {runs} run(s) recorded"))


def _source(space: Workspace, name: str) -> Iterator[Check]:
    from pii_audit.auditing.ending import nothing_there  # noqa: PLC0415 - start-up does without
    from pii_audit.model.coverage import Coverage, CoverageStatus  # noqa: PLC0415
    from pii_audit.sources.database.server import ServerSource  # noqa: PLC0415
    from pii_audit.sources.registry import open_source  # noqa: PLC0415
    from pii_audit.workspace import load_key, resolved  # noqa: PLC0415

    source = space.source(name)
    try:
        opened = open_source(resolved(source), root=space.root, key=lambda: load_key(space))
    except PiiAuditError as error:
        yield _wrong(error)
        return
    if isinstance(opened, ServerSource) and not opened.engine.queries.verified:
        title = opened.engine.queries.title
        yield Check(
            WARN,
            Text(
                f"来源 {name}：对 {title.zh} 的支持未经真实服务器验证",
                f"source {name}: support for {title.en} was not verified on a live server",
            ),
        )
    assets = 0
    rows: list[Coverage] = []
    others: Sequence[str] = ()
    try:
        for one in opened.assets():
            if isinstance(one, Coverage):
                rows.append(one)
            else:
                assets += 1
        failed = [row for row in rows if row.status is CoverageStatus.FAILED]
        if isinstance(opened, ServerSource) and not failed:
            others = opened.others()
    finally:
        opened.close()
    found = Text(f"来源 {name}:{assets} 个对象", f"source {name}: {assets} asset(s)")
    if source.ended is not None and source.ended.by_then(space.today()):
        yield _ended(name, source.ended, assets, gone=not assets and nothing_there(rows))
        return
    if not failed:
        yield Check(GOOD, found)
        if others:
            yield _unlisted(name, others)
        return
    why, count = failed[0].reason or same("?"), len(failed)
    yield Check(
        WARN if assets else BAD, Text(f"{found.zh}，{count} 个无法读取", f"{found.en}, {count} cannot be read"), why
    )


def _wrong(error: PiiAuditError) -> Check:
    return Check(BAD, Text(*("; ".join(error.lines(language)) for language in ("zh", "en"))))


def _ended(name: str, ended: Ended, assets: int, *, gone: bool) -> Check:
    if gone:
        return Check(GOOD, Text(f"来源 {name}:{ended.words.zh}", f"source {name}: {ended.words.en}"))
    if not assets:
        return Check(
            WARN,
            Text(
                f"来源 {name}:{ended.words.zh}，但不能确认其中已无内容",
                f"source {name}: {ended.words.en}, and it cannot be told that nothing is there",
            ),
            Text(
                "其问题不会关闭：恢复读取权限，或确认其已撤除",
                "its findings stay: make it readable, or have it taken down",
            ),
        )
    return Check(
        WARN,
        Text(
            f"来源 {name}:{ended.words.zh}，但仍有 {assets} 个对象",
            f"source {name}: {ended.words.en}, and {assets} asset(s) are there",
        ),
        Text("清除后再登记，或删除 ended", "clear it first, or take ended away"),
    )


def _unlisted(name: str, others: Sequence[str]) -> Check:
    names = ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")
    return Check(
        WARN,
        Text(
            f"来源 {name}：同一服务器还有 {len(others)} 个未列出的数据库，不会检查：{names}",
            f"source {name}: {len(others)} other database(s) of the server are not listed and will not be inspected: {names}",
        ),
        Text(
            "需要检查的另写一个来源，或在 include 中列出",
            "list those that should be: a source of their own, or under include",
        ),
    )
