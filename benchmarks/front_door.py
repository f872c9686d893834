"""A house open to the home network, a client that trusts its authority, and rivals that serve one file."""

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from house import PATIENCE_S, Client, House, free_port

PIECE = 1 << 20
BODY = b"\r\n\r\n"
HTTP_SERVER = """
import http.server, ssl, sys
port, folder, pem = int(sys.argv[1]), sys.argv[2], sys.argv[3]
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def __init__(self, *a): super().__init__(*a, directory=folder)
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(pem)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
ASGI = """
import os
from anagnorisis.media.ranges import Facts
from anagnorisis.media.replies import send_file
NAME = os.environ["FILE"]
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    fd = os.open(NAME, os.O_RDONLY)
    try:
        await send_file(scope, receive, send, fd, Facts('"f"', 0, os.fstat(fd).st_size), {})
    finally:
        os.close(fd)
"""


class LanHouse(House):
    """A house on `--lan`, silent on the network; its clients verify its certificate."""

    def __init__(self, data: Path, *flags: str) -> None:
        super().__init__(data, "--lan", *flags, environ={"ANAGNORISIS_ANNOUNCE": "false"})

    def trust(self) -> ssl.SSLContext:
        """A context that believes in this house's authority alone."""
        return ssl.create_default_context(cafile=self.data / "certificates/ca.pem")

    def new_client(self, cookie: str) -> Client:
        """A client over TLS."""
        client = Client(self.port, cookie)
        if (self.data / "certificates/ca.pem").exists():
            client._link = http.client.HTTPSConnection(
                "localhost", self.port, timeout=PATIENCE_S, context=self.trust()
            )
        return client


def download_mb_s(port: int, path: str, size: int, context: ssl.SSLContext | None, cookie: str = "") -> float:
    """MB (10⁶ bytes) a second of one ranged request for all `size` bytes, read into one buffer."""
    plain = socket.create_connection(("localhost", port), PATIENCE_S)
    line = context.wrap_socket(plain, server_hostname="localhost") if context else plain
    with line:
        ask = f"GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\nrange: bytes=0-\r\n\r\n"
        began = time.perf_counter()
        line.sendall(ask.encode())
        head = line.recv(PIECE)
        while BODY not in head:
            head += line.recv(PIECE)
        got, buffer = len(head.partition(BODY)[2]), bytearray(PIECE)
        while got < size:
            taken = line.recv_into(buffer)
            assert taken, f"{path} was cut short after {got} of {size} bytes: {head[:200]!r}"
            got += taken
        return size / (time.perf_counter() - began) / 1e6


@contextmanager
def http_server(folder: Path, pem: Path) -> Iterator[int]:
    """Python's own file server behind TLS; its port."""
    port = free_port()
    with _process([sys.executable, "-c", HTTP_SERVER, str(port), str(folder), str(pem)], port):
        yield port


@contextmanager
def granian(file: Path, pem: Path, folder: Path) -> Iterator[int]:
    """granian with our own media handler behind TLS; its port."""
    port, text = free_port(), pem.read_text()
    key, certificate = text.split("-----BEGIN CERTIFICATE-----")
    (folder / "key.pem").write_text(key)
    (folder / "cert.pem").write_text(f"-----BEGIN CERTIFICATE-----{certificate}")
    (folder / "one_file.py").write_text(ASGI)
    files = ["--ssl-certificate", str(folder / "cert.pem"), "--ssl-keyfile", str(folder / "key.pem")]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), *files]
    environ = {**os.environ, "FILE": str(file), "PYTHONPATH": str(folder)}
    with _process([*command, "--no-ws", "--log-level", "error", "one_file:app"], port, environ):
        yield port


@contextmanager
def _process(command: list[str], port: int, environ: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert process.poll() is None, "a rival ended before it answered"
            time.sleep(0.02)
