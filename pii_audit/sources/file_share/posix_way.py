"""Who gets through folders to a file by the groups of the folders (IEEE Std 1003.1, section 4.7).

A file that its mode opens to everybody, in a folder that lets one group pass, is read by that group, whatever the file's own is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GROUP, OTHER = 3, 0
"""How far the bits of a class are shifted in the mode."""
MOST = 256
"""Ways that are followed at once: more groups stand on no real path."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A folder or file: what is asked of it (4 read, 2 write, 1 pass), and what its group, its named groups and others have.

    `mode` has the group's own bits in the place of the mask.
    """

    name: str
    asked: int
    mode: int
    group: int | None
    named: Mapping[int, int] = field(default_factory=dict)

    def opens(self, groups: frozenset[int]) -> str | None:
        """By what somebody passes who is in these groups and owns nothing: `g`, `acl`, or `o`; None where he does not."""
        owning = self.group is not None and self.group in groups
        if owning and self.mode >> GROUP & self.asked:
            return "g"
        listed = [bits for number, bits in self.named.items() if number in groups]
        if any(bits & self.asked for bits in listed):
            return "acl"
        # Whoever is in a group that has an entry is not among the others.
        return "o" if not owning and not listed and self.mode >> OTHER & self.asked else None

    def granting(self) -> list[int]:
        """The groups that it lets through."""
        own = [self.group] if self.group is not None and self.mode >> GROUP & self.asked else []
        return [*own, *(number for number, bits in self.named.items() if bits & self.asked)]


def groups_through(gates: Sequence[Gate]) -> list[frozenset[int]]:
    """The smallest sets of groups that somebody has to be in to pass all gates; none where everybody passes."""
    found: set[frozenset[int]] = {frozenset()}
    for gate in gates:
        passing = {groups for groups in found if gate.opens(groups)}
        wider = {groups | {number} for groups in found - passing for number in gate.granting()}
        found = set(sorted(passing | wider, key=lambda groups: (len(groups), sorted(groups)))[:MOST])
    whole = [groups for groups in found if all(gate.opens(groups) for gate in gates)]
    if frozenset() in whole:
        return []
    smallest = [groups for groups in whole if not any(other < groups for other in whole)]
    return sorted(smallest, key=sorted)


def folders(relative: Path) -> list[Path]:
    """The folders on the way to a file, from the outermost."""
    return [folder for folder in reversed(relative.parents) if folder.parts]
