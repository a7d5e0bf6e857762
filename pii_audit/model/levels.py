"""Sensitivity levels under several standards, and the short names by which policies speak of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLASSES: tuple[str, ...] = ("C1", "C2", "C3")
"""Categories of JR/T 0171-2020, weakest first."""
_RANKS = {name: number for number, name in enumerate(CLASSES, 1)}

Scheme = Literal["jrt0171", "jrt0197", "pci"]


@dataclass(frozen=True, slots=True)
class Levels:
    """The minimum grade of one identifier under each standard; None where the standard has none."""

    jrt0171: str | None = None
    jrt0197: int | None = None
    pci: Literal["chd", "sad"] | None = None

    @property
    def rank(self) -> int:
        """0 (no C class) to 3 (C3), for sorting."""
        return _RANKS[self.jrt0171] if self.jrt0171 else 0

    @property
    def implied(self) -> int:
        """1 (C1) to 3 (C3): the C class; without one, that which the other grades stand for; 0 where nothing is graded.

        JR/T 0197-2020 grades C3 at least 4, C2 at least 3, C1 at least 2; authentication data of PCI DSS is C3, a card number C2.
        """
        graded = 0 if self.jrt0197 is None else min(max(self.jrt0197 - 1, 1), len(CLASSES))
        return self.rank or max(graded, {"sad": 3, "chd": 2}.get(self.pci or "", 0))

    def as_dict(self) -> dict[str, str | int]:
        """Only the standards that grade it, for the JSON field `level`."""
        pairs = (("jrt0171", self.jrt0171), ("jrt0197", self.jrt0197), ("pci", self.pci))
        return {name: value for name, value in pairs if value is not None}


@dataclass(frozen=True, slots=True)
class LevelSelector:
    """`C3`, `C2+` (C2 and above), `jrt0197:4`, `jrt0197:3+` or `pci:sad`: picks identifiers by grade."""

    scheme: Scheme
    value: str
    and_above: bool = False

    @classmethod
    def parse(cls, text: str) -> LevelSelector | None:
        """The selector that `text` writes, or None when it is not a level."""
        bare, plus = (text[:-1], True) if text.endswith("+") else (text, False)
        if bare in CLASSES:
            return cls("jrt0171", bare, plus)
        scheme, _, value = bare.partition(":")
        if scheme == "jrt0197" and value in ("1", "2", "3", "4", "5"):
            return cls("jrt0197", value, plus)
        if scheme == "pci" and value in ("chd", "sad") and not plus:
            return cls("pci", value)
        return None

    def matches(self, levels: Levels) -> bool:
        """Whether an identifier with these levels is meant."""
        if self.scheme == "jrt0171":
            if levels.jrt0171 is None:
                return False
            return levels.jrt0171 == self.value or (self.and_above and levels.rank > _RANKS[self.value])
        if self.scheme == "jrt0197":
            grade = levels.jrt0197
            return grade is not None and (grade == int(self.value) or (self.and_above and grade > int(self.value)))
        return levels.pci == self.value

    @property
    def rank(self) -> int:
        """1 (C1) to 3 (C3) for a C class, 0 for another scheme."""
        return _RANKS[self.value] if self.scheme == "jrt0171" else 0

    def __str__(self) -> str:
        prefix = "" if self.scheme == "jrt0171" else f"{self.scheme}:"
        return f"{prefix}{self.value}{'+' if self.and_above else ''}"
