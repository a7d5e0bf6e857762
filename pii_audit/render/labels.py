"""The words of the screens, one for one thing, in both languages."""

from __future__ import annotations

from enum import Enum

from pii_audit.language import Language, Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Change, Outcome, Severity, Status, Use
from pii_audit.model.forms import Form
from pii_audit.model.lifecycle import Action

STAGES = ("collect", "store", "use", "provide")
"""The life of information, in the order in which reports speak of it."""

_WORDS: dict[Enum, Text] = {
    Severity.CRITICAL: Text("严重", "CRITICAL"),
    Severity.HIGH: Text("高", "HIGH"),
    Severity.MEDIUM: Text("中", "MEDIUM"),
    Severity.LOW: Text("低", "LOW"),
    Severity.INFO: Text("提示", "INFO"),
    Outcome.COMPLIANT: Text("合规", "compliant"),
    Outcome.VIOLATION: Text("违规", "VIOLATION"),
    Outcome.GAP: Text("无法证明", "GAP"),
    Use.NEEDED: Text("必需", "needed"),
    Use.ALLOWED: Text("允许", "allowed"),
    Use.EXCESS: Text("超出", "excess"),
    Use.FORBIDDEN: Text("禁止", "forbidden"),
    Use.NOT_SEEN: Text("未见", "not seen"),
    Status.OPEN: Text("待处理", "open"),
    Status.ASSIGNED: Text("已分派", "assigned"),
    Status.RECTIFYING: Text("整改中", "rectifying"),
    Status.CLOSED: Text("已关闭", "closed"),
    Status.ACCEPTED: Text("已接受风险", "accepted"),
    Status.FALSE_POSITIVE: Text("误报", "false positive"),
    Status.NOT_RECHECKED: Text("本次未复查", "not re-checked"),
    Change.NEW: Text("新增", "new"),
    Change.PERSISTENT: Text("持续", "persistent"),
    Change.FIXED: Text("已整改", "fixed"),
    Change.REOPENED: Text("复发", "reopened"),
    Change.NOT_RECHECKED: Text("本次未复查", "not re-checked"),
    CoverageStatus.INSPECTED: Text("全量检查", "inspected"),
    CoverageStatus.SAMPLED: Text("抽样", "sampled"),
    CoverageStatus.SKIPPED: Text("跳过", "skipped"),
    CoverageStatus.FAILED: Text("未能检查", "failed"),
    AssetKind.TABLE: Text("表", "table"),
    AssetKind.VIEW: Text("视图", "view"),
    AssetKind.FILE: Text("文件", "file"),
    AssetKind.FEED: Text("外发", "feed"),
    AssetKind.QUERY: Text("SQL 语句", "SQL statement"),
    Form.PLAIN: Text("明文", "plain"),
    Form.ENCODED: Text("编码", "encoded"),
    Form.BARE_HASH: Text("无密钥散列", "bare hash"),
    Form.TRUNCATED: Text("截断", "truncated"),
    Form.MASKED: Text("掩码", "masked"),
    Form.KEYED_HASH: Text("带密钥散列", "keyed hash"),
    Form.TOKENISED: Text("令牌化", "tokenised"),
    Form.ENCRYPTED: Text("加密", "encrypted"),
    Form.PASSWORD_HASH: Text("口令散列", "password hash"),
    Form.ABSENT: Text("未出现", "absent"),
}

# Apart from the others: members of different enumerations that are one word in code are one key in a mapping.
_ACTIONS: dict[Action, Text] = {
    Action.FOUND: Text("发现", "found"),
    Action.CLOSED: Text("复查后关闭", "closed by a re-scan"),
    Action.RETURNED: Text("复发", "came back"),
    Action.LAPSED: Text("决定失效", "decision lapsed"),
    Action.EXCEPTED: Text("策略例外覆盖", "under an exception"),
    Action.FOLLOWED: Text("资产改名，沿用", "asset renamed, carried on"),
    Action.ASSIGNED: Text("分派", "assigned"),
    Action.RECTIFYING: Text("开始整改", "being put right"),
    Action.ACCEPTED: Text("接受风险", "risk accepted"),
    Action.REJECTED: Text("记为误报", "false positive"),
    Action.REOPENED: Text("重新打开", "reopened"),
    Action.ANSWERED: Text("责任单位答复", "answered by the unit"),
    Action.LOCATED: Text("已定位", "located"),
    Action.REMINDED: Text("已提醒", "reminded"),
}

_STAGE_TITLES = {
    "collect": Text("收集", "Collect"),
    "store": Text("保存", "Store"),
    "use": Text("使用", "Use"),
    "provide": Text("对外提供", "Provide"),
}
_OTHER_STAGE = Text("其他", "Other")

_KINDS = {
    "run": Text("自查", "Self-check"),
    "gate": Text("外发检查", "Export gate"),
    "inspect": Text("检查", "Inspection"),
    "access": Text("权限检查", "Access review"),
}


def word(member: Enum, language: Language) -> str:
    """The word for a severity, outcome, status, change, form or kind."""
    return _WORDS[member].in_(language)


def action_word(action: Action, language: Language) -> str:
    """The word for a step in a finding's life."""
    return _ACTIONS[action].in_(language)


def form_word(form: str | None, language: Language) -> str:
    """The word for a form that may be none of ours (a verdict also judges properties of a flow)."""
    if form is None:
        return ""
    return word(Form(form), language) if form in set(Form) else form


def stage_title(stage: str, language: Language) -> str:
    """The heading of a stage."""
    return _STAGE_TITLES.get(stage, _OTHER_STAGE).in_(language)


def kind_title(kind: str, language: Language) -> str:
    """What kind of run it was; its own name where it is none of ours."""
    title = _KINDS.get(kind)
    return title.in_(language) if title else kind
