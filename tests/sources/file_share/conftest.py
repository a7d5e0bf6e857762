"""Servers that tests of file shares talk to: an S3 endpoint (moto's) in a process of its own."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


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
        self._until_it_answers(port)
        self.client = Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def _until_it_answers(self, port: int) -> None:
        ends = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert time.monotonic() < ends, "moto's server does not answer"
                time.sleep(0.05)
            else:
                return

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
