"""Give one large file to a served archive over a line that breaks, while its server is killed.

    python -m tests.benchmarks.uploads HOME --size 2GiB --cuts 50 --kills 25

HOME is made and filled by this, and should not exist. Prints whether the bytes are equal in the end, whether
an acknowledged offset ever went back, how much the server's memory grew, and how long it took.
"""

import argparse
import hashlib
import http.client
import random
import shutil
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.archive import Archive
from app.models import Upload, UploadState
from config import Settings
from tests.serving import Served, begun

MIB = 2**20
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def content(size: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The file from one byte to another: a recording of noise, always the same."""
    end = end or size
    while start < end:
        number, skip = divmod(start, MIB)
        block = random.Random(number).randbytes(MIB)
        if not number:
            block = _header(size) + block[44:]
        yield (piece := block[skip : skip + end - start])
        start += len(piece)


def _header(size: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, 2, 48000, 192000, 4, 16)
    return (
        b"RIFF"
        + struct.pack("<I", size - 8)
        + b"WAVEfmt \x10\0\0\0"
        + form
        + b"data"
        + struct.pack("<I", size - 44)
    )


class Memory:
    """The most each server process held, over what it held idle."""

    def __init__(self, served: Served) -> None:
        self.served, self.idle, self.growth, self.peak = served, {}, 0.0, 0.0
        self.done = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def rest(self) -> None:
        """What it holds now is what it holds idle."""
        self.idle = self.served.memory()

    def _watch(self) -> None:
        while not self.done.wait(0.05):
            for process, held in self.served.memory().items():
                self.peak = max(self.peak, held)
                if process in self.idle:
                    self.growth = max(self.growth, held - self.idle[process])


def head(served: Served, at: str, told: dict[str, str]) -> int:
    """How far it has come, once what was on its way at a cut has come, too."""
    last = -1
    for _ in range(600):
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        try:
            line.request("HEAD", at, headers=told)
            offset = int(line.getresponse().headers["Upload-Offset"])
            if offset == last:
                return offset
            last = offset
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        time.sleep(0.05)
    raise SystemExit("the server does not come back")


def start(served: Served, memory: Memory) -> None:
    memory.idle = {}
    served.start()
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    for _ in range(8):  # both processes have answered a page
        line.request("GET", "/")
        line.getresponse().read()
        line.close()
    memory.rest()


def send(served: Served, at: str, told: dict[str, str], size: int, offset: int, stop: int | None) -> int:
    """Send from an offset on, breaking off at ``stop``. Returns the offset acknowledged, or -1."""
    line = socket.create_connection(("127.0.0.1", served.port), 30)
    try:
        said = told | {"Host": "x", "Upload-Offset": str(offset), "Content-Length": str(size - offset)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        line.sendall(f"PATCH {at} HTTP/1.1\r\n{lines}\r\n".encode())
        for piece in content(size, offset, stop):
            line.sendall(piece)
        if stop is not None:
            return -1
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return int(answer.headers["Upload-Offset"]) if answer.status == 204 else -1
    except (OSError, http.client.HTTPException):
        return -1
    finally:
        line.close()


def run(home: Path, size: int, cuts: int, kills: int) -> bool:
    chance = random.Random(20)
    settings = Settings(home=home, base_url="http://localhost", disk_reserve=0)
    served = Served(settings, home.parent / f"{home.name}.log")
    told = TUS | {"Cookie": begun(settings)}
    memory = Memory(served)
    start(served, memory)
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    line.request("POST", "/submit/uploads", headers=told | {"Upload-Length": str(size)})
    at = line.getresponse().headers["Location"]
    line.close()
    places = sorted(chance.sample(range(1, size), cuts))
    killing = set(chance.sample(places, kills))
    begun_at, acknowledged, back, done = time.monotonic(), 0, 0, {"cut": 0, "killed": 0}
    while (offset := head(served, at, told)) < size:
        back += offset < acknowledged
        acknowledged = max(acknowledged, offset)
        # Whatever was in flight at a cut is sent again: the next cut may lie behind us by now.
        stop = next((place for place in places if place > offset), None)
        reached = send(served, at, told, size, offset, stop)
        acknowledged = max(acknowledged, reached)
        if stop is None:
            continue
        places.remove(stop)
        if stop in killing:
            done["killed"] += 1
            served.kill()
            start(served, memory)
        else:
            done["cut"] += 1
    whole = time.monotonic() - begun_at
    held = _ended(settings)
    memory.done.set()
    digest = hashlib.sha256()
    for piece in content(size):
        digest.update(piece)
    equal = held.sha256 == digest.hexdigest()
    print(
        f"{size / MIB:.0f} MiB, cut {done['cut']} times, killed {done['killed']} times: "
        f"{held.state}, SHA-256 {'equal' if equal else 'NOT EQUAL'}, "
        f"offset went back {back} times, memory grew by {memory.growth:.1f} MiB (to {memory.peak:.0f} MiB), "
        f"{whole:.0f} s to send, {time.monotonic() - begun_at:.0f} s until kept"
    )
    served.stop()
    return equal and not back and memory.growth <= 32


def _ended(settings: Settings) -> Upload:
    archive = Archive(settings)
    try:
        while True:
            with archive.reading() as session:
                held = session.scalar(select(Upload))
            if held is not None and held.state in (UploadState.RECEIVED, UploadState.REFUSED):
                return held
            time.sleep(0.1)
    finally:
        archive.close()


def _bytes(said: str) -> int:
    for unit, factor in (("GiB", 2**30), ("MiB", MIB)):
        if said.endswith(unit):
            return int(float(said.removesuffix(unit)) * factor)
    return int(said)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("home", type=Path)
    asked.add_argument("--size", type=_bytes, default="2GiB")
    asked.add_argument("--cuts", type=int, default=50)
    asked.add_argument("--kills", type=int, default=25)
    given = asked.parse_args()
    try:
        sys.exit(0 if run(given.home, given.size, given.cuts, given.kills) else 1)
    finally:
        shutil.rmtree(given.home, ignore_errors=True)
