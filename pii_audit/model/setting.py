"""How a server is set up, as far as that opens a way which no grant on a table shows, or leaves one open or unseen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pii_audit.language import Text


class SettingKind(StrEnum):
    """What a setting is about."""

    DEFAULT_PRIVILEGES = "default_privileges"
    SELF_GRANT = "self_grant"
    RAW_ACCESS = "raw_access"
    FOREIGN_SERVER = "foreign_server"
    OPEN_ROUTINE = "open_routine"
    PROXY = "proxy"
    NO_PASSWORD = "no_password"  # noqa: S105 - the word, not one
    ANY_HOST = "any_host"
    NO_TLS = "no_tls"
    NO_AUDIT = "no_audit"


@dataclass(frozen=True, slots=True)
class Setting:
    """One such setting of a source.

    `subject` names it and is its identity: an account, a line of a file, a default. `principal` is who gains by it; `reaches` are
    those whose rights are gained, empty where the whole source is concerned. `said` is what is the case, `remedy` what to do,
    `closing` the statements for it, in order, and `breaks` who or what stops working then.
    """

    source: str
    kind: SettingKind
    subject: str
    said: Text
    remedy: Text
    principal: str | None = None
    reaches: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    breaks: Text | None = None
