"""Listen to a recording of 6 GB over slow lines, many at once, and see what it costs the archive.

    python -m tests.benchmarks.listening HOME --size 6GiB --listeners 60 --seconds 20

HOME is made and filled by this, and should not exist. Prints how much the server's processes grew with 8 slow
clients, how quickly ``GET /`` is answered alone and while many listen, and a table of Range cases.
"""

import argparse
import hashlib
import http.client
import shutil
import socket
import statistics
import threading
import time
from pathlib import Path

from sqlalchemy import select

from app.archive import Archive
from app.cli.base import OPERATOR
from app.models import MediaFile, Testimony
from app.records import Agent, Line, Record, Script
from app.services import accessioning, exchanging, publishing
from config import Settings
from tests.serving import Served

MIB = 2**20


def fill(settings: Settings, size: int) -> str:
    """An archive with one recording that is nearly all hole; returns the reference in its address."""
    archive = Archive(settings)
    archive.migrate()
    name = hashlib.sha256(b"a sparse file").hexdigest()  # not its hash, which would take minutes to work out
    path = settings.home / "media" / name[:2] / name
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(size)
        file.seek(size - 8)
        file.write(b"the end.")
    record = Record(
        "long", "A long account", agents=(Agent("A"),), scripts=(Script("en", (Line(0, "Words."),)),)
    )
    with archive.writing() as session:
        kept = accessioning.accession(
            record, exchanging.find_collection("Tests", record), OPERATOR, publish=True
        )
        told = session.scalar(select(Testimony).filter_by(identifier=kept.identifier))
        assert told is not None
        file_row = MediaFile(
            use="access",
            kind="audio",
            mimetype="audio/webm",
            key=f"{name[:2]}/{name}",
            size=size,
            sha256=name,
        )
        told.media.append(file_row)
        publishing.publish(told)
        session.flush()
        ref = file_row.identifier
    archive.close()
    return ref


class Listener(threading.Thread):
    """Takes 16 KiB a second, as a player of 128 kbit/s does."""

    def __init__(self, port: int, ref: str, start: int) -> None:
        super().__init__(daemon=True)
        self.port, self.ref, self.first = port, ref, start
        self.done, self.taken, self.status = threading.Event(), 0, 0

    def run(self) -> None:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            line.connect(("127.0.0.1", self.port))
            asked = f"GET /media/{self.ref} HTTP/1.1\r\nHost: localhost\r\nRange: bytes={self.first}-\r\n\r\n"
            line.sendall(asked.encode())
            self.status = int(line.recv(4096).split()[1])
            while not self.done.wait(0.25) and (piece := line.recv(4096)):
                self.taken += len(piece)


def listen(served: Served, ref: str, many: int) -> list[Listener]:
    """So many listeners, each at another place."""
    made = [Listener(served.port, ref, number * MIB) for number in range(many)]
    for one in made:
        one.start()
        time.sleep(0.02)
    time.sleep(2)
    return made


def leave(listeners: list[Listener]) -> None:
    """They go."""
    for one in listeners:
        one.done.set()
    for one in listeners:
        one.join()


def pages(port: int, seconds: float) -> list[float]:
    """Milliseconds of each ``GET /`` within so many seconds."""
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("GET", "/")
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200
        line.close()
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.02)
    return took


def told(name: str, took: list[float]) -> None:
    """Median and 95th percentile."""
    at = statistics.quantiles(took, n=20)
    print(f"GET / {name}: p50 {statistics.median(took):.0f} ms, p95 {at[18]:.0f} ms ({len(took)} requests)")


def table(port: int, ref: str, size: int) -> None:
    """What each Range header is answered with."""
    asked = ("bytes=0-0", "bytes=0-99", f"bytes={size - 8}-", "bytes=-8", f"bytes={size // 2}-{size // 2}",
             f"bytes={size - 8}-{size + 100}", "bytes=0-1,-8", "bytes=0-9,5-19", f"bytes={size}-", "bytes=-0",
             "bytes=9-3", "pages=1-2")  # fmt: skip
    print(f"{'Range':36} status  Content-Range, Content-Length")
    for header in asked:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("GET", f"/media/{ref}", headers={"Range": header})
        answer = line.getresponse()
        kind = answer.headers["Content-Range"] or answer.headers["Content-Type"].partition(";")[0]
        print(f"{header:36} {answer.status}     {kind}, {answer.headers['Content-Length']}")
        line.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--size", default="6GiB")
    parser.add_argument("--listeners", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    size = int(float(options.size.removesuffix("GiB")) * 2**30)
    settings = Settings(home=options.home, base_url="http://localhost")
    ref = fill(settings, size)
    served = Served(settings, options.home / "log").start()
    try:
        pages(served.port, 3)
        idle = served.memory()
        few = listen(served, ref, 8)
        most = 0.0
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            held = served.memory()
            most = max(most, *(held[process] - idle.get(process, held[process]) for process in held))
            time.sleep(0.1)
        print(f"8 slow clients of {size / 2**30:.1f} GiB: a process grew by {most:.1f} MiB at most")
        leave(few)
        told("alone", pages(served.port, options.seconds))
        many = listen(served, ref, options.listeners)
        told(f"with {options.listeners} listeners", pages(served.port, options.seconds))
        heard = sum(one.status == 206 for one in many)
        print(
            f"{heard} of {len(many)} are served, {sum(one.status == 503 for one in many)} asked to come back"
        )
        leave(many)
        table(served.port, ref, size)
    finally:
        served.stop()
        shutil.rmtree(options.home / "media", ignore_errors=True)


if __name__ == "__main__":
    main()
