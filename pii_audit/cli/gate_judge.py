"""`gate PATH…`: the verdict on files, folders, archives or standard input, and its receipt."""

from __future__ import annotations

import argparse
import os

from pii_audit.cli.baseline import read_baseline, without_baseline
from pii_audit.cli.options import emit, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

STATED = {
    "requester": ("申请人", "who asked for the extraction"),
    "approver": ("审批人", "who approved it"),
    "ticket": ("工单号", "the ticket"),
    "operator": ("操作人", "who runs it"),
    "time": ("提取时间，ISO 8601(默认裁决时间)", "when it was extracted, ISO 8601 (default: when it was judged)"),
    "elements": ("获批的信息项，以逗号分隔", "the elements that were approved, comma-separated"),
}
"""Fields of the extraction ledger that the caller states (T/PCAC 0001-2023, 14.3 row 3)."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares how standard input is taken, and what a verdict may leave behind."""
    parser.add_argument(
        "--name",
        metavar="NAME",
        help=say(
            language,
            "把标准输入当作此名字的文件裁决（扩展名、定长布局）",
            "judge standard input as a file of this name (its suffix, its fixed-width layout)",
        ),
    )
    parser.add_argument(
        "--receipt",
        metavar="FILE",
        help=say(
            language,
            "写签名回执：文件哈希、策略哈希、裁决、提取台账",
            "write a signed receipt: file hash, policy hash, verdict, extraction ledger",
        ),
    )
    parser.add_argument(
        "--record", action="store_true", help=say(language, "把结果记入存储", "record the result in the store")
    )
    for name, (zh, en) in STATED.items():
        variable = f"PII_AUDIT_{name.upper()}"
        parser.add_argument(
            f"--{name}",
            metavar="TEXT",
            default=os.environ.get(variable),
            help=say(
                language, f"回执台账：{zh}（或环境变量 {variable}）", f"ledger of the receipt: {en} (or {variable})"
            ),
        )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.cli.gate_case import open_case  # noqa: PLC0415 - start-up does without

    baseline = read_baseline(options.baseline)
    if baseline and options.receipt:
        raise UsageError(
            Text("--baseline 不能与 --receipt 同用", "--baseline does not go with --receipt"),
            todo=Text("回执裁决整份导出", "a receipt certifies the whole export"),
        )
    case = open_case(session, options)
    inputs = case.inputs(options.path, certified=bool(options.receipt))
    whole = case.judge(inputs.paths, inputs.streams)
    done = without_baseline(session, whole, baseline)
    code = done.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)
    if options.record:
        recorded = case.record(whole)
        done = baseline.apply(recorded) if baseline else recorded
    emit(session, done, options.format, options.output)
    if options.receipt:
        case.certify(done, inputs.digests(), code)
    return code
