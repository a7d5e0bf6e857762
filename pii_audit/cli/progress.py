"""Progress on stderr: a bar with an ETA on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pii_audit.engine.interface import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from pii_audit.cli.session import Session


class _Bar:
    """One bar a source, measured in bytes (rows where sizes are not known)."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def source(self, name: str, assets: int, size: int) -> None:
        """A new bar."""
        self._task = self._bars.add_task(f"{name} ({assets})", total=max(1, size))

    def asset(self, name: str) -> None:
        """Shows the asset's name when no source set the scene; names are not shown raw inside one."""

    def advance(self, rows: int, size: int) -> None:
        """Moves the bar."""
        if self._task is not None:
            self._bars.advance(self._task, size or rows)

    def done(self) -> None:
        """An asset is finished; the bar goes by bytes."""


@contextmanager
def shown(session: Session) -> Iterator[Progress]:
    """The progress to hand to an engine."""
    if session.quiet or not session.err.is_terminal:
        yield Silent()
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415 - only where it is drawn
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=session.err, transient=True) as bars:
        yield _Bar(bars)
