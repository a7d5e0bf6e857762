"""`gate FILE --fix OUT`: a compliant version of an export, and a ledger of what was changed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pii_audit.cli.gate_pass import tell
from pii_audit.cli.options import put, say
from pii_audit.cli.session import Session
from pii_audit.errors import InspectionError, UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

if TYPE_CHECKING:
    from pii_audit.auditing.fixing.fix import Fixed
    from pii_audit.auditing.fixing.writing import Export
    from pii_audit.cli.gate_case import Case
    from pii_audit.model.run import Run

STDIN = "-"
FORMATS = ("table", "json")


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the mode."""
    parser.add_argument(
        "--fix",
        metavar="OUT",
        help=say(
            language,
            "写出合规版本：删除多余的列，按策略要求屏蔽、泛化、带密钥哈希或令牌化，其余逐字节不变；台账写到标准输出（--format table|json）",
            "write a compliant version: columns in excess dropped, values masked, generalised, hashed with a key or tokenised as the policy asks, all else byte for byte; its ledger goes to standard output (--format table|json)",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """0 where OUT was written, and passes the gate; 1 where no version of the export would."""
    from pii_audit.auditing.fixing.fix import fix  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.fixing.ledger import changes, document, sentences  # noqa: PLC0415
    from pii_audit.auditing.fixing.plan import Judge  # noqa: PLC0415
    from pii_audit.auditing.fixing.remedy import Keys  # noqa: PLC0415
    from pii_audit.cli.gate_case import open_case  # noqa: PLC0415
    from pii_audit.detection.tally import Detector  # noqa: PLC0415
    from pii_audit.model.finding import Outcome  # noqa: PLC0415
    from pii_audit.policy.evaluation.case import Case as Before  # noqa: PLC0415
    from pii_audit.policy.evaluation.case import Knowledge, Observed  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.safe import safe_json  # noqa: PLC0415

    _refuse(options)
    out = Path(options.fix)
    case = open_case(session, options)
    with ExitStack() as stack:
        export, source = _export(case, options, stack)
        renames = export.cutter().renames

        def judged(name: str, written: BinaryIO) -> tuple[Run, int]:
            after = case.judge([name], {name: written})
            return after, after.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)

        with export.opened() as stream:
            before, code = judged(export.asset.name, stream)
        if before.incomplete:
            reason = next(row.reason for row in before.coverage if row.incomplete and row.reason)
            what = Text(
                f"未能读完，没有写任何文件：{reason.zh}",
                f"could not be read whole, so nothing was written: {reason.en}",
            )
            todo = Text("导出为能读完的文件后重试", "export what can be read whole, and try again")
            raise InspectionError(what, where=source, todo=todo)

        as_of = options.as_of or case.space.today()
        observed = Observed(before.inspected)
        asked = Before.of(case.policy, case.flow, observed, case.catalogue, as_of=as_of, knowledge=Knowledge())
        tolerated = frozenset({Outcome.COMPLIANT, *((Outcome.GAP,) if options.allow_gaps else ())})
        keys = Keys.of(case.key or b"", case.flow.recipient)
        writer = (Detector(case.catalogue, case.fingerprinter), case.shown)
        fixed = fix(export, (before, code), Judge(asked, tolerated, keys, renames), writer, out, judged)
    if fixed.output is None:
        return _told(session, fixed)
    shown_out = case.shown(str(out))
    if options.receipt:
        case.certify(fixed.run, {shown_out: fixed.output}, fixed.code, {"changes": changes(fixed)})
    if options.format == "json":
        told = document(fixed, source, export.digest, shown_out)
        payload = safe_json(json.dumps(told, ensure_ascii=False, indent=2)) + "\n"
    else:
        payload = "".join(f"{line}\n" for line in sentences(fixed, session.language))
    if options.output:
        write_output(options.output, payload)
    else:
        put([payload])
    session.say(Text(f"{shown_out}: 已写出，可以离开", f"{shown_out}: written, and may leave"))
    return 0


def _refuse(options: argparse.Namespace) -> None:
    if len(options.path) != 1 or os.path.isdir(options.path[0]):
        raise UsageError(
            Text("--fix 一次只改一个文件", "--fix takes one file at a time"),
            todo=Text("给出一个文件，或 - 表示标准输入", "name one file, or - for standard input"),
        )
    if options.baseline or options.record:
        raise UsageError(
            Text("--baseline、--record 不能与 --fix 同用", "--baseline and --record do not go with --fix"),
            todo=Text("对写出的文件另行执行 gate", "give them to a gate on the file that it writes"),
        )
    if options.format not in (None, *FORMATS):
        raise UsageError(
            Text("--fix 没有这种格式", "--fix has no such format"),
            where="--format",
            todo=Text("可用：table、json", "choose table or json"),
        )
    out, taken = options.fix, os.path.exists(options.fix)
    if out == STDIN or (taken and not os.path.isfile(out)):
        raise UsageError(
            Text("--fix 要写到一个文件", "--fix writes to a file"),
            where=out,
            todo=Text("给出文件名", "name one"),
        )
    source = options.path[0]
    if taken and os.path.exists(source) and Path(out).samefile(source):
        raise UsageError(
            Text("输入从不被覆盖", "the input is never overwritten"),
            where=out,
            todo=Text("给出另一个文件名", "name another file"),
        )


def _export(case: Case, options: argparse.Namespace, stack: ExitStack) -> tuple[Export, str]:
    """What is to be fixed, and its shown name; standard input is kept sealed meanwhile."""
    from pii_audit.auditing.fixing.writing import Export  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.inputs import Passing, digest  # noqa: PLC0415
    from pii_audit.auditing.spool import Spool  # noqa: PLC0415
    from pii_audit.model.asset import Asset, AssetKind  # noqa: PLC0415

    inputs = case.inputs(options.path, certified=False)
    [name] = inputs.paths
    asset = Asset("", name, AssetKind.FEED)
    layouts = case.wanted(()).layouts
    if inputs.streams:
        spool = stack.enter_context(Spool(options.spool_memory))
        export = Export(asset, spool.stream, Passing(sys.stdin.buffer, spool.write).drain(), layouts)
    else:
        export = Export(asset, lambda: Path(name).open("rb"), digest(Path(name)), layouts)  # noqa: SIM115 - whoever opens it closes it
    if export.digest.sha256 is None:
        raise InspectionError(
            Text("文件无法读取", "the file cannot be read"),
            where=case.shown(name),
            todo=Text("检查其权限", "check its permissions"),
        )
    if not export.digest.bytes:
        raise UsageError(
            Text("是空的，没有可改之处；没有写任何文件", "is empty: there is nothing to fix, and nothing was written"),
            where=case.shown(name),
            todo=Text("直接裁决（gate，不带 --fix）", "judge it as it is, without --fix"),
        )
    return export, case.shown(name)


def _told(session: Session, fixed: Fixed) -> int:
    """Why nothing was written."""
    tell(session, fixed.run)
    session.say(
        Text(
            "改列改值都不能使它合规，没有写任何文件；先解决以上各项",
            "no change of columns or values makes it compliant, and nothing was written; settle the above first",
        )
    )
    return fixed.code
