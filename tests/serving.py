"""A served archive of its own, to be killed: `archive serve` in a process group, and what it said."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface

import config
from app import create_app
from app.archive import Archive
from app.services import submitting, unlocking
from config import Settings
from tests.served import free_port

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "serve"]


def cookie(settings: Settings, account: str, key: str) -> str:
    """The session cookie of a browser that holds this account."""
    app = create_app(settings)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    app.extensions["archive"].close()
    return f"session={signer.dumps({'account': account, 'key': key})}"


def begun(settings: Settings) -> str:
    """The cookie of somebody who has just begun an account."""
    archive = Archive(settings)
    archive.migrate()
    with archive.writing():
        account = submitting.begin("served", "en")
        key = unlocking.key(account)
    archive.close()
    return cookie(settings, account, key)


class Served:
    """`archive serve` on a free port; started again after each kill on the same one."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings, self.log = settings, log
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 60) -> "Served":
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [*COMMAND, "--port", str(self.port)],
                stdout=said,
                stderr=said,
                start_new_session=True,
                env=os.environ | config.to_environment(self.settings),
            )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            if self.answers():
                return self
            time.sleep(0.05)
        raise AssertionError(f"it did not answer within {seconds} s: {self.log.read_text()}")

    def answers(self) -> bool:
        """Whether somebody answers at this port."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", "/robots.txt")
            return line.getresponse().read() != b""
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def kill(self) -> None:
        """The whole group at once, as a power cut would; returns when nobody listens any more."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except ConnectionRefusedError:
                return
            time.sleep(0.01)

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory(self) -> dict[int, float]:
        """MiB that each process of the group holds for itself and shares."""
        assert self.process is not None
        held = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.getpgid(int(entry.name)) == self.process.pid:
                    pages = int((entry / "statm").read_text().split()[1])
                    held[int(entry.name)] = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
            except OSError:  # it has ended meanwhile
                continue
        return held
