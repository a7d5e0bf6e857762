"""The table of commands: what each does in a line, and the module that does it, imported only when it is called."""

from __future__ import annotations

from pii_audit.language import Text

COMMANDS: dict[str, Text] = {
    "demo": Text("建一家示例银行并完整审计一遍", "build the demo bank and audit it from end to end"),
    "init": Text(
        "新建工作区：带注释的 audit.yaml、入门策略和密钥",
        "start a workspace: a commented audit.yaml, starter policies, a key",
    ),
    "doctor": Text(
        "检查配置、驱动、连接和可选组件，并说明如何修好",
        "check configuration, drivers, connections, optional parts; say how to fix each",
    ),
    "run": Text("自查：采集、识别、评估、记录、出报告", "the self-check: crawl, detect, evaluate, record, report"),
    "inspect": Text("临时查看文件或标准输入，不需要工作区", "look at files or standard input, no workspace needed"),
    "gate": Text(
        "这份导出可以离开吗？读完全部内容后裁决", "may this export leave? reads everything, decides, says why"
    ),
    "collect": Text(
        "为连不到的数据库写出只读采集程序，带回签名的采集包",
        "write a read-only collector for a database that cannot be reached; it brings back a signed bundle",
    ),
    "access": Text(
        "谁能读到哪些个人信息、经由哪条路径、如何收回",
        "who can read what personal information, by which path, and what would close it",
    ),
    "inventory": Text(
        "个人信息在哪里：对象、字段、标识符、级别、人数",
        "where personal information is: asset, field, identifier, level, people",
    ),
    "findings": Text(
        "发现的全过程：list、show、assign、rectify、accept、reject、reopen、history、verify、export、import、locate",
        "the life of findings: list, show, assign, rectify, accept, reject, reopen, history, verify, export, import, locate",
    ),
    "notify": Text(
        "到期提醒：邮件与 webhook(默认只显示)", "reminders of due dates, by mail or webhook (only shown by default)"
    ),
    "report": Text("任意一次运行，任意格式", "any run in any format"),
    "policy": Text(
        "策略：check(检查)、test(用例)、explain(解释)、diff(比较)、draft(起草)、schema(JSON Schema)",
        "policies: check, test, explain, diff, draft, schema",
    ),
    "identifiers": Text(
        "能识别什么、依据什么：list、show、test", "what can be recognised, and on which facts: list, show, test"
    ),
}
