"""Processes that work for this one: each has its detector, none outlives the process that asked."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

GRACE = 2.0
"""Seconds in which a process that nobody asks any more puts away what it has in hand."""
T = TypeVar("T")


def workers(count: int, prepare: Callable[[T], None], argument: T) -> ProcessPoolExecutor:
    """So many processes, begun as they are needed; each calls `prepare` with the argument first, both picklable."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (prepare, argument))


def stopped(pool: ProcessPoolExecutor) -> None:
    """Ends what the processes are at: nobody waits for it; the executor has no public way to do so before Python 3.14."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001
        process.terminate()


def _start(prepare: Callable[[T], None], argument: T) -> None:
    # An interruption is for the process that asked to handle; it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_watch, daemon=True).start()
    prepare(argument)


def _stop(_signal: int, _frame: object) -> None:
    """Ends what this process is at, and with it the copies that it made of what it reads."""
    # Where it was about to hand on an answer, it may wait for a lock that nobody will give back.
    threading.Thread(target=_end, daemon=True).start()
    raise SystemExit(1)


def _end() -> None:
    time.sleep(GRACE)
    os._exit(1)


def _watch() -> None:
    """Ends this process with the one that asked, were that killed without a word."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        _end()
