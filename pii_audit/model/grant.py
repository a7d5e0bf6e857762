"""Who may do what to which asset, and by which path the right comes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grant:
    """One effective right.

    `principal` is written as in policies: `user:alice`, `group:staff`, `role:teller`, `PUBLIC`, `world`. `opened_by`
    names the one grant that opens the path (`mode o+r on hz/`), `path` the steps from principal to asset; `field` is
    None for the whole asset. `closing` are the statements that take back that grant, for somebody to run who has decided to.
    """

    principal: str
    asset: str
    privilege: str
    opened_by: str
    path: tuple[str, ...] = ()
    field: str | None = None
    grantable: bool = False
    closing: tuple[str, ...] = ()
