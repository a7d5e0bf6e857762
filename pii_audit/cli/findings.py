"""`pii-audit findings`: the findings of all runs, and the steps of their lives."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pii_audit.cli.finding_register import export, import_
from pii_audit.cli.finding_rows import locate
from pii_audit.cli.finding_steps import verify
from pii_audit.cli.finding_steps import walk as walk_step
from pii_audit.cli.options import add_file, add_format, day, draw, number, say
from pii_audit.cli.session import Session
from pii_audit.document import unknown
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity, Status

if TYPE_CHECKING:
    from pii_audit.store import Store
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit findings list --status open --severity high\n"
    "    pii-audit findings assign 3fa2 --owner 张某 --due 2026-09-30\n"
    "    pii-audit findings accept 3fa2 --owner 张某 --approver 李某 --until 2026-12-31 --reason 新系统上线前",
    "example: pii-audit findings list --status open --severity high\n"
    "         pii-audit findings assign 3fa2 --owner Zhang --due 2026-09-30\n"
    '         pii-audit findings accept 3fa2 --owner Zhang --approver Li --until 2026-12-31 --reason "until the new system is live"',
)

ACTIONS: Mapping[str, Text] = {
    "list": Text("列表", "list them"),
    "show": Text("一条详情", "one in full"),
    "assign": Text("分派", "give it to an owner or a unit"),
    "rectify": Text("开始整改", "its owner has set to work"),
    "accept": Text("接受风险", "bear the risk until a day"),
    "reject": Text("误报", "it is a false positive"),
    "reopen": Text("重新打开", "take that back"),
    "history": Text("经过", "every step of one, or of all"),
    "verify": Text("核对经过未被改动", "was the history tampered with?"),
    "export": Text("导出整改台账供填写", "a workbook for units to answer in"),
    "import": Text("导入填好的台账", "bring a filled workbook in"),
    "locate": Text("把行号与键写到仅本人可读的文件", "write its rows' keys to a file for you alone"),
}
"""Nothing closes a finding but a run that looks again at least as hard and no longer sees it."""

SHOWN = 200
"""So many findings a table lists unless --limit says otherwise: of 200,000 nobody reads more, and each costs time."""
_FILTERS = frozenset({"status", "severity", "rule", "source", "unit", "overdue", "repeated", "limit"})
_TAKES: Mapping[str, frozenset[str]] = {
    "list": _FILTERS,
    "show": frozenset(),
    "assign": frozenset({"owner", "unit", "due", "reason", "by"}),
    "rectify": frozenset({"reason", "by"}),
    "accept": frozenset({"owner", "approver", "until", "reason", "by"}),
    "reject": frozenset({"reviewer", "until", "reason", "by"}),
    "reopen": frozenset({"reason", "by"}),
    "history": frozenset(),
    "verify": frozenset({"expect"}),
    "export": frozenset({"unit"}),
    "import": frozenset({"by", "overwrite"}),
    "locate": frozenset({"reason", "by"}),
}
"""Which options each action takes, beside `--format` and `--output`; any other is refused, not passed over."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    about = " · ".join(f"{name} {text.in_(language)}" for name, text in ACTIONS.items())
    parser.add_argument("action", choices=tuple(ACTIONS), metavar="ACTION", help=about)
    parser.add_argument(
        "ids",
        nargs="*",
        metavar="FINGERPRINT",
        help=say(
            language,
            "发现的指纹（开头几位即可）；import 为文件",
            "findings (the first digits will do); for import, the file",
        ),
    )
    _filters(parser, language)
    _limit(parser, language)
    _steps(parser, language)
    add_format(parser, language, "table", "json")
    add_file(parser, language)


def _filters(parser: argparse.ArgumentParser, language: Language) -> None:
    parser.add_argument(
        "--status",
        action="append",
        default=[],
        choices=[one.value for one in Status],
        metavar="STATUS",
        help=say(language, "只列此状态（可重复）", "only this status (may be repeated)"),
    )
    parser.add_argument(
        "--severity",
        choices=[one.value for one in Severity],
        metavar="SEV",
        help=say(language, "只列达到此严重度的", "only from this severity on"),
    )
    parser.add_argument("--rule", metavar="ID", help=say(language, "只列此规则", "only this rule"))
    parser.add_argument("--source", metavar="ID", help=say(language, "只列此来源", "only this source"))
    parser.add_argument("--overdue", action="store_true", help=say(language, "只列已逾期的", "only what is overdue"))
    parser.add_argument(
        "--repeated",
        action="store_true",
        help=say(language, "只列关闭后又出现过的", "only what came back after it was closed"),
    )


def _limit(parser: argparse.ArgumentParser, language: Language) -> None:
    parser.add_argument(
        "--limit",
        type=number,
        metavar="N",
        help=say(
            language,
            f"最多列 N 条，最严重的在前（table 默认 {SHOWN},json 默认全部）",
            f"list at most N, the worst first (default: {SHOWN} in a table, all in json)",
        ),
    )


