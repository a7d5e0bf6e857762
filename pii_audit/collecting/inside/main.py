"""The command line of a collector: looks into a database read-only, and writes what it saw as a signed bundle.

Nothing is installed and nothing is changed. Values stay in memory: a bundle holds the catalog, who may read what, counts, keyed
fingerprints of persons and masked samples.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import secrets
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from pii_audit.access import effective_access, server_settings
from pii_audit.collecting.inside import tables
from pii_audit.collecting.inside.catalogue import load_catalogue
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.errors import PiiAuditError, UsageError
from pii_audit.language import Text, language_of_locale, same
from pii_audit.model.asset import Asset
from pii_audit.model.codec import encode
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import KEY_BYTES, Fingerprinter
from pii_audit.sources.bundle.answers import Asking
from pii_audit.sources.bundle.format import Writer, key_check
from pii_audit.sources.database.engine import Engine
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.database.session import Manner
from pii_audit.sources.database.urls import parsed
from pii_audit.sources.interface import Sampling, Source

LONGEST_NAME = 64
"""What is longer than a name of a database's object is a text, in which identifiers are masked."""
INCOMPLETE, INTERRUPTED = 3, 130
EXAMPLES = {
    "postgresql": "psql -h db1 -d core -U pii_audit",
    "opengauss": "gsql -h db1 -d core -U pii_audit",
    "kingbase": "ksql -h db1 -d core -U pii_audit",
    **dict.fromkeys(
        ("mysql", "oceanbase", "tidb", "tdsql", "goldendb", "gbase8a"), "mysql -h db1 -u pii_audit -p core"
    ),
    "sqlite": "core.db",
    "oracle": "oracle://pii_audit@db1:1521/core",
    "sqlserver": "mssql://pii_audit@db1:1433/core",
}
_THROUGH_PSQL = {"postgresql": "PsqlEngine", "opengauss": "GsqlEngine", "kingbase": "KsqlEngine"}
_THROUGH_MYSQL = {
    "mysql": "MysqlClientEngine",
    "oceanbase": "OceanBaseClient",
    "tidb": "TidbClient",
    "tdsql": "TdsqlClient",
    "goldendb": "GoldenDbClient",
    "gbase8a": "Gbase8aClient",
}
_DRIVERS = {"oracle": "oracledb", "sqlserver": "pymssql"}
"""What these are asked through: their clients print no rows that could be told from each other for certain."""
MOST_TOLD = 20
"""Objects that could not be inspected and are told on the terminal; all of them stand in the bundle."""


def main() -> int:
    """Runs the collector; gives its exit code: 0, 2 for what it was told wrongly, 3 where something could not be inspected, 130."""
    language = language_of_locale()
    try:
        return _run(_arguments().parse_args())
    except PiiAuditError as error:
        for line in error.lines(language):
            _say(line)
        return error.exit_code
    except KeyboardInterrupt:
        _say(Text("已中断,没有写出采集包", "interrupted; no bundle was written").in_(language))
        return INTERRUPTED


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=(
            f"Read-only collector of pii-audit {tables.VERSION} for {tables.DIALECT}. It writes a signed bundle without values. "
            "只读采集程序:生成不含原始数据的签名采集包。"
        ),
        epilog=f"example: python3 %(prog)s --key key.txt -o core.bundle -- {EXAMPLES[tables.DIALECT]}",
    )
    add = parser.add_argument
    add("-o", "--output", metavar="FILE", help="the bundle to write / 输出的采集包")
    add("--key", metavar="FILE", help="file with the key; asked for without it / 密钥文件;不给则提示输入")
    add("--sample", type=int, metavar="N", default=tables.SAMPLE, help="rows of each table / 每表读取的行数")
    add("--full", action="store_true", help="read all rows / 读取全部行")
    add(
        "--max-load",
        type=int,
        metavar="N",
        default=tables.MAX_LOAD,
        help="percent of the time that the server works for it / 服务器为其工作的时间占比",
    )
    add("--include", action="append", default=[], metavar="GLOB", help="schema.table / 只读这些表")
    add("--exclude", action="append", default=[], metavar="GLOB", help="schema.table / 不读这些表")
    add("--statements", action="store_true", help="print every statement, run nothing / 只打印语句")
    add(
        "database",
        nargs="*",
        help="after --: your client with its options, a url, or the file / -- 之后:客户端命令及其选项、url 或数据库文件",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.statements:
        from pii_audit.collecting.inside.dialect import load_dialect  # noqa: PLC0415 - for this alone

        for name, query in load_dialect(tables.DIALECT).queries.items():
            print(f"-- {name}: {query.reads}\n{query.sql.rstrip()};\n")  # noqa: T201 - what was asked for
        return 0
    if not options.output or not options.database:
        raise UsageError(
            Text(
                "没有说明写到哪里(-o)或读什么(-- 之后)",
                "it was not said where to write (-o) or what to read (after --)",
            ),
            todo=Text("用 --help 查看", "see --help"),
        )
    if not 1 <= options.max_load <= 100:  # noqa: PLR2004 - per cent
        raise UsageError(Text("--max-load 为 1 到 100", "--max-load is 1 to 100"))
    if options.sample is not None and options.sample < 1:
        raise UsageError(Text("--sample 至少为 1", "--sample is 1 at least"))
    key = _key(options.key)
    target = Path(options.output)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                failures = _collect(options, key, Writer(stream, key, _header()))
            draft.replace(target)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UsageError(
                Text(f"采集包无法写出:{reason}", f"the bundle cannot be written: {reason}"), where=str(target)
            ) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    _say(f"{target}" + (f" ({failures} not inspected / 项未能检查)" if failures else ""))
    return INCOMPLETE if failures else 0


def _header() -> dict[str, object]:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"version": tables.VERSION, "dialect": tables.DIALECT, "source": tables.SOURCE, "made": made}


