"""Presidio, both ways: our identifiers as recognizers of its registry, its recognizers as identifiers of ours.

Nothing here reaches for a network. spaCy and Presidio are imported when something is asked for, not with this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pii_audit.detection.presidio.adoption import adopted
    from pii_audit.detection.presidio.nlp import nlp_engine
    from pii_audit.detection.presidio.registration import analyzer, register, registry

__all__ = ["adopted", "analyzer", "nlp_engine", "register", "registry"]

_HOMES = {
    "adopted": "adoption",
    "analyzer": "registration",
    "nlp_engine": "nlp",
    "register": "registration",
    "registry": "registration",
}


def __getattr__(name: str) -> Any:
    """Binds a public name on first use; raises UsageError where the extra `names` is not installed."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from pii_audit.detection.presidio.installed import needed  # noqa: PLC0415 - only where something is asked for

    needed()
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
