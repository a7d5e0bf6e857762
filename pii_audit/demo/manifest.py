"""What is wrong in the demo bank, on purpose: an audit must find each of these, and nothing else as bad."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pii_audit.demo import outbox, share
from pii_audit.language import Text
from pii_audit.model.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted problem.

    `severity` is the least that it must be reported at. `source`, `flow`, `asset` (the asset's id) and `identifier`
    say which resource the finding is about; those that are None are left open.
    """

    rule: str
    severity: Severity
    explanation: Text
    source: str | None = None
    flow: str | None = None
    asset: str | None = None
    identifier: str | None = None

    def is_found_by(self, finding: Finding) -> bool:
        """Whether the finding reports this problem: same rule, same resource, bad enough."""
        return (
            finding.rule == self.rule
            and finding.severity.at_least(self.severity)
            and self.source in (None, finding.source, *finding.resource)
            and self.flow in (None, finding.flow, *finding.resource)
            and (self.asset is None or self.asset in finding.assets)
            and (self.identifier is None or self.identifier in finding.identifiers)
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `build` made: the folder, how many retail customers are in it, and what is wrong with it."""

    folder: Path
    customers: int
    planted: tuple[Planted, ...]

    def missed(self, findings: Iterable[Finding]) -> tuple[Planted, ...]:
        """Planted problems that none of the findings reports."""
        seen = tuple(findings)
        return tuple(problem for problem in self.planted if not any(map(problem.is_found_by, seen)))

    def unexpected(self, findings: Iterable[Finding], severity: Severity = Severity.HIGH) -> tuple[Finding, ...]:
        """Findings of at least that severity that nobody planted."""
        bad = (finding for finding in findings if finding.severity.at_least(severity))
        return tuple(finding for finding in bad if not any(problem.is_found_by(finding) for problem in self.planted))


PLANTED = (
    Planted(
        "STO001",
        Severity.CRITICAL,
        Text("支付网关的调试日志里有 CVV2", "the payment gateway's debug log holds CVV2 codes"),
        source="share",
        asset=f"share:{share.LOG}",
        identifier="card_cvv2",
    ),
    Planted(
        "STO002",
        Severity.HIGH,
        Text("同一份日志里有明文卡号", "the same log holds card numbers in clear"),
        source="share",
        asset=f"share:{share.LOG}",
        identifier="bank_card",
    ),
    Planted(
        "STO002",
        Severity.HIGH,
        Text(
            "GB18030 编码的客户导出放在共享目录，含明文身份证号",
            "a GB18030 customer export on the share, with resident IDs in clear",
        ),
        source="share",
        asset=f"share:{share.EXPORT}",
        identifier="cn_resident_id",
    ),
    Planted(
        "STO002",
        Severity.HIGH,
        Text("报表平台的数据库口令写在配置文件里", "a database password stands in a configuration file"),
        source="share",
        asset=f"share:{share.CREDENTIALS}",
        identifier="login_credential",
    ),
    Planted(
        "STO003",
        Severity.HIGH,
        Text(
            "十二位客户销户已超过 15 年，资料未删除", "twelve customers left more than 15 years ago and are still kept"
        ),
        source="core",
        asset="core:customer",
    ),
    Planted(
        "USE001",
        Severity.HIGH,
        Text("客户名单任何人可读", "a customer list that everybody on the machine can read"),
        source="share",
        asset=f"share:{share.OPEN_LIST}",
    ),
    Planted(
        "USE006",
        Severity.HIGH,
        Text("测试库里有核心系统的真实客户", "real customers of the core system stand in the test database"),
        source="test",
        asset="test:customer",
    ),
    Planted("GOV001", Severity.LOW, Text("测试库没有责任人", "nobody answers for the test database"), source="test"),
    Planted(
        "SHR002",
        Severity.HIGH,
        Text("催收文件含紧急联系人的电话", "the collection feed carries emergency contacts' phones"),
        flow="collection-weekly",
        identifier="cn_mobile",
    ),
    Planted(
        "SHR002",
        Severity.HIGH,
        Text("催收文件含紧急联系人的姓名", "the collection feed carries emergency contacts' names"),
        flow="collection-weekly",
        identifier="person_name",
    ),
    Planted(
        "SHR003",
        Severity.HIGH,
        Text("催收只需证件号后四位，却给了完整号码", "collection takes the last four of the ID and gets the whole"),
        flow="collection-weekly",
        identifier="cn_resident_id",
    ),
    Planted(
        "SHR004",
        Severity.HIGH,
        Text("催收文件含没有逾期的客户", "the collection feed names customers who are not overdue"),
        flow="collection-weekly",
    ),
    Planted(
        "SHR007",
        Severity.HIGH,
        Text("与保险公司的协议 2025 年底已到期", "the insurer's agreement ended with 2025"),
        flow="insurance-monthly",
    ),
    Planted(
        "XBR001",
        Severity.HIGH,
        Text("数据出境没有任何合规机制", "data go abroad without any transfer mechanism"),
        flow="analytics-weekly",
    ),
    Planted(
        "SHR003",
        Severity.HIGH,
        Text("手机号只做了不带密钥的 MD5,等同明文", "mobile numbers under a bare MD5, which is as good as clear"),
        flow="analytics-weekly",
        identifier="cn_mobile",
    ),
    Planted(
        "SHR008",
        Severity.HIGH,
        Text("营销名单没有同意标志列，无法证明同意", "the marketing extract has no column that proves consent"),
        flow="marketing-extract",
    ),
    Planted(
        "SHR006",
        Severity.HIGH,
        Text("外发目录里有一个没有登记的文件", "a file in the outbox that no flow declares"),
        source="outbox",
        asset=f"outbox:{outbox.UNDECLARED}",
    ),
)
