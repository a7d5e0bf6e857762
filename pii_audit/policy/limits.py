"""How far `up_to` of an access rule reaches: by the C class, and by the other grades where an identifier has none."""

from __future__ import annotations

from pii_audit.identifiers.model import Catalogue
from pii_audit.model.levels import Levels, LevelSelector


def is_within(limit: str, identifier: str, levels: Levels, catalogue: Catalogue) -> bool:
    """Whether an identifier of these levels is within the limit, a C class."""
    return levels.implied <= LevelSelector("jrt0171", limit).rank and not is_ungraded(identifier, levels, catalogue)


def is_ungraded(identifier: str, levels: Levels, catalogue: Catalogue) -> bool:
    """Whether nothing says how sensitive it is, so that it is within no limit; identifiers of firms have no grade."""
    return not levels.implied and identifier not in catalogue.groups.get("organisation", ())
