"""Whoever ends the program ends it as Ctrl-C does: in words, with what it keeps, and no copy of what it read left behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended() -> Iterator[None]:
    """Within it, what ends the program is a KeyboardInterrupt; what is ignored (`nohup`) stays so."""
    # Only the main thread may ask for signals; a program that calls us from another handles them itself.
    mine = threading.current_thread() is threading.main_thread()
    taken = [number for number in ENDING if mine and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
