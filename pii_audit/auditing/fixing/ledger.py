"""What was changed, column by column, with rule and line: for people, for programs and for a receipt."""

from __future__ import annotations

from typing import Any

from pii_audit.auditing.fixing.fix import Fixed
from pii_audit.auditing.fixing.remedy import Action
from pii_audit.auditing.inputs import FileDigest
from pii_audit.language import Language, Text
from pii_audit.render.safe import safe

VERSION = 1
_ACTIONS = {
    Action.MASKED: Text("屏蔽", "masked"),
    Action.GENERALISED: Text("泛化", "generalised"),
    Action.KEYED_HASH: Text("带密钥哈希", "replaced by keyed hashes"),
    Action.TOKENISED: Text("令牌化", "replaced by tokens"),
    Action.REMOVED: Text("清空", "emptied"),
}


def changes(fixed: Fixed) -> list[dict[str, Any]]:
    """One entry for each column that was touched: dropped, or with how many values were written in which way."""
    plan = fixed.plan
    touched = [name for name in fixed.columns if name in plan.dropped or name in plan.treated]
    found = []
    for name in touched:
        reason = plan.reasons.get(name)
        entry: dict[str, Any] = {
            "column": name,
            "action": "dropped" if name in plan.dropped else "treated",
            "rule": reason.rule if reason else None,
            "policy": reason.policy.to_line if reason and reason.policy else None,
        }
        if name in plan.treated:
            entry["identifiers"] = sorted(plan.treated[name].remedies)
            entry["values"] = {str(action): count for action, count in sorted(fixed.counts.get(name, {}).items())}
        if name in plan.renamed:
            entry["renamed"] = plan.renamed[name]
        found.append(entry)
    return found


def document(fixed: Fixed, source: str, digest: FileDigest, out: str) -> dict[str, Any]:
    """The ledger of one fix."""
    notes = fixed.run.notes
    ledger = changes(fixed)
    touched = {entry["column"] for entry in ledger}
    return {
        "version": VERSION,
        "flow": notes["flow"],
        "recipient": notes["recipient"],
        "purpose": notes["purpose"],
        "input": {"file": source, "sha256": digest.sha256, "bytes": digest.bytes},
        "output": {"file": out, "sha256": fixed.output.sha256, "bytes": fixed.output.bytes} if fixed.output else None,
        "changes": ledger,
        "untouched": [name for name in fixed.columns if name not in touched],
    }


def sentences(fixed: Fixed, language: Language) -> list[str]:
    """The ledger as lines to read."""
    lines = []
    for entry in changes(fixed):
        because = f"({entry['rule']} {entry['policy']})" if entry["rule"] else ""
        if entry["action"] == "dropped":
            what = Text("整列删除", "dropped")
        else:
            counted = [(_ACTIONS[Action(name)], count) for name, count in entry["values"].items()]
            what = Text(
                "、".join(f"{count:,} 个值{done.zh}" for done, count in counted) or "没有要改的值",
                ", ".join(f"{count:,} value(s) {done.en}" for done, count in counted) or "no value to change",
            )
        if "renamed" in entry:
            what = Text(f"{what.zh}；改名为 {entry['renamed']}", f"{what.en}; now called {entry['renamed']}")
        lines.append(safe(f"{entry['column']}: {what.in_(language)} {because}".rstrip()))
    return lines
