"""Who may do what to which asset, and by which path the right comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EVERYONE = ("PUBLIC", "world", "Everyone", "Authenticated Users", "Domain Users", "'%'")
"""Principals that stand for everybody, whatever else a policy names as such."""


_KINDS = ("user", "role", "group")


@dataclass(frozen=True, slots=True)
class Grant:
    """One effective right.

    `principal` is written as in policies: `user:alice`, `group:staff`, `role:teller`, `PUBLIC`, `world`. `opened_by`
    names the one grant that opens the path (`mode o+r on hz/`), `path` the steps from principal to asset; `field` is
    None for the whole asset. `closing` are the statements that take back that grant, `withholding` its grant option alone,
    `leaving` those that end one membership after the other on the path, `locking` those that keep the principal from logging in; they are for somebody to run who has decided to.
    `wider` says of a file that the folder in which it lies is not listed to this principal.
    """

    principal: str
    asset: str
    privilege: str
    opened_by: str
    path: tuple[str, ...] = ()
    field: str | None = None
    grantable: bool = False
    closing: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    withholding: tuple[str, ...] = ()
    locking: tuple[str, ...] = ()
    wider: bool = False

    @property
    def principals(self) -> tuple[str, ...]:
        """Those on the path, from who has the right to whom it was granted."""
        return (self.principal, *(step for step in self.path if step != self.principal and is_principal(step)))


def is_principal(step: str) -> bool:
    """Whether a step of a path is somebody, and not what is done or passed through."""
    return bool(_parted(step)[0]) or step in ("PUBLIC", "'%'")


def is_called(principal: str, names: Iterable[str]) -> bool:
    r"""Whether one of the names means this principal; one that tells a kind means no principal of another.

    `crm_app` is `user:crm_app`, on MySQL `user:crm_app@10.%`, and `user:BANK\crm_app` of a domain; `BANK\crm_app` is
    `user:crm_app` where the domain of that is not told.
    """
    kind, bare = _parted(principal)
    spelled = {bare, bare.partition("@")[0], bare.rpartition("\\")[2]} - {""}
    if kind and "\\" not in bare and "@" not in bare:
        spelled.add(f"\\{bare}")  # of whichever domain
    ends = tuple(spelled)
    # Whoever has left is a list of thousands: only what ends alike is taken apart.
    return any(_means(name, kind, spelled) for name in names if name.endswith(ends))


def is_called_in_any_case(principal: str, names: Iterable[str]) -> bool:
    """The same whatever the case: no prohibition, and no list of people that was made elsewhere, fails by a capital letter."""
    return is_called(principal.casefold(), [name.casefold() for name in names])


def _means(name: str, kind: str, spelled: set[str]) -> bool:
    of, called = _parted(name)
    _, slash, account = called.rpartition("\\")
    return of in ("", kind) and not spelled.isdisjoint((called, slash + account))


def _parted(principal: str) -> tuple[str, str]:
    """The kind, where one is told, and the name."""
    kind, colon, bare = principal.partition(":")
    return (kind, bare) if colon and kind in _KINDS else ("", principal)


def is_everybody(principal: str, names: Iterable[str] = EVERYONE) -> bool:
    r"""Whether a principal is one of those that stand for everybody, in whatever case it is written.

    `all_staff` is `role:all_staff` and `group:BANK\all_staff` too, and no user of that name.
    """
    kind, _, bare = principal.casefold().partition(":")
    spelled = {principal.casefold()}
    if kind in ("role", "group"):
        spelled |= {bare, bare.rpartition("\\")[2]}
    return any(name.casefold() in spelled for name in names)
