"""Servers that tests of file shares talk to: an S3 endpoint (moto's) and a real Samba, in processes of their own."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


def until_it_answers(port: int) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < ends, "the server does not answer"
            time.sleep(0.05)
        else:
            return


class Store:
    """An S3 endpoint; each test makes buckets of its own."""

    def __init__(self) -> None:
        from botocore.session import Session

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until_it_answers(port)
        self.client = Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def bucket(self, files: dict[str, bytes]) -> str:
        name = f"pii-{secrets.token_hex(4)}"
        self.client.create_bucket(Bucket=name)
        for key, body in files.items():
            self.client.put_object(Bucket=name, Key=key, Body=body)
        return name

    def policy(self, bucket: str, *statements: dict[str, object]) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.client.put_bucket_policy(Bucket=bucket, Policy=text)

    def close(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    server = Store()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def refusing() -> Iterator[Callable[[str], str]]:
    """A store that answers everything with one error; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def of(code: str) -> str:
        class Refusing(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
                self.send_response(403)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Refusing))
        threading.Thread(target=servers[-1].serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield of
    for server in servers:
        server.shutdown()
        server.server_close()


class Samba:
    """A real smbd on a free port; `drop` is its share `data`, and `user` may log in with `password`."""

    def __init__(self, program: str, folder: Path, more: str = "", accounts: Sequence[str] = ()) -> None:
        self.drop, state = folder / "drop", folder / "state"
        self.drop.mkdir()
        state.mkdir()
        self.user, self.password = getpass.getuser(), secrets.token_hex(8)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        places = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
        config = folder / "smb.conf"
        config.write_text(
            "[global]\nserver role = standalone server\ndisable netbios = yes\nload printers = no\n"
            f"smb ports = {self.port}\nbind interfaces only = yes\ninterfaces = 127.0.0.1/8\n"
            f"passdb backend = smbpasswd:{state}/smbpasswd\nlog file = {state}/log\n"
            + "".join(f"{place} = {state}\n" for place in places)
            + f"[data]\npath = {self.drop}\nread only = no\n{more.format(drop=self.drop)}"
        )
        self.config = config
        for account in (self.user, *accounts):
            self.run("smbpasswd", "-c", str(config), "-a", "-s", account, given=f"{self.password}\n{self.password}\n")
        self.process = subprocess.Popen(
            [program, "--foreground", "--no-process-group", "--configfile", config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # its end is the end of its whole group
        )
        until_it_answers(self.port)

    def run(self, *command: str, given: str = "") -> str:
        done = subprocess.run(command, input=given.encode(), check=True, capture_output=True)
        return done.stdout.decode()

    def url(
        self, path: str = "data", *, user: str | None = None, password: str | None = None, port: int | None = None
    ) -> str:
        return f"smb://{user or self.user}:{password or self.password}@127.0.0.1:{port or self.port}/{path}"

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def samba_of() -> Iterator[Callable[..., Samba]]:
    """Starts a Samba with more shares, and accounts of this system, than the usual one; anybody may enter its folder."""
    program = shutil.which("smbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or shutil.which("smbpasswd") is None:
        pytest.skip("no smbd here: on Debian install samba")
    if os.getuid() != 0:
        pytest.skip("smbd has to be started by root")
    started: list[Samba] = []

    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)

    def start(more: str = "", accounts: Sequence[str] = ()) -> Samba:
        started.append(Samba(program, folder, more, accounts))
        return started[-1]

    yield start
    for server in started:
        server.close()
    shutil.rmtree(folder)


@pytest.fixture
def samba(samba_of) -> Samba:
    return samba_of()
