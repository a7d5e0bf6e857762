"""That a flow or a source has ended, as somebody answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pii_audit.language import Text


@dataclass(frozen=True, slots=True)
class Ended:
    """The day from which it is no more, who attests that, and what proves it."""

    on: date
    by: str
    ref: str | None = None

    def by_then(self, day: date) -> bool:
        """Whether that day has come."""
        return self.on <= day

    @property
    def words(self) -> Text:
        """The same in words."""
        ref = f"，{self.ref}" if self.ref else "", f", {self.ref}" if self.ref else ""
        return Text(
            f"已于 {self.on} 终止（{self.by} 确认{ref[0]}）", f"ended on {self.on} (attested by {self.by}{ref[1]})"
        )
