"""The process that parses: it takes jobs from the audit's process and forks for each, with limits on time and memory."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import BinaryIO, NoReturn

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import PROCESS, Sink
from pii_audit.sources.format.parsers import PARSERS

MEMORY = 2 << 30
"""Bytes of address space for one file."""
SECONDS = 900
"""Processor time for one file; the audit's process is stricter and counts what it waits."""
REQUEST = 1 << 16
_PR_SET_PDEATHSIG = 1
"""prctl(2) of Linux."""


def serve(descriptor: int) -> None:
    """Takes jobs until the audit's process closes its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as jobs:
        while True:
            request, descriptors, _, _ = socket.recv_fds(jobs, REQUEST, 2)
            if not request:
                return
            kind, name = json.loads(request)
            importlib.import_module(PARSERS[kind].module)
            if os.fork() == 0:
                jobs.close()
                _work(kind, name, *descriptors)
            for one in descriptors:
                os.close(one)


def _work(kind: str, name: str, source: int, pipe: int) -> NoReturn:
    try:
        _limit()
        _end_with_server()
        os.lseek(source, 0, os.SEEK_SET)
        with os.fdopen(source, "rb") as file, os.fdopen(pipe, "wb", buffering=1 << 16) as out:
            sink = Sink(out)
            sink.frame(PROCESS, str(os.getpid()).encode())
            out.flush()
            _parse(kind, name, file, sink)
            sink.end()
    except BaseException:  # noqa: BLE001 - the audit sees a pipe without an end, whatever happened
        os._exit(1)
    os._exit(0)


def _end_with_server() -> None:
    """Where the system can, a parser ends with the server, which ends with the audit, however that ended."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _parse(kind: str, name: str, file: BinaryIO, sink: Sink) -> None:
    parse = PARSERS[kind].load()
    try:
        parse(file, name, sink)
    except InspectionError as error:
        sink.fail(error.what)
    except (MemoryError, RecursionError):
        sink.fail(Text("内容过大或嵌套过深", "too large or too deeply nested to be read on"))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - parsers of foreign formats raise what they like; its text may hold data
        what = type(error).__name__
        sink.fail(
            Text(f"文件损坏或不合规范，其余未读（{what}）", f"damaged or malformed; the rest was not read ({what})")
        )


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),  # a parser has nothing to write
        (resource.RLIMIT_CORE, 0),  # and a dump of its memory would be data on the disk
    ):
        _, hard = resource.getrlimit(what)
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (within, within))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
