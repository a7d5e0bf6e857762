"""Processes that are ended end, whatever they are at."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from pii_audit.engine.workers import stopped, workers


def _nothing(_argument: None) -> None:
    """There is nothing to prepare."""


def _there() -> bool:
    return True


def _waits_for_what_never_comes() -> None:
    """What becomes of a process that is ended while it hands on an answer: it goes on, and waits for a lock that nobody gives back."""
    with suppress(SystemExit):
        time.sleep(600)
    threading.Event().wait()


def test_one_that_goes_on_after_it_was_ended_is_not_waited_for():
    pool = workers(1, _nothing, None)
    assert pool.submit(_there).result()
    waiting = pool.submit(_waits_for_what_never_comes)
    while not waiting.running():
        time.sleep(0.01)
    stopped(pool)
    ending = threading.Thread(target=pool.shutdown)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()
