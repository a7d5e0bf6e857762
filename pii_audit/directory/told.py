"""What is wrong in an export, each kind of it once, with where it stands first and how often."""

from __future__ import annotations

from dataclasses import dataclass, field

from pii_audit.language import Text


@dataclass
class Told:
    """The objections to one file."""

    file: str
    _first: dict[str, tuple[Text, int]] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def at(self, line: int, what: Text) -> None:
        """Notes an objection to a line; one that was made before is counted."""
        self._first.setdefault(what.en, (what, line))
        self._count[what.en] = self._count.get(what.en, 0) + 1

    def __bool__(self) -> bool:
        return bool(self._first)

    def problems(self) -> list[tuple[str, Text]]:
        """Each kind of objection, with the place (`file:line`) where it stands first."""
        return [(f"{self.file}:{line}" if line else self.file, self._text(what)) for what, line in self._first.values()]

    def _text(self, what: Text) -> Text:
        more = self._count[what.en] - 1
        zh, en = (f"(同类共 {more + 1} 处)", f" (and {more} more like it)") if more else ("", "")
        return Text(f"{what.zh}{zh}", f"{what.en}{en}")
