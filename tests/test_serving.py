"""The archive as it is really served: what it writes down of those who come, and public clients of tus."""

import base64
import hashlib
import http.client
import io
import os
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.archive import Archive
from app.models import Upload, UploadState
from config import Settings
from tests.serving import Served, begun

BYTES = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Iterator[Served]:
    """A served archive, with a log to look through."""
    server = Served(settings, tmp_path / "log").start()
    yield server
    server.stop()


def raw(port: int, words: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        said = b""
        while piece := line.recv(4096):
            said += piece
        return said


def test_nothing_is_written_down_of_those_who_send_nonsense(served):
    mark = "zq7marked"
    for words in (
        f"GET /{mark} HTTP/9.9\r\n\r\n",
        f"{mark}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nBad {mark}: 1\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {mark}\r\nTransfer-Encoding: {mark}\r\n\r\n",
        f"POST /submit/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: {mark}\r\n\r\n",
        f"GET /{mark * 999} HTTP/1.1\r\n\r\n",
        f"GET /submit HTTP/1.1\r\nHost: x\r\nUser-Agent: {mark}\r\nReferer: {mark}\r\n\r\n",
    ):
        raw(served.port, words.encode())
    served.stop()
    said = served.log.read_text()
    assert "a malformed request was refused" in said  # it is a log, and it was asked
    assert mark not in said
    assert "ip=" not in said
    assert "127.0.0.1" not in said.replace(f"http://127.0.0.1:{served.port}/", "")


def test_a_public_client_of_tus_sends_a_file(served, settings):
    from tusclient.client import TusClient

    session = begun(settings)
    data = b"We left at dusk. " * 100_000
    client = TusClient(f"{served.base}/submit/uploads", headers={"Cookie": session})
    sent = client.uploader(
        file_stream=io.BytesIO(data), chunk_size=300_000, metadata={"filename": "m.txt"}, upload_checksum=True
    )
    sent.upload_chunk()
    sent.upload_chunk()
    again = client.uploader(file_stream=io.BytesIO(data), chunk_size=400_000, url=sent.url)  # it goes on
    assert again.offset == 600_000
    again.upload()
    assert again.get_offset() == len(data)
    held = ended(settings)
    assert (held.state, held.name) == (UploadState.RECEIVED, "m.txt")
    assert held.sha256 == hashlib.sha256(data).hexdigest()


def ended(settings: Settings, seconds: float = 60) -> Upload:
    """The one file of this archive, when it was looked at."""
    archive, end = Archive(settings), time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            with archive.reading() as session:
                held = session.scalar(select(Upload))
            if held.state in (UploadState.RECEIVED, UploadState.REFUSED):
                return held
            time.sleep(0.2)
    finally:
        archive.close()
    raise AssertionError(f"it is still {held.state}")


def ask(served: Served, method: str, path: str, headers: dict[str, str], body: bytes = b""):
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        line.close()


@pytest.mark.trial
def test_what_was_acknowledged_is_there_after_a_kill(served, settings, rounds):
    """Kill the whole server in the middle of pieces; the offset never goes back and the bytes are equal."""
    chance, data = random.Random(7), base64.b64encode(os.urandom(4 * 2**20))
    told = BYTES | {"Cookie": begun(settings)}
    _, headers, _ = ask(served, "POST", "/submit/uploads", told | {"Upload-Length": str(len(data))})
    at, acknowledged, kills = headers["Location"], 0, 0
    while True:
        status, headers, _ = ask(served, "HEAD", at, told)
        assert status == 200
        offset = int(headers["Upload-Offset"])
        assert offset >= acknowledged
        if kills >= rounds and offset == len(data):
            break
        acknowledged, piece = offset, data[offset : offset + 2**18]
        if kills < rounds and (chance.random() < 0.5 or offset + len(piece) == len(data)):
            kills += 1
            line = socket.create_connection(("127.0.0.1", served.port), 10)
            said = told | {"Host": "x", "Upload-Offset": str(offset), "Content-Length": str(len(piece))}
            head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
            line.sendall(f"PATCH {at} HTTP/1.1\r\n{head}\r\n".encode())
            line.sendall(piece[: chance.randrange(len(piece) + 1)])
            time.sleep(chance.random() * 0.1)
            served.kill()
            line.close()
            served.start()
        else:
            status, headers, _ = ask(served, "PATCH", at, told | {"Upload-Offset": str(offset)}, piece)
            assert status == 204
            acknowledged = int(headers["Upload-Offset"])
    assert kills == rounds
    held = ended(settings)
    assert (held.state, held.sha256) == (UploadState.RECEIVED, hashlib.sha256(data).hexdigest())
