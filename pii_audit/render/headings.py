"""What the columns of findings are called, on screens, in workbooks and in papers: one word for one thing."""

from __future__ import annotations

from pii_audit.language import Text

ID = Text("编号", "Id")
SEVERITY = Text("严重程度", "Severity")
STATUS = Text("状态", "Status")
RULE = Text("规则", "Rule")
FINDING = Text("问题", "Finding")
WHERE = Text("位置", "Where")
MESSAGE = Text("说明", "What is wrong")
REMEDY = Text("整改要求", "What to do")
UNIT = Text("责任单位", "Unit")
DUE = Text("整改期限", "Due")
