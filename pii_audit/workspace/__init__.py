"""audit.yaml → Workspace: what is inspected, who answers for it, which policies hold, where results are kept."""

from __future__ import annotations

from pii_audit.workspace.accounts import Account, AccountKind, load_accounts
from pii_audit.workspace.language import STANDARDS, workspace_schema
from pii_audit.workspace.leavers import load_leavers
from pii_audit.workspace.loader import FILE_NAME, PACKS, find_workspace, from_here, load_workspace, packs, shown_path
from pii_audit.workspace.model import AtRest, Institution, Source, Unit, Workspace
from pii_audit.workspace.references import key_file, load_key, resolve, resolved

__all__ = [
    "FILE_NAME",
    "PACKS",
    "STANDARDS",
    "Account",
    "AccountKind",
    "AtRest",
    "Institution",
    "Source",
    "Unit",
    "Workspace",
    "find_workspace",
    "from_here",
    "key_file",
    "load_accounts",
    "load_key",
    "load_leavers",
    "load_workspace",
    "packs",
    "resolve",
    "resolved",
    "shown_path",
    "workspace_schema",
]
