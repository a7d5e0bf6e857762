"""People and groups of Active Directory, as an export that the workspace names describes them."""

from __future__ import annotations

from pii_audit.directory.directory import DOMAIN_USERS_NAME, NOBODY, Directory, Members
from pii_audit.directory.loading import load_directory

__all__ = ["DOMAIN_USERS_NAME", "NOBODY", "Directory", "Members", "load_directory"]
