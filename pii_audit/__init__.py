"""Self-inspection toolkit for personal financial information: what lies where, who can read it, what leaves.

`detect_text`, `detect_column`, `audit` and `load` are bound on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "audit": "pii_audit.auditing.selfcheck:audit",
    "detect_column": "pii_audit.detection:detect_column",
    "detect_text": "pii_audit.detection:detect_text",
    "load": "pii_audit.workspace:load_workspace",
}

__all__ = ["__version__", "audit", "detect_column", "detect_text", "load"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return list(__all__)
