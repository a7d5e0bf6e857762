"""The HTML report: whole, self-contained, safe against what data may hold, and usable in a browser and on paper."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pii_audit import content
from pii_audit.errors import Position
from pii_audit.language import Language, Text, same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.course import Course, Point, Standing
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.decision import Content, Decision
from pii_audit.model.evidence import AssetTally, FieldEvidence, Reason
from pii_audit.model.finding import Change, Clause, Finding, Outcome, Severity, Status, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.grant import Grant
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.model.sketch import Sketch
from pii_audit.render import html
from pii_audit.render.view.words import sentences

CHINA = timezone(timedelta(hours=8))
C2, C3, C1 = Levels("C2", 3), Levels("C3", 4, "sad"), Levels("C1", 2)
LANGUAGES: tuple[Language, ...] = ("zh", "en")

PIPL_6 = Clause("pipl", Text("《个人信息保护法》", "Personal Information Protection Law"), "Art.6")
PIPL_21 = Clause("pipl", Text("《个人信息保护法》", "Personal Information Protection Law"), "Art.21")
PIPL_38 = Clause("pipl", Text("《个人信息保护法》", "Personal Information Protection Law"), "Art.38")
PCI = Clause("pci-dss", same("PCI DSS v4.0.1"), "3.3.1")
JRT = Clause("jrt-0171", Text("JR/T 0171—2020 个人金融信息保护技术规范", "JR/T 0171-2020"))
RETAIL, DATA, OFFICE = "零售业务部", "数据部", "办公室"


def field(
    asset: str, name: str | None, identifier: str, level: Levels, *, form: Form = Form.PLAIN, hits: int = 2980
) -> FieldEvidence:
    masked = {
        "cn_resident_id": "3****************6",
        "cn_mobile": "138****8000",
        "bank_card": "622848*********4321",
        "person_name": "王*",
    }
    return FieldEvidence(
        asset,
        name,
        identifier,
        form,
        3000,
        hits,
        hits / 3000,
        hits / 3000,
        0.97,
        level,
        (Reason("values", same("2,980/3,000 validated"), 0.7), Reason("name", same(name or ""), 0.2)),
        persons=hits,
        samples=(masked.get(identifier, "***"),) * 2,
    )


def inspected(
    source: str, name: str, kind: AssetKind, fields: list[tuple[str | None, str, Levels]], *, first: int = 0
) -> Inspected:
    asset = Asset(source, name, kind, owner=RETAIL)
    judged = tuple(field(asset.id, column, identifier, level) for column, identifier, level in fields)
    status = CoverageStatus.SAMPLED if kind is AssetKind.VIEW else CoverageStatus.INSPECTED
    coverage = Coverage(source, name, status, rows=3000, total=120_000 if kind is AssetKind.VIEW else 3000, draws=3000)
    if status is CoverageStatus.SAMPLED:
        judged = tuple(replace(one, bound=one.prevalence + 0.0041) for one in judged)
    return Inspected(asset, coverage, AssetTally(), judged, Sketch.of(range(first, first + 2980) if judged else ()))


def assets() -> tuple[Inspected, ...]:
    table, file, feed = AssetKind.TABLE, AssetKind.FILE, AssetKind.FEED
    person = [("cust_name", "person_name", C2), ("cert_no", "cn_resident_id", C2), ("mobile", "cn_mobile", C2)]
    rich: list[Inspected] = [
        inspected("core", "main.customer", table, [*person, ("email", "email", C2), ("home_addr", "address", C2)]),
        inspected("core", "main.card", table, [("card_no", "bank_card", C2)]),
        inspected("core", "main.call_note", table, [("note", "cn_mobile", C2), ("note", "bank_card", C2)]),
        inspected("core", "main.v_overdue", AssetKind.VIEW, person),
        inspected(
            "core",
            "main.emergency_contact",
            table,
            [("lxr_name", "person_name", C2), ("lxr_tel", "cn_mobile", C2)],
            first=9000,
        ),
        inspected("core", "main.sys_user", table, [("passwd", "login_credential", C3)], first=20000),
        inspected("test", "main.customer", table, person),
        inspected("branch-share", "hz/客户名单.csv", file, person),
        inspected("branch-share", "logs/pay-2026-06.log", file, [(None, "bank_card", C2), (None, "card_cvv2", C3)]),
        inspected("branch-share", "ops/credentials.txt", file, [(None, "login_credential", C3)], first=30000),
        inspected("outbox", "sms_20260601.csv", feed, [("mobile", "cn_mobile", C2), ("name", "person_name", C1)]),
        inspected("outbox", "collect_20260601.csv", feed, [*person, ("lxr_tel", "cn_mobile", C2)]),
        inspected("outbox", "overseas_20260601.jsonl", feed, [("mobile_md5", "cn_mobile", C2)]),
    ]
    plain = [inspected("core", f"main.product_{number:02d}", table, []) for number in range(27)]
    return (*rich, *plain)


def finding(rule: str, severity: Severity, place: str, zh: str, en: str, **more: object) -> Finding:
    titles = {
        "STO001": Text("保存禁止留存的鉴别数据", "Prohibited authentication data kept"),
        "STO002": Text("敏感信息明文保存", "Clear at rest"),
        "USE001": Text("所有人可读", "Everyone can read"),
        "SHR002": Text("超范围对外提供要素", "Excess element leaves"),
        "SHR003": Text("对外提供的形式过弱", "Form too weak"),
        "SHR007": Text("协议缺失或过期", "Agreement missing or expired"),
        "XBR001": Text("出境缺少合法机制", "Cross-border without mechanism"),
        "GOV001": Text("未指定责任部门", "No owner named"),
    }
    facts = {
        "STO001": PCI,
        "STO002": JRT,
        "USE001": JRT,
        "SHR002": PIPL_6,
        "SHR003": PIPL_6,
        "SHR007": PIPL_21,
        "XBR001": PIPL_38,
        "GOV001": JRT,
    }
    stage = "provide" if rule.startswith(("SHR", "XBR")) else "use" if rule.startswith("USE") else "store"
    values: dict[str, object] = {
        "fingerprint": hashlib.sha256(f"{rule}{place}".encode()).hexdigest()[:32],
        "clauses": (facts[rule], JRT),
        "stage": stage,
        "phase": "in_process",
        "asset": place,
        "source": place.partition(":")[0],
        "owner": RETAIL,
        "unit": "总行",
        "due": date(2026, 12, 31),
        "change": Change.NEW,
        "policy": Position("policies/recipients.yaml", 23),
        "evidence": {
            "rows_inspected": 3000,
            "hits": 2980,
            "prevalence": 0.9933,
            "persons": 2980,
            "forms": {"plain": 2980, "masked": 20},
            "samples": ["3****************6", "1****************X"],
            "found": [
                {
                    "asset": place,
                    "field": "cert_no",
                    "identifier": "cn_resident_id",
                    "form": "plain",
                    "hits": 2980,
                    "rows_inspected": 3000,
                    "prevalence": 0.993,
                    "bound": 0.997,
                    "confidence": 0.97,
                    "persons": 2980,
                    "samples": ["3****************6"],
                }
            ],
        },
    }
    values.update(more)
    remedy = Text(
        "在抽取语句中去掉该列，删除已生成的文件，并通知接收方删除。",
        "Take the column out of the extract, delete the file, have the recipient delete theirs.",
    )
    return Finding(rule, (place,), severity, titles[rule], Text(zh, en), remedy, **values)  # type: ignore[arg-type]  # by name above


def findings() -> tuple[Finding, ...]:
    critical, high, medium, low, info = Severity
    named = [
        finding(
            "STO001",
            critical,
            "branch-share:logs/pay-2026-06.log",
            "日志中发现 212 处卡片验证码，与卡号同行。",
            "212 card verification codes in a log, beside card numbers.",
            identifiers=("card_cvv2",),
            unit="杭州分行",
            owner=OFFICE,
        ),
        finding(
            "SHR002",
            critical,
            "outbox:collect_20260601.csv",
            "collect-daily 流出联系人手机号，目的“催收”不需要该要素。",
            "collect-daily sends contacts' phones; the purpose does not need them.",
            flow="collect-daily",
            identifiers=("cn_mobile@contact",),
            recipient="示例催收公司",
            owner=DATA,
            change=Change.PERSISTENT,
        ),
        finding(
            "XBR001",
            high,
            "outbox:overseas_20260601.jsonl",
            "overseas-analytics 向境外（US）提供个人信息，未登记出境机制。",
            "overseas-analytics goes abroad (US) with no mechanism.",
            flow="overseas-analytics",
            recipient="Example Analytics Inc.",
            owner=DATA,
        ),
        finding(
            "SHR003",
            high,
            "outbox:overseas_20260601.jsonl",
            "手机号以无密钥 MD5 提供，等同明文。",
            "Mobiles as bare MD5 count as plain.",
            flow="overseas-analytics",
            identifiers=("cn_mobile",),
            owner=DATA,
        ),
        finding(
            "SHR003",
            high,
            "outbox:collect_20260601.csv",
            "证件号码应只提供后四位，实际为完整号码。",
            "Resident IDs in full where the last four are allowed.",
            flow="collect-daily",
            identifiers=("cn_resident_id",),
            owner=DATA,
        ),
        finding(
            "SHR007",
            high,
            "outbox:insurer_20260601.csv",
            "与示例保险公司的协议 HT-2023-007 已于 2025-06-30 到期。",
            "Agreement HT-2023-007 ran out on 2025-06-30.",
            flow="insurer-monthly",
            owner=DATA,
        ),
        finding(
            "USE001",
            high,
            "branch-share:hz/客户名单.csv",
            "world 可读，涉及 2,980 人。",
            "world can read it; 2,980 people.",
            principal="world",
            unit="杭州分行",
            owner=OFFICE,
        ),
        finding(
            "GOV001",
            medium,
            "test:main.customer",
            "数据源 test 未指定责任部门。",
            "Source test names no owner.",
            owner=None,
            unit=None,
        ),
        finding(
            "STO002",
            high,
            "branch-share:ops/credentials.txt",
            "口令明文保存。",
            "Passwords in clear.",
            owner=OFFICE,
            status=Status.CLOSED,
            change=Change.FIXED,
        ),
    ]
    lesser = [
        finding(
            "STO002",
            severity,
            f"core:main.t_{number:02d}",
            f"第 {number} 张表的证件号码明文保存，未声明静态加密。",
            f"Table {number}: IDs in clear, no encryption at rest declared.",
            change=Change.PERSISTENT,
        )
        for number, severity in enumerate([medium] * 8 + [low] * 5 + [info] * 3)
    ]
    return (*named, *lesser)


def verdict(
    flow: str,
    element: str,
    outcome: Outcome,
    zh: str,
    en: str,
    *,
    form: str | None = None,
    line: int = 12,
    rule: str | None = None,
) -> Verdict:
    seen = element.startswith(("cn_", "person", "address", "loan"))
    positions = (Position("policies/purposes.yaml", 4), Position("policies/recipients.yaml", line))
    return Verdict(
        flow,
        element,
        outcome,
        Text(zh, en),
        positions[-1],
        rule,
        identifier=element.partition("@")[0] if seen else None,
        form=form,
        fields=(element.partition("@")[0],) if seen else (),
        assets=(f"outbox:{flow}.csv",),
        trail=positions,
        remedy=Text("从抽取中去掉该列。", "Take the column out.") if outcome is Outcome.VIOLATION else None,
    )


def verdicts() -> tuple[Verdict, ...]:
    good, bad, gap = Outcome.COMPLIANT, Outcome.VIOLATION, Outcome.GAP
    fine = ("目的与接收方范围均允许。", "Purpose and scope allow it.")
    return (
        verdict("sms-daily", "cn_mobile", good, *fine, form="plain"),
        verdict("sms-daily", "person_name", good, *fine, form="masked"),
        verdict("sms-daily", "agreement", good, *fine),
        verdict("sms-daily", "pia", good, *fine),
        verdict(
            "collect-daily",
            "cn_mobile@contact",
            bad,
            "目的不需要联系人手机号。",
            "The purpose does not need contacts' phones.",
            form="plain",
            line=31,
            rule="SHR002",
        ),
        verdict(
            "collect-daily",
            "cn_resident_id",
            bad,
            "只允许后四位。",
            "Only the last four are allowed.",
            form="plain",
            line=33,
            rule="SHR003",
        ),
        verdict(
            "collect-daily",
            "population",
            gap,
            "无法核对人群范围。",
            "Population could not be compared.",
            line=40,
            rule="SHR004",
        ),
        verdict("collect-daily", "cn_mobile", good, *fine, form="plain"),
        verdict("collect-daily", "address", good, *fine, form="plain"),
        verdict(
            "overseas-analytics",
            "cn_mobile",
            bad,
            "无密钥散列等同明文。",
            "A bare hash counts as plain.",
            form="bare_hash",
            line=52,
            rule="SHR003",
        ),
        verdict(
            "overseas-analytics",
            "transfer",
            bad,
            "未登记出境机制。",
            "No cross-border mechanism.",
            line=55,
            rule="XBR001",
        ),
        verdict(
            "insurer-monthly",
            "agreement",
            bad,
            "协议已于 2025-06-30 到期。",
            "The agreement ran out on 2025-06-30.",
            line=61,
            rule="SHR007",
        ),
        verdict("insurer-monthly", "person_name", good, *fine, form="plain"),
        verdict("bureau-monthly", "cn_resident_id", good, *fine, form="plain"),
        verdict("bureau-monthly", "person_name", good, *fine, form="plain"),
        verdict(
            "marketing-internal",
            "consent",
            gap,
            "没有逐行同意字段。",
            "No row-level consent field.",
            line=80,
            rule="SHR008",
        ),
        verdict("marketing-internal", "cn_mobile", good, *fine, form="plain"),
    )


def sample() -> Run:
    """A run on a small bank: 40 assets, 25 findings, 6 flows, one object that could not be read."""
    read = assets()
    ledger = (
        *(one.coverage for one in read),
        Coverage(
            "branch-share",
            "legal/合同扫描.pdf",
            CoverageStatus.FAILED,
            Text("文件已加密，没有口令", "encrypted, no password"),
        ),
        Coverage(
            "branch-share",
            "broken.csv",
            CoverageStatus.FAILED,
            Text("第 18 行起不是有效的 GB18030", "not GB18030 from line 18 on"),
        ),
        Coverage("outbox", "sms_20260601.csv.ok", CoverageStatus.SKIPPED, Text("忽略规则 *.ok", "ignore rule *.ok")),
    )
    recipients = {
        "sms-daily": ("示例短信公司", "CN", "短信通知"),
        "collect-daily": ("示例催收公司", "CN", "委托催收"),
        "insurer-monthly": ("示例保险公司", "CN", "保险代理"),
        "overseas-analytics": ("Example Analytics Inc.", "US", "客群分析"),
        "bureau-monthly": ("示例征信机构", "CN", "征信报送"),
        "marketing-internal": ("市场部", "CN", "营销"),
    }
    notes = {"organisation": "示例银行股份有限公司", "fail_on": "high"}
    for flow, (recipient, region, purpose) in recipients.items():
        notes |= {f"flow.{flow}.recipient": recipient, f"flow.{flow}.region": region, f"flow.{flow}.purpose": purpose}
    grants = (
        Grant("world", "branch-share:hz/客户名单.csv", "read", "mode o+r on hz/"),
        Grant("PUBLIC", "core:main.card", "SELECT", "GRANT SELECT ON card TO PUBLIC"),
        Grant("role:teller", "core:main.customer", "SELECT", "GRANT ALL ON customer TO teller", grantable=True),
        Grant("group:ops", "branch-share:ops/credentials.txt", "read", "mode g+r"),
        Grant("user:crm_app", "core:main.customer", "SELECT", "GRANT SELECT ON customer TO crm_app", field="mobile"),
        Grant("role:dev", "core:main.product_01", "SELECT", "GRANT"),
    )
    hidden = finding(
        "SHR003",
        Severity.MEDIUM,
        "outbox:sms_20260601.csv",
        "姓名仅遮蔽一个字。",
        "Names masked by one character.",
        flow="sms-daily",
        identifiers=("person_name",),
    )
    return Run(
        "20261122-093000-7f3a",
        datetime(2026, 11, 22, 9, 30, tzinfo=CHINA),
        datetime(2026, 11, 22, 9, 31, 12, tzinfo=CHINA),
        "0.1.0",
        "run",
        inspected=read,
        grants=grants,
        coverage=ledger,
        verdicts=verdicts(),
        findings=findings(),
        suppressed=(Suppressed(hidden, "policies/exceptions.yaml:3 · 王某 / 李某 · 短信模板改造中 · 2026-12-31"),),
        grouped=12,
        notes=notes,
    )


# --- reading the page ------------------------------------------------------------------------------------------------

VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """Elements in order with their attributes, the text in between, and whether every element was closed."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.crossed: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def having(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def classed(self, name: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.elements if name in attributes.get("class", "").split()]


