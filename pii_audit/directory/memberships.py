"""The commands that end memberships in groups of Active Directory, and that keep somebody from logging in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pii_audit.directory.directory import Directory


def leaving(directory: Directory, chain: Sequence[int]) -> tuple[str, ...]:
    """What ends the memberships on the way from somebody to a group, one for each principal on it.

    Nobody leaves Domain Users, his primary group: that group leaves the next one.
    """
    commands: list[str] = []
    pending = 0
    for member, group in pairwise(chain):
        if (group, member) in directory.carried:
            kind = "Group" if directory.is_group(member) else "User"
            earlier = f"@{{SIDHistory='{directory.sid(group)}'}}"
            commands.append(f"Set-AD{kind} -Identity {_quoted(directory, member)} -Remove {earlier}")
            continue
        if not directory.is_domain_users(member):
            pending += 1
        if directory.is_domain_users(group):
            continue
        command = f"Remove-ADGroupMember -Identity {_quoted(directory, group)} -Members {_quoted(directory, member)}"
        commands += [command] * max(pending, 1)
        pending = 0
    return tuple(commands)


def locking(directory: Directory, person: int) -> tuple[str, ...]:
    """What disables somebody's account."""
    return (f"Disable-ADAccount -Identity {_quoted(directory, person)}",)


def _quoted(directory: Directory, node: int) -> str:
    """A name in PowerShell's quotes."""
    return "'" + directory.names[node].replace("'", "''") + "'"
