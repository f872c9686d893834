"""A real server in a process of its own, and a small keep-alive client with a session, for the benchmarks."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

PATIENCE_S = 600
FIRST_FIT = 8
"""Items of a kind from which it has features."""


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """One keep-alive connection to the house; `cookie` is the session."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        self._link.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded JSON answer, None for others. Raises `AssertionError` with what is not 2xx."""
        headers = {"cookie": self.cookie, "x-anag": "1", "content-type": "application/json"}
        self._link.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._link.getresponse()
        content = answer.read()
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {content[:300]!r}"
        if (cookie := answer.getheader("set-cookie")) and not self.cookie:
            self.cookie = cookie.split(";")[0]
        return json.loads(content) if "json" in (answer.getheader("content-type") or "") else None


class House:
    """`anagnorisis serve` on a data folder, ended with the block."""

    def __init__(self, data: Path, *flags: str, environ: dict[str, str] | None = None) -> None:
        self.data, self.flags, self.environ = data, flags, environ or {}
        self.port = free_port()
        self._clients: list[Client] = []

    def __enter__(self) -> "House":
        command = [
            sys.executable,
            "-m",
            "anagnorisis",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
        ]
        self.printed = self.data.with_suffix(".log")
        log = self.printed.open("w")
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, *self.flags],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **self.environ},
        )
        log.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def new_client(self, cookie: str) -> Client:
        """A client that nobody closes but who asked for it."""
        return Client(self.port, cookie)

    def client(self, cookie: str = "") -> Client:
        """A further client of this house, closed with it."""
        self._clients.append(self.new_client(cookie))
        return self._clients[-1]

    def answering(self, path: str, cookie: str = "") -> float:
        """Seconds from the start of the process until `path` answers 200."""
        while time.perf_counter() - self.started < PATIENCE_S:
            client = self.new_client(cookie)
            try:
                client.call("GET", path)
            except (OSError, AssertionError, http.client.HTTPException):
                assert self.process.poll() is None, self.printed.read_text()
                time.sleep(0.005)
            else:
                return time.perf_counter() - self.started
            finally:
                client.close()
        raise AssertionError(f"no answer from {path} in {PATIENCE_S} s")

    def open(self) -> Client:
        """A client with the session that the printed setup code opens."""
        self.answering("/")
        found = re.search(r"\b([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})\b", self.printed.read_text())
        assert found, self.printed.read_text()
        client = self.client()
        client.call("POST", "/api/session", {"code": found[1], "name": "Bench", "device": "benchmark"})
        return client

    def quiet(self, client: Client, items: int) -> None:
        """Wait until every one of `items` has its vector, every kind its features, and no job works."""
        until = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < until:
            kinds = client.call("GET", "/api/taste")
            known = sum(kind["embedded"] for kind in kinds)
            fitted = all(kind["phi_version"] for kind in kinds if kind["items"] >= FIRST_FIT)
            working = [job["name"] for job in client.call("GET", "/api/jobs") if job["state"] == "working"]
            if known >= items and fitted and not working:
                return
            time.sleep(0.5)
        raise AssertionError(f"not quiet after {PATIENCE_S} s: {known} of {items}, {working}")

    def resident_mb(self) -> float:
        """Resident memory (MB) of the server and all its children."""
        total, waiting = 0.0, [self.process.pid]
        while waiting:
            pid = waiting.pop()
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (thread / "children").read_text().split()]
            status = Path(f"/proc/{pid}/status").read_text()
            total += int(status.split("VmRSS:")[1].split()[0]) * 1024 / 1e6
        return total