def page(run: Run, language: Language = "en") -> Page:
    """What a browser has in its document: the other language lies in a template, which is no part of it."""
    return Page(re.sub(r"<template .*?</template>", "", html.render(run, language=language), flags=re.DOTALL))


def clean() -> Run:
    return replace(
        sample(),
        findings=(),
        verdicts=(),
        coverage=(Coverage("core", "main.customer", CoverageStatus.INSPECTED, rows=1, total=1),),
    )


def many(count: int) -> Run:
    pattern = findings()[:8]
    return replace(
        sample(),
        findings=tuple(
            replace(pattern[index % 8], fingerprint=f"{index:012x}{0:020}", flow=None, asset=f"core:main.t_{index:05d}")
            for index in range(count)
        ),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_says_whose_report_it_is_of_what_and_when(language):
    text = page(sample(), language).text
    for wanted in (
        "示例银行股份有限公司",
        "20261122-093000-7f3a",
        "2026-11-22 09:30 UTC+08:00",
        "pii-audit 0.1.0",
        "branch-share",
    ):
        assert wanted in text


def test_the_statement_counts_what_is_at_or_above_the_threshold_and_what_was_not_read():
    text = page(sample()).text
    assert "Findings to act on at high or above: 7 (critical 2, high 5)" in text
    assert "Objects that could not be inspected: 2." in text
    assert "Exit code 1" in text
    assert "Findings to act on at critical or above: 2" in page(replace(sample(), notes={"fail_on": "critical"})).text


def test_only_a_complete_run_without_findings_looks_clean():
    assert page(clean()).classed("good")
    failed = Coverage("core", "main.x", CoverageStatus.FAILED, same("locked"))
    for notes in ({}, {"allow_incomplete": "true"}):
        incomplete = page(replace(clean(), coverage=(*clean().coverage, failed), notes=notes))
        assert incomplete.classed("warn")
        assert not incomplete.classed("good")
    assert not page(replace(clean(), coverage=())).classed("good")


@pytest.mark.parametrize("count", [25, html.FULL_CARDS + 1])
def test_every_finding_stands_in_the_page_once_in_cards_and_in_the_short_form(count):
    run = many(count)
    cards = page(run).classed("f")
    assert sorted(card["id"] for card in cards) == sorted(f"f-{finding.fingerprint[:12]}" for finding in run.findings)


def test_a_card_carries_evidence_clauses_remedy_policy_line_and_owner():
    text = page(replace(sample(), findings=findings()[:1])).text
    for wanted in (
        "212 card verification codes",
        "STO001",
        "PCI DSS v4.0.1",
        "What to do:",
        "policies/recipients.yaml:23",
        OFFICE,
        "2026-12-31",
        "3****************6",
        "2,980 of 3,000 rows",
    ):
        assert wanted in text


def test_in_the_short_form_clauses_and_remedies_stand_once_a_rule_and_links_lead_to_them():
    report = page(many(html.FULL_CARDS + 1))
    rules = {finding.rule for finding in findings()[:8]}
    assert {f"rule-{rule}" for rule in rules} <= set(report.having("id"))
    assert report.text.count("have the recipient delete theirs.") == len(rules)


def test_a_remedy_of_its_own_is_kept_in_the_short_form():
    run = many(html.FULL_CARDS + 1)
    own = replace(run.findings[-1], remediation=same("Drop column lxr_tel."))
    assert "Drop column lxr_tel." in page(replace(run, findings=(*run.findings[:-1], own))).text


def test_what_is_fixed_or_accepted_is_shown_and_not_counted():
    report = page(replace(sample(), findings=findings()[8:9]))
    assert report.classed("f")
    assert "Not counted: fixed, closed, accepted" in report.text
    assert "Findings to act on" not in report.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fetched_and_the_policy_allows_exactly_this_style_and_script(language):
    markup = html.render(sample(), language=language)
    report = Page(markup)
    assert not report.having("src")
    assert all(target.startswith(("#", "data:,")) for target in report.having("href"))
    assert not re.search(r"@import|url\((?!#)|https?://", markup)
    policy = next(
        attributes["content"]
        for tag, attributes in report.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", markup, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert not report.having("style")
    assert not [name for _, attributes in report.elements for name in attributes if name.startswith("on")]


PAYLOADS = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    '"><img src=x onerror=window.pwned=1>',
    "' onmouseover='window.pwned=1",
    "</title><svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "{{ 7*7 }}{% raw %}",
    "<!--",
    "]]>",
    "</style><b>",
    "&lt;script&gt;",
    "{count}",
    "</td></table>",
)


def poisoned(value: object, payload: str) -> object:
    """The value with every text that could come from data replaced; grades, kinds and enumerations stay."""
    if isinstance(
        value, (Severity, Status, Change, Outcome, Form, AssetKind, CoverageStatus, Levels, Sketch, AssetTally)
    ):
        return value
    if isinstance(value, str):
        return payload
    if isinstance(value, tuple):
        return tuple(poisoned(member, payload) for member in value)
    if isinstance(value, list):
        return [poisoned(member, payload) for member in value]
    if isinstance(value, dict):
        return {key: poisoned(member, payload) for key, member in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{name: poisoned(getattr(value, name), payload) for name in value.__dataclass_fields__})
    return value


def poisoned_run(payload: str) -> Run:
    run = poisoned(replace(sample(), notes={}), payload)
    assert isinstance(run, Run)
    names = ("organisation", "scope", "everyone", "region", f"unit.{payload}", f"source.{payload}.owner")
    names += tuple(f"flow.{payload}.{name}" for name in ("recipient", "purpose", "region", "source"))
    return replace(run, notes=dict.fromkeys(names, payload))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_data_holds_stays_text(payload):
    harmless, hostile = page(poisoned_run("x")), page(poisoned_run(payload))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert [set(attributes) for _, attributes in hostile.elements] == [
        set(attributes) for _, attributes in harmless.elements
    ]
    assert " ".join(payload.split()) in hostile.text


def test_control_bidirectional_and_broken_characters_are_shown_and_never_written():
    markup = html.render(poisoned_run("a\x1b[31m\u202egpj\u200b\x00\ud800\nb"), language="zh")
    assert r"a\x1b[31m\u202egpj\u200b\x00\ud800\nb" in markup
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u200b\ud800]", markup)
    markup.encode("utf-8")


