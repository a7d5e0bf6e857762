from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pii_audit.model.asset import TableChunk, TextChunk
from pii_audit.sources.format.files import readings
from pii_audit.sources.interface import Sampling

EVERYTHING = Sampling()


class Read:
    """Everything that one reading gave."""

    def __init__(self, asset, reading):
        self.asset = asset
        self.chunks = list(reading)
        self.coverage = reading.coverage()
        self.status = str(self.coverage.status)
        self.reason = self.coverage.reason.en if self.coverage.reason else ""

    @property
    def rows(self):
        """Row number → {field: cell}."""
        rows = {}
        for chunk in self.chunks:
            if isinstance(chunk, TableChunk):
                for index, number in enumerate(chunk.rows):
                    rows[number] = {name: cells[index] for name, cells in chunk.columns.items()}
        return rows

    @property
    def text(self):
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, TextChunk))

    @property
    def ids(self):
        return [chunk.id for chunk in self.chunks]

    @property
    def fields(self):
        return [field.name for field in self.asset.fields]


@pytest.fixture(scope="session")
def read_all():
    """Reads the readings that a function call gives."""
    return lambda pairs: [Read(asset, reading) for asset, reading in pairs]


@pytest.fixture
def read_bytes(tmp_path: Path):
    """Writes a file of these bytes and reads it."""

    def read(data: bytes, name: str = "a.csv", sampling: Sampling = EVERYTHING):
        path = tmp_path / name
        path.write_bytes(data)
        [(asset, reading)] = [(asset, Read(asset, reading)) for asset, reading in readings(path, "s", name, sampling)]
        assert asset.id == f"s:{name}"
        return reading

    return read


class Passage:
    """Passes bytes on to a server until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, args=(host, port), daemon=True).start()

    def _accept(self, host: str, port: int) -> None:
        mine, _ = self._listener.accept()
        theirs = socket.create_connection((host, port))
        self._ends = [mine, theirs]
        for source, target in ((mine, theirs), (theirs, mine)):
            threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def cut(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._listener.close()


@pytest.fixture
def passage() -> Iterator[Callable[[str, int], Passage]]:
    """A way to a server that a test may cut; `port` is where it begins."""
    made: list[Passage] = []

    def of(host: str, port: int) -> Passage:
        made.append(Passage(host, port))
        return made[-1]

    yield of
    for one in made:
        one.cut()


class Sshd:
    """A real sshd on a free port, with a key of its own and one by which a test may log in; files lie in `drop`."""

    def __init__(self, program: str, folder: Path) -> None:
        self.folder, self.drop = folder, folder / "drop"
        self.drop.mkdir()
        for name in ("host", "me", "stranger"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(made, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/me.pub\n"
            "StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n"
        )
        self.known("known_hosts", "host")
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self._log = (folder / "log").open("wb")
        self.process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")], stderr=self._log)
        ends = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < ends, (folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def known(self, name: str, key: str, port: int | None = None) -> str:
        """A file of that name in which the server (or a way to it) is known by a key."""
        public = (self.folder / f"{key}.pub").read_text()
        (self.folder / name).write_text(f"[127.0.0.1]:{port or self.port} {public}")
        return name

    @property
    def url(self) -> str:
        import getpass

        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{self.drop}"

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._log.close()


@pytest.fixture
def sshd(tmp_path) -> Iterator[Sshd]:
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("no sshd here: on Debian install openssh-server")
    server = Sshd(program, tmp_path)
    try:
        yield server
    finally:
        server.close()
