"""The accounts of people who have left or moved, as the personnel department lists them."""

from __future__ import annotations

from pii_audit.language import Text
from pii_audit.workspace.lists import read_list
from pii_audit.workspace.model import Workspace


def load_leavers(workspace: Workspace) -> frozenset[str]:
    """The account names of the file that `leavers` names; none without one.

    One account a line, or the first column of a CSV file; empty lines and those that begin with # say nothing. UsageError when
    it cannot be read: an account that should be gone would pass for one in order.
    """
    if workspace.leavers is None:
        return frozenset()
    text = read_list(workspace, workspace.leavers, Text("离岗账号清单", "the list of leavers' accounts"))
    names = (line.partition(",")[0].strip().strip('"') for line in text.splitlines() if not line.startswith("#"))
    return frozenset(name for name in names if name)
