"""An archive served by forks of a process that has the code loaded, for hundreds of kills; and a browser.

``tests.serving`` serves as the command does, which takes seconds to start.
"""

import hashlib
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import config
from config import Settings

# Has the code loaded, and forks a server for every line it reads: a kill costs no second of imports.
_NURSERY = """
import os, sys, signal
import app, app.web, app.cli.serving as serving
import config
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    what, port = line.split()
    child = os.fork()
    if child == 0:
        os.setsid()
        sys.stdin.close()
        if what == "server":
            serving._serve("127.0.0.1", int(port), 1)
        else:
            serving._work(config.from_environment())
        os._exit(0)
    print(child, flush=True)
"""


class Served:
    """A server and its worker, each a process group of its own."""

    def __init__(self, settings: Settings, log: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = log.open("ab")
        self.nursery = subprocess.Popen(
            [sys.executable, "-c", _NURSERY],
            env=os.environ | config.to_environment(settings) | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.pids: list[int] = []

    def start(self) -> None:
        """Serve, and return once it answers."""
        self.pids = [self._born("server"), self._born("worker")]
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                Browser(self.port).get("/robots.txt")
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            else:
                return
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL to everything that serves."""
        for pid in self.pids:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in self.pids:
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.002)
        self.pids = []

    def close(self) -> None:
        """End everything."""
        self.kill()
        self.nursery.stdin.close()
        self.nursery.wait(10)
        self.nursery.stdout.close()
        self.log.close()

    def _born(self, what: str) -> int:
        self.nursery.stdin.write(f"{what} {self.port}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())


def free_port() -> int:
    """Below the ports that the system hands out: asking one of those, a line may be connected to itself."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as asked:
            try:
                asked.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """Keeps cookies, sends forms with their token, and solves the start page's task as its script does."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    source: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(self.source, 0))
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {**self.headers, **({"Cookie": cookie} if cookie else {}), **(headers or {})}
        try:
            line.request(method, path, body, said)
            got = line.getresponse()
            answer = Answer(got.status, dict(got.getheaders()), got.read())
        finally:
            line.close()
        for name, value in got.getheaders():
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, form: str, to: str, fields: Mapping[str, object]) -> Answer:
        """Send a form as its page has it: with its token, which holds for the session."""
        if not self.token:
            page = self.get(form).text
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found, page[:300]
            self.token = found[1]
        body = urlencode({"csrf_token": self.token, **fields}, doseq=True).encode()
        return self.ask("POST", to, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def begin(self) -> Answer:
        """Begin an account."""
        page = self.get("/submit").text
        found = re.search(r'data-challenge="([0-9a-f]+)"', page)
        assert found, page
        return self.post("/submit", "/submit", {"proof": proof(found[1])})


def proof(challenge: str) -> str:
    """A number that makes the challenge's SHA-256 begin with 16 zero bits."""
    number = 0
    while hashlib.sha256(f"{challenge}:{number}".encode()).digest()[:2] != b"\0\0":
        number += 1
    return str(number)