def _key(path: str | None) -> bytes:
    try:
        text = Path(path).read_text("ascii") if path else getpass.getpass("key / 密钥: ")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(
            Text(f"无法读取密钥:{reason}", f"the key cannot be read: {reason}"), where=path or ""
        ) from None
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", text.strip()):
        raise UsageError(Text("不是密钥(应为 64 位十六进制数字)", "is not a key (64 hex digits)"), where=path or "")
    key = bytes.fromhex(text.strip())
    if key_check(key) != tables.KEY_CHECK:
        raise UsageError(
            Text(
                "不是本采集程序所属工作区的密钥", "is not the key of the workspace that this collector was written for"
            ),
            where=path or "",
        )
    return key


def _collect(options: argparse.Namespace, key: bytes, bundle: Writer) -> int:
    """Writes everything that was met; gives how much of it could not be inspected."""
    source = _source(options)
    fingerprinter = Fingerprinter(key)
    detector = Detector(load_catalogue(), fingerprinter, samples=tables.SAMPLES)
    redactor = Redactor(detector, fingerprinter)
    sampling = Sampling(None if options.full else options.sample)
    failures = 0
    holding: set[str] = set()
    try:
        for number, one in enumerate(list(source.assets()), 1):
            _progress(number)
            if isinstance(one, Asset):
                tally, coverage = _look(source, detector, one, sampling)
                if any(field.evidence for field in tally.fields.values()):
                    holding.add(one.name)
                bundle.add(
                    "asset",
                    {"asset": encode(_shown(one, redactor)), "tally": encode(tally), "coverage": encode(coverage)},
                )
            else:
                coverage = one
                bundle.add("coverage", encode(one))
            failures += _told(coverage, failures)
        failures += _rights(source, holding, bundle, redactor, failures)
        bundle.close()
    finally:
        source.close()
    return failures


def _told(coverage: Coverage, before: int) -> int:
    """1 for what could not be inspected, which is told with its reason; else 0."""
    if not coverage.incomplete:
        return 0
    if before < MOST_TOLD and coverage.reason:
        _say(f"{coverage.asset or tables.DIALECT}: {coverage.reason.in_(language_of_locale())}")
    return 1


def _look(source: Source, detector: Detector, asset: Asset, sampling: Sampling) -> tuple[AssetTally, Coverage]:
    """What one table holds: counts of what was found in each of its chunks, added up; the rows are let go of."""
    tally = AssetTally()
    for _, reading in source.open(asset, sampling):
        for chunk in reading:
            tally += detector.tally(asset, chunk)
        coverage = reading.coverage()
    return tally, coverage


def _shown(asset: Asset, redactor: Redactor) -> Asset:
    """An asset without the examples that comments give."""

    def told(comment: str | None) -> str | None:
        return redactor.name(comment) if comment else comment

    fields = tuple(replace(field, comment=told(field.comment)) for field in asset.fields)
    return replace(asset, source="", fields=fields, comment=told(asset.comment))


