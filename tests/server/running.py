"""`serve` in a process of its own, and what tests ask of it."""

import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
Start = Callable[..., "Running"]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "anagnorisis", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60)


class Running:
    """`serve` in a process of its own, once it has said where it is."""

    def __init__(self, said: Path, data: Path, *flags: object) -> None:
        self._said, self.cookie = said, ""
        self.context: ssl.SSLContext | None = None
        with said.open("w") as out:
            self.process = subprocess.Popen(
                command("serve", "--data", data, "--port", 0, *flags), stdout=out, stderr=subprocess.STDOUT
            )
        while "Its own files" not in self.said:
            assert self.process.poll() is None, self.said
            time.sleep(0.01)
        self.port = int(re.findall(r"Anagnorisis .* is at https?://.*:(\d+)", self.said)[0])

    @property
    def said(self) -> str:
        """All that it printed."""
        return self._said.read_text("utf-8")

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
        link: http.client.HTTPConnection
        if self.context:
            link = http.client.HTTPSConnection("localhost", self.port, timeout=20, context=self.context)
        else:
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"x-anag": "1", "cookie": self.cookie, "content-type": "application/json"}
        link.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = link.getresponse()
        told = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        link.close()
        return told

    def open(self) -> None:
        """Come in with the code on the console."""
        code = CODE.search(self.said)
        assert code, self.said
        status, headers, body = self.ask("POST", "/api/session", {"code": code[0], "name": "Ada"})
        assert status == 201, body
        self.cookie = headers["set-cookie"].split(";")[0]

    def secure(self, pem: str) -> None:
        """Trust `pem` from now on, and come in."""
        self.context = ssl.create_default_context(cadata=pem)
        self.open()

    def first_item(self) -> str:
        """The id of the first item, once there is one."""
        items: list[dict[str, dict[str, str]]] = []
        while not items:
            items = json.loads(self.ask("GET", "/api/items")[2])["picks"]
            time.sleep(0.05)
        return items[0]["item"]["id"]

    def stream(self, path: str, read: int) -> socket.socket:
        """A line left open after `read` bytes of its answer."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {self.cookie}\r\n\r\n".encode())
        while read > 0:
            read -= len(line.recv(min(read, 65536)))
        return line

    def end(self) -> str:
        """Ask it to end; what it said at last."""
        before = self.said
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return self.said.removeprefix(before)


def wav(size: int) -> bytes:
    """Silence of 16 bit and 44.1 kHz in one channel."""
    head = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1, 1, 44_100, 88_200, 2, 16)
    widths = (2, 2, 4, 4, 2, 2)
    form = b"".join(value.to_bytes(width, "little") for value, width in zip(shape, widths, strict=True))
    return head + form + b"data" + size.to_bytes(4, "little") + bytes(size)
