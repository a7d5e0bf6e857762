"""Lists that departments keep beside a workspace."""

from __future__ import annotations

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.workspace.model import Workspace


def read_list(workspace: Workspace, file: str, what: Text) -> str:
    """The text of a list in UTF-8; UsageError where it cannot be read, in which `what` names it."""
    try:
        return (workspace.root / file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        kind = type(error).__name__
        raise UsageError(
            Text(f"无法读取{what.zh}（{kind}）", f"{what.en} cannot be read ({kind})"),
            where=file,
            todo=Text("请检查路径、权限和编码（UTF-8）", "check its path, permissions and encoding (UTF-8)"),
        ) from None