def _rights(source: Source, holding: set[str], bundle: Writer, redactor: Redactor, failures: int) -> int:
    """Writes what the rights on tables that hold something are worked out from; gives how much of it could not be read.

    What a server could not tell is told again, with its reason, where the bundle is read.
    """
    asking: Asking | None = None
    if isinstance(source, ServerSource):
        asking = Asking(source.session, lambda text: redactor.name(text) if len(text) > LONGEST_NAME else text)
        source.session = asking
    untold = 0
    for one in effective_access(source, holding):
        if isinstance(one, Coverage):
            untold += _told(one, failures + untold)
        if asking is None:
            if isinstance(one, Coverage):
                bundle.add("coverage", encode(one))
            else:
                bundle.add("grant", {**encode(one), "asset": one.asset.removeprefix(tables.SOURCE)})
    # Asked here, and worked out where the bundle is read.
    for _ in server_settings(source) if holding else ():
        pass
    for statement, answer in asking.answers.items() if asking else ():
        bundle.add("asked", {"statement": statement, **answer})
    return untold


def _source(options: argparse.Namespace) -> Source:
    include, exclude = (*tables.INCLUDE, *options.include), (*tables.EXCLUDE, *options.exclude)
    if tables.DIALECT == "sqlite":
        return _sqlite(_only(options.database), include, exclude)
    manner = Manner(max_load=options.max_load)
    if tables.DIALECT in _DRIVERS:
        return ServerSource(tables.SOURCE, _driver(), _url(_only(options.database)), include, exclude, manner)
    return ServerSource(tables.SOURCE, _client(_found(options.database)), "", include, exclude, manner)


def _client(command: Sequence[str]) -> Engine:
    """An engine that asks through the server's own client."""
    module, known = ("postgresql", _THROUGH_PSQL) if tables.DIALECT in _THROUGH_PSQL else ("mysql", _THROUGH_MYSQL)
    kind = getattr(import_module(f"pii_audit.collecting.inside.{module}"), known[tables.DIALECT])
    engine: Engine = kind(command)
    return engine


def _driver() -> Engine:
    """An engine that asks through the driver that is installed where the collector runs."""
    driver = _DRIVERS[tables.DIALECT]
    if find_spec(driver) is None:
        raise UsageError(
            Text(f"没有安装驱动 {driver}", f"the driver {driver} is not installed"), todo=same(f"pip install {driver}")
        )
    if tables.DIALECT == "oracle":
        from pii_audit.sources.database.oracle import OracleEngine  # noqa: PLC0415 - as above

        return OracleEngine()
    from pii_audit.sources.database.sqlserver import SqlServerEngine  # noqa: PLC0415 - as above

    return SqlServerEngine()


def _url(url: str) -> str:
    """The URL with a password, which is asked for: a command line is seen by others."""
    try:
        parts = parsed(url)
    except ValueError:
        parts = None
    if parts is None or not parts.username or not parts.host:
        raise UsageError(
            Text("-- 之后应为带用户名和主机的 url", "after -- goes a url with user and host"),
            todo=same(EXAMPLES[tables.DIALECT]),
        )
    if parts.password is not None:
        return url
    try:
        password = getpass.getpass(f"{parts.username}: ")
    except EOFError:
        raise UsageError(Text("没有密码", "there is no password")) from None
    return url.replace("@", f":{quote(password, safe='')}@", 1)


def _found(command: Sequence[str]) -> Sequence[str]:
    if shutil.which(command[0]) is None:
        raise UsageError(
            Text("没有这个客户端程序", "there is no such client"),
            where=command[0],
            todo=Text(
                f"-- 之后写客户端命令,例如 {EXAMPLES[tables.DIALECT]}",
                f"after -- goes your client, as in: {EXAMPLES[tables.DIALECT]}",
            ),
        )
    return command


def _sqlite(path: str, include: Sequence[str], exclude: Sequence[str]) -> Source:
    from pii_audit.sources.database.sqlite import SqliteSource  # noqa: PLC0415 - as above

    return SqliteSource(tables.SOURCE, Path(path), include, exclude)


def _only(words: Sequence[str]) -> str:
    if len(words) > 1:
        raise UsageError(Text("只能给出一个数据库", "one database can be given"), where=words[1])
    return words[0]


def _progress(number: int) -> None:
    """Where somebody watches: how many tables; names may be data."""
    if sys.stderr.isatty():
        print(f"\r{number}", end="", file=sys.stderr, flush=True)  # noqa: T201 - narration is this program's output


def _say(line: str) -> None:
    print("".join(character if character.isprintable() else "?" for character in line), file=sys.stderr)  # noqa: T201 - as above
