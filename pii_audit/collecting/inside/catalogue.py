"""In place of `identifiers.catalogue`: what is looked for comes with the collector, compiled already."""

from __future__ import annotations

import json

from pii_audit.collecting.inside import tables
from pii_audit.identifiers.model import Catalogue, Identifier
from pii_audit.model.codec import decode

__all__ = ["Catalogue", "load_catalogue"]


def load_catalogue() -> Catalogue:
    """The identifiers of this collector."""
    found = [decode(Identifier, one) for one in json.loads(tables.IDENTIFIERS)]
    return Catalogue({identifier.id: identifier for identifier in found}, {})
