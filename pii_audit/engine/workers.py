"""Processes that work for this one: each has its detector, none outlives the process that asked."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

T = TypeVar("T")


def workers(count: int, prepare: Callable[[T], None], argument: T) -> ProcessPoolExecutor:
    """So many processes, begun as they are needed; each calls `prepare` with the argument first, both picklable."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (prepare, argument))


def stopped(pool: ProcessPoolExecutor) -> None:
    """Ends the processes at once: nobody waits for what they are at; the executor has no public way to do so before Python 3.14."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001
        process.terminate()


def _start(prepare: Callable[[T], None], argument: T) -> None:
    # An interruption is for the process that asked to handle; it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, daemon=True).start()
    prepare(argument)


def _watch() -> None:
    """Ends this process with the one that asked, were that killed without a word."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
