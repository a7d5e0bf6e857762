"""From grants as a server keeps them to effective rights: who reaches which field, and by which path."""

from pii_audit.access.closing import closing_statements
from pii_audit.access.effective import effective_access
from pii_audit.access.settings import server_settings

__all__ = ["closing_statements", "effective_access", "server_settings"]
