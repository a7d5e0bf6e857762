"""`pii-audit gate`: may this export leave?"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from pii_audit.cli.baseline import add_baseline, read_baseline, without_baseline
from pii_audit.cli.options import (
    RUN_FORMATS,
    add_day,
    add_identifiers,
    add_output,
    add_verdict,
    emit,
    own_identifiers,
    say,
)
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

if TYPE_CHECKING:
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例: pii-audit gate outbox/sms_20260601.csv --flow sms-daily\n    export.sh | pii-audit gate - --recipient acme-sms --purpose sms-notification",
    "example: pii-audit gate outbox/sms_20260601.csv --flow sms-daily\n         export.sh | pii-audit gate - --recipient acme-sms --purpose sms-notification",
)
LEDGER = ("requester", "approver", "ticket", "operator")
"""Fields of the extraction ledger that the caller states (T/PCAC 0001-2023, 14.3 row 3)."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "path",
        nargs="+",
        metavar="PATH",
        help=say(
            language, "要外发的文件或文件夹;- 为标准输入", "the file or folder that is to leave; - is standard input"
        ),
    )
    parser.add_argument(
        "--flow", metavar="ID", help=say(language, "策略中声明的数据流", "a flow that the policies declare")
    )
    parser.add_argument(
        "--recipient", metavar="ID", help=say(language, "接收方(与 --purpose 同用)", "a recipient (with --purpose)")
    )
    parser.add_argument(
        "--purpose", metavar="ID", help=say(language, "目的(与 --recipient 同用)", "a purpose (with --recipient)")
    )
    add_day(parser, language)
    parser.add_argument(
        "--allow-gaps",
        action="store_true",
        help=say(language, "无法证明合规之处(缺口)不算失败", "what cannot be shown to comply (a gap) does not fail"),
    )
    parser.add_argument(
        "--receipt",
        metavar="FILE",
        help=say(
            language,
            "写签名回执:文件哈希、策略哈希、裁决、提取台账",
            "write a signed receipt: file hash, policy hash, verdict, extraction ledger",
        ),
    )
    parser.add_argument(
        "--record", action="store_true", help=say(language, "把结果记入存储", "record the result in the store")
    )
    for name in LEDGER:
        parser.add_argument(
            f"--{name}",
            metavar="TEXT",
            default=os.environ.get(f"PII_AUDIT_{name.upper()}"),
            help=say(
                language,
                f"回执台账字段(或环境变量 PII_AUDIT_{name.upper()})",
                f"ledger field of the receipt (or PII_AUDIT_{name.upper()})",
            ),
        )
    add_identifiers(parser, language)
    add_verdict(parser, language)
    add_baseline(parser, language)
    add_output(parser, language, RUN_FORMATS)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.auditing.gate import GateOptions, allowing_gaps, flow_of, gate, included, refuse_strangers  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.receipt import Receipt, digests  # noqa: PLC0415
    from pii_audit.cli.progress import shown  # noqa: PLC0415
    from pii_audit.detection.redact import Redactor  # noqa: PLC0415
    from pii_audit.detection.tally import Detector  # noqa: PLC0415
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.model.fingerprint import Fingerprinter  # noqa: PLC0415
    from pii_audit.policy.loader import load_policy  # noqa: PLC0415
    from pii_audit.render.interface import renderer  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.sources.registry import layouts_of  # noqa: PLC0415

    renderer(options.format or "table")
    baseline = read_baseline(options.baseline)
    if baseline and options.receipt:
        raise UsageError(
            Text("--baseline 不能与 --receipt 同用", "--baseline does not go with --receipt"),
            todo=Text("回执裁决整份导出", "a receipt certifies the whole export"),
        )
    if options.flow and (options.recipient or options.purpose):
        raise UsageError(
            Text("--flow 不能与 --recipient、--purpose 同用", "--flow does not go with --recipient or --purpose")
        )
    space = session.workspace()
    catalogue = load_catalogue((*space.identifiers, *own_identifiers(options)))
    policy = load_policy(space.policies, space.root, catalogue)
    flow = flow_of(policy, options.flow, options.recipient, options.purpose)
    key = _key(space, needed=bool(options.receipt or options.record))
    fingerprinter = Fingerprinter(key) if key else Fingerprinter.of_nobody()
    shown_name = Redactor(Detector(catalogue, fingerprinter), fingerprinter).name
    refuse_strangers(space, flow, options.path, shown_name)
    before = digests(options.path, shown_name) if options.receipt else {}
    source = next((one for one in space.sources if one.id == flow.source), None)
    with shown(session) as progress:
        wanted = GateOptions(
            as_of=options.as_of or space.today(),
            standards=space.standards,
            include=included(space, flow, options.path),
            ignore=source.ignore if source else (),
            layouts=layouts_of(source, space.root) if source else (),
            owner=source.owner if source else None,
            timezone=space.now().tzinfo or UTC,
            samples=space.samples == "masked",
            progress=progress,
        )
        done = gate(options.path, flow, policy, catalogue, fingerprinter, wanted)
    if options.allow_gaps:
        done = allowing_gaps(done)
    done = replace(
        done,
        notes={**done.notes, "fail_on": options.fail_on, "allow_incomplete": str(options.allow_incomplete).lower()},
    )
    whole, done = done, without_baseline(session, done, baseline)
    code = done.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)
    if options.record:
        from pii_audit.store import Store  # noqa: PLC0415

        with Store.open(space.store, space.root, key=key or b"") as store:
            done = store.record(whole)
        done = baseline.apply(done).run if baseline else done
    emit(session, done, options.format, options.output)
    if options.receipt and key:
        stated = {name: getattr(options, name) for name in LEDGER}
        receipt = Receipt.of(done, policy.digest, before, digests(options.path, shown_name), stated, code)
        write_output(options.receipt, receipt.signed(key))
    return code


def _key(space: Workspace, *, needed: bool) -> bytes | None:
    """The workspace's key where there is one; a gate does without, a receipt and a record do not."""
    from pii_audit.errors import PiiAuditError  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    try:
        return load_key(space)
    except PiiAuditError:
        if needed:
            raise
        return None
