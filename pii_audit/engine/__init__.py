"""Engines: what looks into the assets of a source."""

from __future__ import annotations

from pii_audit.engine.interface import Engine


def engine(jobs: int = 1) -> Engine:
    """The engine for so many processes side by side."""
    if jobs == 1:
        from pii_audit.engine.local import LocalEngine  # noqa: PLC0415 - only the one that is asked for

        return LocalEngine()
    from pii_audit.engine.pool import PoolEngine  # noqa: PLC0415

    return PoolEngine(jobs)
