"""The accounts of people who have left or moved, as the personnel department lists them."""

from __future__ import annotations

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.workspace.model import Workspace


def load_leavers(workspace: Workspace) -> frozenset[str]:
    """The account names of the file that `leavers` names; none without one.

    One account a line, or the first column of a CSV file; empty lines and those that begin with # say nothing. UsageError when
    it cannot be read: an account that should be gone would pass for one in order.
    """
    if workspace.leavers is None:
        return frozenset()
    try:
        text = (workspace.root / workspace.leavers).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Text(
                f"无法读取离岗账号清单({type(error).__name__})",
                f"the list of leavers' accounts cannot be read ({type(error).__name__})",
            ),
            where=workspace.leavers,
            todo=Text("请检查路径、权限和编码(UTF-8)", "check its path, permissions and encoding (UTF-8)"),
        ) from None
    names = (line.partition(",")[0].strip().strip('"') for line in text.splitlines() if not line.startswith("#"))
    return frozenset(name for name in names if name)
