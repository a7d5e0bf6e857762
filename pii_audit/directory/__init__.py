"""People and groups of Active Directory, as an export that the workspace names describes them.

`loading` is asked for by its own name: collectors take the rest with them, and know no workspace.
"""

from __future__ import annotations

from pii_audit.directory.directory import DOMAIN_USERS_NAME, NOBODY, Directory, Members

__all__ = ["DOMAIN_USERS_NAME", "NOBODY", "Directory", "Members"]
