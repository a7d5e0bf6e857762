"""A plausible run of a small bank: every kind of row that a screen can show."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import Enum

import pytest

from pii_audit.errors import Position
from pii_audit.language import Text, same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, FieldEvidence, FieldTally, Reason
from pii_audit.model.finding import Change, Clause, Finding, Outcome, Severity, Status, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.model.sketch import Sketch

SHANGHAI = timezone(timedelta(hours=8))
STARTED = datetime(2026, 7, 1, 9, 30, 0, tzinfo=SHANGHAI)
RECIPIENTS = "policies/recipients.yaml"
PIPL_6 = Clause("pipl", Text("《个人信息保护法》", "PIPL"), "Art.6")


def _field(asset, field, identifier, level, *, form=Form.PLAIN, rows=1000, hits=1000, bound=None, persons=0, **more):
    share = hits / rows
    return FieldEvidence(
        asset=asset,
        field=field,
        identifier=identifier,
        form=form,
        rows_inspected=rows,
        hits=hits,
        prevalence=share,
        bound=share if bound is None else bound,
        confidence=more.pop("confidence", 0.98),
        level=level,
        why=(Reason("values", same("1,000 of 1,000 pass MOD 11-2"), 0.6), Reason("name", same("id_no"), 0.2)),
        persons=persons,
        samples=("1****************X", "3****************2"),
        **more,
    )


def _inspected(asset, coverage, fields, columns=(), persons=0):
    tally = AssetTally(rows=coverage.rows or 0, fields={name: FieldTally(rows=coverage.rows or 0) for name in columns})
    return Inspected(asset, coverage, tally, fields, Sketch.of(number * 7_919_000_000 for number in range(persons)))


def _inventory():
    customer = Asset("core", "customer", AssetKind.TABLE, rows=1000)
    note = Asset("core", "call_note", AssetKind.TABLE, rows=50_000)
    feed = Asset("outbox", "sms_20260701.csv", AssetKind.FEED)
    log = Asset("share", "hz/backup/应用日志 2026-06.log", AssetKind.FILE)
    clean = Asset("core", "branch", AssetKind.TABLE, rows=12)
    c2, c3 = Levels("C2", 3), Levels("C3", 4, "sad")
    read = CoverageStatus.INSPECTED
    return (
        _inspected(
            customer,
            Coverage("core", "customer", read, rows=1000, total=1000),
            (
                _field(customer.id, "id_no", "cn_resident_id", c2, persons=998),
                _field(customer.id, "mobile", "cn_mobile", c2, hits=997, persons=995, confidence=0.9),
                _field(customer.id, "lxr_tel", "cn_mobile", c2, hits=400, subject="contact"),
                _field(customer.id, "pan_masked", "bank_card", c2, form=Form.MASKED, inadequate=12, shown=(6, 4)),
            ),
            ("id_no", "mobile", "lxr_tel", "pan_masked", "branch_code"),
            998,
        ),
        _inspected(
            note,
            Coverage("core", "call_note", CoverageStatus.SAMPLED, rows=500, total=50_000, draws=500),
            (_field(note.id, "content", "bank_card", c2, rows=500, hits=1, bound=0.0095, confidence=0.8),),
            ("content",),
        ),
        _inspected(
            log,
            Coverage("share", log.name, read, bytes=123_456, rows=4_000),
            (_field(log.id, None, "card_cvv2", c3, rows=4000, hits=3, confidence=0.75),),
        ),
        _inspected(
            feed,
            Coverage("outbox", feed.name, read, rows=1000),
            (
                _field(feed.id, "mobile", "cn_mobile", c2, persons=1000),
                _field(feed.id, "id_no", "cn_resident_id", c2, persons=1000),
            ),
            ("mobile", "id_no"),
            1000,
        ),
        _inspected(clean, Coverage("core", "branch", read, rows=12, total=12), (), ("branch_id", "branch_name")),
    )


def _ledger(inspected):
    failed, skipped = CoverageStatus.FAILED, CoverageStatus.SKIPPED
    return (
        *(item.coverage for item in inspected),
        Coverage("share", "hz/旧系统.xlsx", failed, Text("没有读取 xlsx 的方法", "no reader for xlsx"), bytes=18_233),
        Coverage(
            "outbox",
            "sms_20260701.ok",
            skipped,
            Text("audit.yaml 的 ignore 规则 *.ok", "ignore rule *.ok in audit.yaml"),
        ),
    )


def _verdicts():
    def verdict(element, outcome, zh, en, at, **more):
        return Verdict("sms-daily", element, outcome, Text(zh, en), Position(RECIPIENTS, at, 5), **more)

    return (
        verdict(
            "cn_mobile",
            Outcome.COMPLIANT,
            "用途需要,接收方范围允许",
            "needed by the purpose, allowed by the scope",
            12,
            identifier="cn_mobile",
            form="plain",
            fields=("mobile",),
            assets=("outbox:sms_20260701.csv",),
        ),
        verdict(
            "cn_resident_id",
            Outcome.VIOLATION,
            "用途和接收方范围都不允许",
            "neither the purpose nor the recipient's scope allows it",
            23,
            rule="SHR002",
            identifier="cn_resident_id",
            form="plain",
            fields=("id_no",),
            assets=("outbox:sms_20260701.csv",),
            trail=(Position("policies/purposes.yaml", 4), Position(RECIPIENTS, 23)),
            remedy=Text("从导出中删除 id_no 列", "remove the column id_no from the export"),
        ),
        verdict("pia", Outcome.GAP, "没有影响评估编号", "no impact assessment is named", 31, rule="SHR009"),
    )


def _finding(rule, severity, stage, mark, zh, en, **more):
    title, message, remedy = zip(zh, en, strict=True)
    return Finding(
        rule=rule,
        resource=more.pop("resource"),
        severity=severity,
        title=Text(*title),
        message=Text(*message),
        remediation=Text(*remedy),
        fingerprint=mark * 4,
        stage=stage,
        phase="in_process",
        clauses=(PIPL_6,),
        **more,
    )


def _findings():
    excess = _finding(
        "SHR002",
        Severity.HIGH,
        "provide",
        "a1b2c3d4",
        (
            "超范围要素",
            "外发流 sms-daily 向“示例短信公司”提供了 cn_resident_id(字段 id_no),用途和范围都不允许",
            "从导出中删除 id_no 列,或修订协议和策略",
        ),
        (
            "Excess element",
            "flow sms-daily gives cn_resident_id (field id_no) to acme-sms; neither purpose nor scope allows it",
            "remove the column id_no from the export, or amend the agreement and the policy",
        ),
        resource=("sms-daily", "cn_resident_id"),
        change=Change.NEW,
        asset="outbox:sms_20260701.csv",
        field="id_no",
        identifiers=("cn_resident_id",),
        flow="sms-daily",
        recipient="acme-sms",
        source="outbox",
        evidence={
            "hits": 1000,
            "rows_inspected": 1000,
            "prevalence": 1.0,
            "bound": 1.0,
            "persons": 1000,
            "forms": {"plain": 1000},
            "samples": ["1****************X"],
            "fields": ["id_no"],
            "assets": ["outbox:sms_20260701.csv"],
        },
        policy=Position(RECIPIENTS, 23, 5),
        location=Position("sms_20260701.csv", 1, 9),
        owner="数据部",
        unit="hq",
        due=date(2026, 7, 15),
    )
    cvv = _finding(
        "STO001",
        Severity.CRITICAL,
        "store",
        "0f1e2d3c",
        ("禁止留存的数据", "应用日志中有卡片验证码 card_cvv2", "删除日志并停止记录验证码"),
        (
            "Prohibited data kept",
            "an application log holds card_cvv2",
            "delete the log and stop writing verification codes to it",
        ),
        resource=("share:hz/backup/应用日志 2026-06.log",),
        change=Change.PERSISTENT,
        asset="share:hz/backup/应用日志 2026-06.log",
        identifiers=("card_cvv2",),
        source="share",
        evidence={"hits": 3, "rows_inspected": 4000, "prevalence": 0.00075, "bound": 0.00075, "samples": ["***"]},
        policy=Position("policies/storage.yaml", 3),
        owner="办公室",
        unit="hz",
    )
    world = _finding(
        "USE001",
        Severity.HIGH,
        "use",
        "77aa88bb",
        ("所有人可读", "world 可读 3 个含 C2 信息的文件", "收回其他人的读权限:chmod -R o-r hz/"),
        (
            "Everyone can read",
            "world can read 3 files that hold C2 information",
            "take the right from others: chmod -R o-r hz/",
        ),
        resource=("share", "mode o+r in hz/"),
        change=Change.REOPENED,
        principal="world",
        source="share",
        identifiers=("cn_resident_id", "bank_card", "person_name"),
        evidence={"members": 3, "persons": 12_345, "fields": [f"f{n}" for n in range(12)]},
        policy=Position("policies/access.yaml", 9),
    )
    fixed = _finding(
        "STO002",
        Severity.HIGH,
        "store",
        "5151aaaa",
        ("明文存储", "core.customer 的 C3 明文", "加密"),
        ("Clear at rest", "core.customer holds C3 in clear", "encrypt it"),
        resource=("core:customer",),
        change=Change.FIXED,
        status=Status.CLOSED,
        asset="core:customer",
        source="core",
    )
    unlooked = _finding(
        "STO002",
        Severity.MEDIUM,
        "store",
        "6262bbbb",
        ("明文存储", "旧系统.xlsx 中有明文卡号", "加密"),
        ("Clear at rest", "旧系统.xlsx holds card numbers in clear", "encrypt it"),
        resource=("share:hz/旧系统.xlsx",),
        change=Change.NOT_RECHECKED,
        status=Status.NOT_RECHECKED,
        asset="share:hz/旧系统.xlsx",
        source="share",
    )
    elsewhere = _finding(
        "STO002",
        Severity.HIGH,
        "store",
        "7373cccc",
        ("明文存储", "未读取的数据源中的表", "加密"),
        ("Clear at rest", "a table of a source that was not read", "encrypt it"),
        resource=("unread:t",),
        change=Change.NOT_RECHECKED,
        status=Status.NOT_RECHECKED,
        asset="unread:t",
        source="unread",
    )
    return excess, cvv, world, fixed, unlooked, elsewhere


HOSTILE = (
    "<script>alert(1)</script>",
    "]]></failure><failure>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "＝1+1",
    "\t=1+1",
    "\x1b[2J\x1b]8;;http://x\x07",
    "\u202egpj.exe\u2066",
    "a\x00b\x0b\ufffe\uffff\udcff",
    "'; DROP TABLE findings; --",
    "{{7*7}}${7*7}",
    "\r\n\r\nSet-Cookie: a=b",
    "名" * 100_000,
)
"""What people may call their files, columns, roles and units."""
_IDS = frozenset({"fingerprint", "rule", "stage", "phase", "id", "kind", "version", "notes"})


def poisoned(value, payload):
    """The value with every name and sentence in it, however deep, turned into the payload."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return payload
    if isinstance(value, tuple | list | frozenset | set):
        return type(value)(poisoned(item, payload) for item in value)
    if isinstance(value, dict):
        return {key: poisoned(item, payload) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, Sketch | Levels | AssetTally):
        changed = {
            field.name: poisoned(getattr(value, field.name), payload)
            for field in fields(value)
            if field.init and field.name not in _IDS
        }
        return replace(value, **changed)
    return value


@pytest.fixture(params=HOSTILE, ids=lambda text: ascii(text[:12]))
def hostile(request, run):
    """The run with one payload in every name and sentence, and the payload."""
    return poisoned(run, request.param), request.param


@pytest.fixture(scope="session")
def run():
    """A self-check with every kind of row."""
    inspected = _inventory()
    hidden = _finding(
        "SHR003",
        Severity.MEDIUM,
        "provide",
        "9e9e9e9e",
        ("形式过弱", "姓名未遮蔽", "遮蔽姓名"),
        ("Form too weak", "names are not masked", "mask names"),
        resource=("sms-daily", "person_name"),
        flow="sms-daily",
        source="outbox",
        status=Status.ACCEPTED,
        suppressed_by="policies/exceptions.yaml:4",
    )
    return Run(
        id="20260701-093000-5f2a",
        started=STARTED,
        finished=STARTED + timedelta(seconds=42.5),
        version="0.1.0",
        kind="run",
        inspected=inspected,
        coverage=_ledger(inspected),
        verdicts=_verdicts(),
        findings=_findings(),
        suppressed=(Suppressed(hidden, "policies/exceptions.yaml:4"),),
        grouped=9_999,
        notes={"fail_on": "high"},
    )
