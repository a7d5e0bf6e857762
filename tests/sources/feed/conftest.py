"""Brokers and servers that tests of feeds talk to: a real RabbitMQ, librdkafka's own mock cluster, a real sshd."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest


class Rabbit:
    """A virtual host's exchanges and queues of a test's own, under names that nobody else has."""

    def __init__(self, url: str) -> None:
        import pika

        self.url = url
        self.mark = f"pii-{secrets.token_hex(4)}"
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self._connection.channel()
        self._queues: list[str] = []

    def exchange(self, kind: str = "topic") -> str:
        self.channel.exchange_declare(self.mark, kind)
        return self.mark

    def queue(self, *bodies: bytes, kind: str = "classic") -> str:
        name = f"{self.mark}-{len(self._queues)}"
        self._queues.append(name)
        self.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
        for body in bodies:
            self.channel.basic_publish("", name, body)
        return name

    def publish(self, exchange: str, *bodies: bytes, key: str = "a.b") -> None:
        """Publishes on a connection of its own, from whichever thread."""
        import pika

        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            channel = connection.channel()
            for body in bodies:
                channel.basic_publish(exchange, key, body)

    def count(self, queue: str) -> int:
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def close(self) -> None:
        for queue in self._queues:
            self.channel.queue_delete(queue)
        self.channel.exchange_delete(self.mark)
        self._connection.close()


@pytest.fixture
def rabbit() -> Iterator[Rabbit]:
    """The RabbitMQ server that PII_AUDIT_RABBITMQ_URL names."""
    url = os.environ.get("PII_AUDIT_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
    try:
        made = Rabbit(url)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, there is no server
        pytest.skip(f"no server at PII_AUDIT_RABBITMQ_URL: {type(error).__name__}")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def cluster() -> Iterator[SimpleNamespace]:
    """librdkafka's mock cluster: `address`, and `send(topic, *(key, value))`."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0})
    [broker] = producer.list_topics(timeout=10).brokers.values()

    def send(topic: str, *pairs: tuple[str | None, bytes]) -> None:
        for key, value in pairs:
            producer.produce(topic, key=key, value=value, headers={"op": "zhangsan"})
        assert producer.flush(10) == 0

    yield SimpleNamespace(address=f"{broker.host}:{broker.port}", send=send)
    producer.purge()


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