def _steps(parser: argparse.ArgumentParser, language: Language) -> None:
    texts = {
        "--unit": ("ID", "机构（list、export 筛选，assign 分派）", "a unit (list, export: only its; assign: to it)"),
        "--owner": ("NAME", "责任人", "who answers for it"),
        "--approver": ("NAME", "批准人（不得是责任人）", "who approves (not the owner)"),
        "--reviewer": ("NAME", "复核人（不得是责任人）", "who looked at it (not the owner)"),
        "--reason": ("TEXT", "理由", "why"),
        "--by": (
            "NAME",
            "操作人（默认环境变量 PII_AUDIT_OPERATOR，再默认登录名）",
            "who does it (default PII_AUDIT_OPERATOR, else the login)",
        ),
        "--expect": ("HASH", "verify:此前记下的末端哈希", "verify: the head that was noted earlier"),
    }
    for option, (name, zh, en) in texts.items():
        parser.add_argument(option, metavar=name, help=say(language, zh, en))
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help=say(language, "import:冲突时以表格为准", "import: where both changed something, take the workbook's"),
    )
    parser.add_argument("--due", type=day, metavar="DATE", help=say(language, "整改期限", "to be put right by"))
    parser.add_argument(
        "--until", type=day, metavar="DATE", help=say(language, "有效至（含当日）", "the last day on which it holds")
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    _check(options)
    commands: Mapping[str, Callable[[Session, argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "history": _history,
        "verify": verify,
        "export": export,
        "import": import_,
        "locate": locate,
    }
    return commands.get(options.action, walk_step)(session, options)


def _check(options: argparse.Namespace) -> None:
    every = frozenset().union(*_TAKES.values())
    for name in sorted(every - _TAKES[options.action]):
        if getattr(options, name):
            takers = ", ".join(action for action, names in _TAKES.items() if name in names)
            raise UsageError(
                Text(f"findings {options.action} 没有 --{name}", f"findings {options.action} takes no --{name}"),
                todo=Text(f"它属于 {takers}", f"it belongs to {takers}"),
            )
    if options.action in ("export", "import", "locate") and options.format != "table":
        raise UsageError(
            Text(f"findings {options.action} 没有 --format", f"findings {options.action} takes no --format"),
            todo=Text("去掉它", "leave it out"),
        )
    several = options.action in ("assign", "rectify", "accept", "reject", "reopen")
    none = options.action in ("list", "verify", "export")
    if none and options.ids:
        raise UsageError(
            Text(f"{options.action} 不带指纹", f"{options.action} takes no fingerprint"),
            todo=Text("用 findings show", "use `findings show`"),
        )
    if (several or options.action in ("show", "locate")) and not options.ids:
        raise UsageError(
            Text("没有说明哪一条发现", "no finding is named"),
            todo=Text("指纹见 findings list", "`findings list` shows the fingerprints"),
        )
    if options.action == "import" and not options.ids:
        raise UsageError(
            Text("没有说明导入哪个文件", "no file is named"), todo=Text("写在 import 之后", "name it after `import`")
        )
    if not several and len(options.ids) > 1:
        raise UsageError(
            Text(f"{options.action} 一次只能一条", f"{options.action} takes one finding at a time"),
            todo=Text("分别执行", "call it for each"),
        )


def _list(session: Session, options: argparse.Namespace) -> int:
    from pii_audit.render.json import render_tracked  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_findings  # noqa: PLC0415
    from pii_audit.store import Store, Wanted  # noqa: PLC0415

    space = session.workspace()
    if options.source:
        space.source(options.source)
    units = space.below(options.unit) if options.unit else ()
    today = space.today()
    wanted = Wanted(
        [Status(name) for name in options.status],
        Severity(options.severity) if options.severity else None,
        options.rule,
        options.source,
        units,
        options.overdue,
        options.repeated,
    )
    limit = options.limit or (SHOWN if options.format == "table" else None)
    with Store.open(space.store, space.root, create=False) as store:
        if options.rule:
            _check_rule(options.rule, space, store)
        stored = store.findings(wanted, as_of=today, limit=limit)
        rest = store.count(wanted, as_of=today) - len(stored)
    found = [tracked.in_zone(space.now().tzinfo) for tracked in stored]
    if options.format == "json":
        write_output(options.output, render_tracked(found, session.language))
    else:
        draw(session, options.output, lambda console: render_findings(found, console, session.language, today))
    if rest:
        session.say(Text(f"另有 {rest:,} 条，用 --limit 或筛选条件", f"{rest:,} more: give --limit, or narrow it down"))
    return 0


def _check_rule(rule: str, space: Workspace, store: Store) -> None:
    """UsageError for a rule that neither ships, nor stands in a policy, nor ever found anything: nothing found would look clean."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415
    from pii_audit.rules.catalogue import load_rules  # noqa: PLC0415

    known = {*load_rules(), *store.rules()}
    if rule not in known:
        known |= policy_of(space, load_catalogue(space.identifiers)).rules.keys()
    if rule not in known:
        raise UsageError(
            unknown(Text("规则", "rule"), rule, known),
            todo=Text(
                "随附的规则见 docs/rules.zh.md，自定的见策略的 rules",
                "docs/rules.md lists those that ship; your own stand under rules of the policies",
            ),
        )


def _show(session: Session, options: argparse.Namespace) -> int:
    from pii_audit.render.json import render_tracked  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_finding  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    zone, today = space.now().tzinfo, space.today()
    with Store.open(space.store, space.root, create=False) as store:
        tracked = store.finding(options.ids[0], today).in_zone(zone)
        fingerprint = tracked.finding.fingerprint
        sightings = [sighting.in_zone(zone) for sighting in store.history(fingerprint)]
        steps = [step.in_zone(zone) for step in store.steps(fingerprint)]
    if options.format == "json":
        write_output(options.output, render_tracked([tracked], session.language))
    else:
        draw(
            session,
            options.output,
            lambda console: render_finding(tracked, sightings, steps, console, session.language, today),
        )
    return 0


def _history(session: Session, options: argparse.Namespace) -> int:
    from pii_audit.render.json import render_steps  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_history  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    with Store.open(space.store, space.root, create=False) as store:
        fingerprint = store.finding(options.ids[0], space.today()).finding.fingerprint if options.ids else None
        steps = [step.in_zone(space.now().tzinfo) for step in store.steps(fingerprint)]
    if options.format == "json":
        write_output(options.output, render_steps(steps, session.language))
    else:
        draw(session, options.output, lambda console: render_history(steps, console, session.language))
    return 0