def test_a_name_of_a_hundred_kilobytes_is_cut_and_says_how_much_was_left_out():
    markup = html.render(poisoned_run("名" * 100_000), language="zh")
    assert "名" * 2_000 + "… (+98000)" in markup
    assert "名" * 2_001 not in markup


def test_no_value_of_a_phone_or_identity_number_stands_in_the_page():
    text = page(sample(), "zh").text
    assert not re.search(r"(?<![0-9a-f])(?:1[3-9]\d{9}|\d{17}[\dX]|\d{16,19})(?![0-9a-f])", text)


@pytest.mark.parametrize("run", [sample(), many(html.FULL_CARDS + 1), clean()], ids=["sample", "many", "clean"])
def test_the_page_is_well_formed_and_its_headings_labels_and_links_are_in_order(run):
    report = page(run)
    assert not report.crossed
    assert not report.open
    levels = [int(tag[1]) for tag, _ in report.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = report.having("id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in report.having("href") if target.startswith("#")} <= set(ids)
    assert {attributes["for"] for tag, attributes in report.elements if tag == "label" and "for" in attributes} <= set(
        ids
    )
    assert {"header", "nav", "main"} <= {tag for tag, _ in report.elements}
    charts = [attributes for tag, attributes in report.elements if tag == "svg"]
    assert all(chart.get("role") == "img" and chart.get("aria-label") for chart in charts)


def test_a_sample_says_at_most_k_of_n_and_a_full_reading_says_the_share():
    text = page(sample()).text
    assert "at most 119,692 of 120,000 rows at 95 %" in text
    assert "read in full: 99.3%" in text


def test_what_everyone_reads_stands_first_and_is_marked():
    report = page(sample())
    assert len(report.classed("everyone")) == 2
    access = report.text[report.text.index("Who reaches personal") :]
    assert access.index("PUBLIC") < access.index("role:teller")
    assert "1 other grants lead to nothing" in access


def test_reading_rights_are_drawn_and_the_picture_says_how_many_of_all():
    grants = tuple(
        Grant(f"user:u{n}", "core:main.customer", "select", "GRANT teller", (f"user:u{n}", "role:teller"))
        for n in range(40)
    )
    report = page(replace(sample(), grants=grants))
    assert "Drawn are the 40 gravest of 40 reading rights" in report.text
    assert {"user:u0 and 39 more", "role:teller", "core:main.customer"} <= {word.strip() for word in report.words}
    assert not [tag for tag, _ in page(replace(sample(), grants=())).elements if tag == "figure"][1:]


def test_the_heat_map_shows_where_which_identifier_is_and_of_how_many_people():
    report = page(sample())
    heat = report.text[report.text.index("Heat map") : report.text.index("Asset by asset")]
    assert "core:main.customer 2,980" in heat
    assert "2,980 people" in report.having("title")


def test_a_grant_on_one_column_counts_with_the_level_of_that_column():
    one = inspected("core", "main.t", AssetKind.TABLE, [("pw", "login_credential", C3), ("name", "person_name", C1)])
    run = replace(
        sample(),
        inspected=(one,),
        grants=(
            Grant("u1", "core:main.t", "SELECT", "GRANT", field="name"),
            Grant("u2", "core:main.t", "SELECT", "GRANT"),
        ),
    )
    rows = {row.principal: row.counts for row in html.access(run).principals}
    assert rows == {"u1": (0, 0, 1, 0), "u2": (1, 0, 0, 0)}


def test_the_ledger_lists_failures_with_their_reason_before_everything_else():
    text = page(sample()).text
    ledger = text[text.index("Every object that was met") :]
    assert ledger.index("encrypted, no password") < ledger.index("ignore rule *.ok") < ledger.index("main.product_00")


def test_a_list_too_long_says_how_many_it_leaves_out():
    lost = tuple(
        Coverage("share", f"f{number:05d}", CoverageStatus.FAILED, same("locked")) for number in range(html.LISTED + 7)
    )
    text = page(replace(clean(), coverage=lost)).text
    assert "Not listed here: 7 more." in text
    assert f"Objects that could not be inspected: {html.LISTED + 7:,}." in text


def test_a_recipient_abroad_is_marked_in_picture_and_table():
    report = page(sample())
    assert report.text.count("abroad: US") == 2
    assert len(report.classed("ch-abroad")) == 1


def test_the_same_run_gives_the_same_page():
    assert html.render(sample(), language="zh") == html.render(sample(), language="zh")


def test_every_sentence_exists_in_both_languages_and_is_used():
    shipped = sentences()
    for key, entry in shipped.items():
        assert set(entry) == {"zh", "en"}, key
        assert all(entry.values()), key
        assert sorted(re.findall(r"\{\w+\}", entry["zh"])) == sorted(re.findall(r"\{\w+\}", entry["en"])), key
    code = "".join(path.read_text("utf-8") for path in Path(html.__file__).parent.rglob("*.py"))
    templates = "".join(content.text(path) for path in content.walk("reports/html", ".html"))
    unused = [
        key
        for key in shipped
        if "." not in key
        and not key.startswith("filter_")
        and f'"{key}"' not in code + templates
        and f"'{key}'" not in templates
    ]
    assert not unused


# --- in a browser ----------------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """Chromium without a window, spoken to through the two pipes of `--remote-debugging-pipe` (Chrome DevTools Protocol)."""

    def __init__(self, profile: Path) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The protocol wants the pipes as descriptors 3 and 4, which subprocess cannot give.
        wrapper = "import os, sys; a, b = map(os.dup, map(int, sys.argv[1:3])); os.dup2(a, 3); os.dup2(b, 4); os.set_inheritable(3, True); os.set_inheritable(4, True); os.execv(sys.argv[3], sys.argv[3:])"
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1366,900",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-c", wrapper, str(theirs_in), str(theirs_out), str(CHROMIUM), *options],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader, self.writer = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb", 0)
        self.events: list[dict[str, Any]] = []
        self.number = 0
        self.session: dict[str, str] = {}

    def attach(self) -> None:
        tab = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = {
            "sessionId": self.call("Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        }
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def read(self) -> dict[str, Any]:
        raw = bytearray()
        while (byte := self.reader.read(1)) != b"\0":
            if not byte:
                pytest.fail("the browser went away")
            raw += byte
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self.events.append(message)
        return message

    def call(self, method: str, **params: object) -> dict[str, Any]:
        self.number += 1
        self.writer.write(
            json.dumps({"id": self.number, "method": method, "params": params, **self.session}).encode() + b"\0"
        )
        while (message := self.read()).get("id") != self.number:
            pass
        assert "error" not in message, message
        return message["result"]

    def open(self, path: Path) -> None:
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.read()

    def value(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def complaints(self) -> list[dict[str, Any]]:
        return [
            event
            for event in self.events
            if event["method"] in {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}
        ]

    def requests(self) -> list[str]:
        return [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the report is not tried in a browser")
    started = Browser(tmp_path / "profile")
    try:
        started.attach()
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        started.writer.close()
        started.reader.close()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Run], Path]:
    def write(run: Run) -> Path:
        path = tmp_path / "report.html"
        path.write_text(html.render(run, language="zh"), encoding="utf-8")
        return path

    return write


SHOWN = "[...document.querySelectorAll('.cards .f')].filter(card => card.offsetParent !== null).length"


def change(control: str, assignment: str) -> str:
    """Sets a control as a user would, and waits until the page has followed."""
    return (
        f"new Promise(done => {{ const c = document.querySelector({json.dumps(control)}); c.{assignment};"
        " c.dispatchEvent(new Event('input', {bubbles: true})); setTimeout(done, 300); })"
    )


def test_filters_and_search_work_in_a_browser_without_complaint_or_request(browser, written):
    path = written(sample())
    browser.open(path)
    assert browser.value(SHOWN) == 25
    browser.value(change("#q", "value = 'SHR003 collect'"))
    assert browser.value(SHOWN) == 1
    browser.value(change("#q", "value = ''"))
    browser.value(change("input[value=medium]", "checked = false"))
    assert browser.value(SHOWN) == 16
    browser.value(change("select[name=source]", "value = 'outbox'"))
    assert browser.value(SHOWN) == 5
    assert browser.value("document.querySelector('.count').textContent") == "显示 5 / 25"
    browser.value("new Promise(done => { document.querySelector('form').reset(); setTimeout(done, 300); })")
    assert browser.value(SHOWN) == 25
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]


def test_hostile_names_run_nothing_in_a_browser(browser, written):
    browser.open(written(poisoned_run("".join(PAYLOADS))))
    assert browser.value("typeof window.pwned") == "undefined"
    assert browser.complaints() == []


def test_paper_shows_details_and_the_findings_that_a_filter_hides(browser, written):
    browser.open(written(sample()))
    browser.value(change("#q", "value = 'no such thing'"))
    assert browser.value(SHOWN) == 0
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.value(SHOWN) == 25
    assert browser.value("document.querySelector('.f .fix').getBoundingClientRect().height") > 0
    assert browser.value("getComputedStyle(document.querySelector('.toc')).display") == "none"
    printed = base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 5


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_no_width_of_screen_makes_the_page_scroll_sideways(browser, written, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(written(sample()))
    assert browser.value("document.documentElement.scrollWidth") <= width


def test_the_page_switches_its_language_and_keeps_what_was_filtered(browser, written):
    browser.open(written(sample()))
    state = "[document.documentElement.lang, document.title.slice(0, 2), document.querySelector('h1').textContent.slice(0, 2)]"
    assert browser.value(state) == ["zh-CN", "个人", "个人"]
    browser.value(change("#q", "value = 'SHR003 collect'"))
    browser.value("document.querySelector('[data-switch]').click()")
    assert browser.value(state) == ["en", "Pe", "Pe"]
    assert browser.value(SHOWN) == 25
    browser.value(change("#q", "value = 'SHR003'"))
    assert 0 < browser.value(SHOWN) < 25
    browser.value("document.querySelector('[data-switch]').click()")
    assert browser.value(state) == ["zh-CN", "个人", "个人"]
    assert browser.value(SHOWN) == 1
    assert browser.value("document.querySelectorAll('#main').length") == 1
    assert browser.complaints() == []


def test_a_page_of_very_many_findings_holds_one_language_alone(browser, written):
    browser.open(written(many(html.FULL_CARDS + 1)))
    assert browser.value("document.querySelector('[data-switch]') === null")


def course() -> Course:
    zone = timezone(timedelta(hours=8))
    points = tuple(
        Point(f"r{number}", datetime(2026, number, 1, tzinfo=zone), {"critical": 1, "high": 10 - number}, number, 1)
        for number in range(1, 6)
    )
    ages = {severity.value: (1, 2, 0, 3) if severity is Severity.HIGH else (0, 0, 0, 0) for severity in Severity}
    return Course(points, ages, (Standing("hz<b>", 6, 5, 2, 1, 3, 12), Standing("", 1)))


def test_over_time_shows_trend_ages_and_units_with_every_figure_in_a_table():
    markup = html.render(sample(), language="en", course=course())
    report = Page(re.sub(r"<template .*?</template>", "", markup, flags=re.DOTALL))
    assert "The last 5 self-checks" in report.text
    assert "r5 2026-05-01 1 5 0 0 0 5 1" in " ".join(report.text.split())
    assert "hz<b> 6 5 2 1 3 12" in " ".join(report.text.split())
    assert "(none named) 1 0 0 0 0 –" in " ".join(report.text.split())
    assert "up to 7 days 1, up to 30 days 2, over 90 days 3" in markup


def test_one_run_alone_is_no_course():
    assert 'id="course"' not in html.render(
        sample(), language="en", course=replace(course(), points=course().points[:1])
    )


def test_what_people_wrote_of_a_finding_stays_text():
    payload = "</script><img src=x onerror=alert(1)>\x1b\u202e"
    content = Content("high", "violation")
    decision = Decision(payload, payload, payload, datetime(2026, 7, 1, tzinfo=CHINA), content, payload)
    decided = replace(sample().findings[0], status=Status.ACCEPTED, decision=decision)
    for count in (1, html.FULL_CARDS + 1):
        run = replace(sample(), findings=tuple(replace(decided, fingerprint=f"{place:032x}") for place in range(count)))
        report = page(run)
        assert not [tag for tag, _ in report.elements if tag == "img"]
        assert "<img src=x onerror=alert(1)>\\x1b\\u202e" in report.text


AXE = importlib.util.find_spec("axe_core_python")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_either_language(browser, tmp_path, dark):
    assert AXE is not None
    assert AXE.origin is not None
    script = (Path(AXE.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    path = tmp_path / "report.html"
    path.write_text(html.render(sample(), language="zh", course=course()), encoding="utf-8")
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.call("Emulation.setEmulatedMedia", features=features)
    browser.open(path)
    for _ in range(2):
        browser.value(f"(function () {{ {script} }}).call(window); 1")
        found = browser.value(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(result =>"
            " result.passes.length < 10 ? ['axe did not run'] : result.violations.filter(one => ['serious', 'critical'].includes(one.impact))"
            ".map(one => one.id + ' ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')))"
        )
        assert found == []
        browser.value("document.querySelector('[data-switch]').click()")


@pytest.mark.soak
def test_fifty_thousand_findings_open_and_answer_a_search(browser, written):
    path = written(many(50_000))
    assert path.stat().st_size < 60_000_000
    browser.open(path)
    browser.value(change("#q", "value = 't_00123'"))
    assert browser.value(SHOWN) == 1
