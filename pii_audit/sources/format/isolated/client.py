"""The audit's side: hands a file to the parsing process and takes frames from it, waiting only so long."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache

from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import END, HEADER, LARGEST, PROCESS
from pii_audit.sources.reading import StreamError

PATIENCE = 300.0
"""Seconds for which one file's parser may keep us waiting, all in all."""
_SERVER = "pii_audit.sources.format.isolated.server"
_READ = 1 << 16
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH")
"""What a parser may know of ours: passwords stand in the environment too."""
_QUIET = {"ORT_DISABLE_TELEMETRY": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Of libraries: newer ONNX runtimes call their maker unless told not to, and each thread of OpenBLAS reserves address space."""
DIED = Text(
    "解析进程意外终止（文件损坏或需要过多内存），其余未读",
    "the parser died (a damaged file, or one that needs too much memory); the rest was not read",
)


class _Server:
    """One parsing process with the socket by which it takes jobs."""

    def __init__(self) -> None:
        mine, theirs = socket.socketpair()
        with theirs:
            # A session of its own: an interruption from the keyboard is the audit's to handle.
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter with a module of ours
                [sys.executable, "-c", f"from {_SERVER} import serve; serve({theirs.fileno()})"],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
                | _QUIET
                | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        self._jobs = mine

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, kind: str, name: str, *descriptors: int) -> None:
        socket.send_fds(self._jobs, [json.dumps([kind, name[-256:]]).encode()], descriptors)

    def close(self) -> None:
        self._jobs.close()
        self._process.wait()


@cache
def _servers() -> dict[int, _Server]:
    """The server of each process that ever asked: one that was forked with us is not ours."""
    return {}


def _server() -> _Server:
    servers = _servers()
    mine = servers.get(os.getpid())
    if mine is None or not mine.alive:
        mine = servers[os.getpid()] = _Server()
    return mine


class Job:
    """One file being parsed: its frames, the end excluded. Ends in StreamError where the parser dies or takes too long."""

    def __init__(self, kind: str, name: str, source: int) -> None:
        self._pipe, theirs = os.pipe()
        try:
            _server().send(kind, name, source, theirs)
        except OSError:
            os.close(self._pipe)
            raise StreamError(DIED) from None
        finally:
            os.close(theirs)
        self._waited = 0.0
        self._process = 0
        self._buffer = bytearray()

    def frame(self) -> tuple[bytes, bytes] | None:
        """The next frame as kind and payload, None at the end."""
        while True:
            kind, length = HEADER.unpack(self._exactly(HEADER.size))
            if length > LARGEST:
                raise StreamError(DIED)
            payload = self._exactly(length)
            if kind == END:
                self._process = 0
                return None
            if kind != PROCESS:
                return kind, payload
            self._process = int(payload)

    def close(self) -> None:
        """Ends the parser if it has not ended by itself."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            self._process = 0

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            data = self._read(max(size - len(self._buffer), _READ))
            if not data:
                self._process = 0  # it is gone, and its number may be somebody else's soon
                raise StreamError(DIED)
            self._buffer += data
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _read(self, size: int) -> bytes:
        began = time.monotonic()
        ready, _, _ = select.select([self._pipe], [], [], max(0.0, PATIENCE - self._waited))
        self._waited += time.monotonic() - began
        if not ready:
            self.close()
            seconds = int(PATIENCE)
            raise StreamError(
                Text(f"解析超过 {seconds} 秒，已中止", f"parsing took longer than {seconds} seconds and was stopped")
            )
        return os.read(self._pipe, size)
