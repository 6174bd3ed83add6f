"""Recordings as they are served: ranges as RFC 9110 has them, nothing of an original, room for readers."""

import hashlib
import io
import re
import socket
import time
from email import message_from_bytes

import pytest
from sqlalchemy import select

import config
from app import create_app
from app.models import MediaFile, Testimony
from app.services import publishing
from app.storage import store
from app.web import streams
from tests.conftest import testimony
from tests.serving import Served

DATA = bytes(range(256)) * 1200  # more than one piece


@pytest.fixture
def hold(archive, keep):
    """Puts a file beside a published testimony; returns the reference in its address."""

    def put(data: bytes = DATA, use: str = "access", name: str = "", mimetype: str = "audio/webm") -> str:
        identifier = keep(testimony(f"held-{use}-{len(data)}", "We left at dusk."))
        with archive.writing() as session:
            kept = store().save(io.BytesIO(data))
            told = session.scalar(select(Testimony).filter_by(identifier=identifier))
            file = MediaFile(
                use=use,
                kind="audio",
                mimetype=mimetype,
                key=kept.key,
                size=kept.size,
                sha256=kept.sha256,
                name=name,
            )
            told.media.append(file)
            publishing.publish(told)
            session.flush()
            return file.identifier

    return put


def parts(answer) -> list[tuple[str, bytes]]:
    """The parts of a multipart answer, read by an independent reader: (Content-Range, bytes)."""
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + answer.data)
    return [(part["Content-Range"], part.get_payload(decode=True)) for part in whole.get_payload()]


SIZE = len(DATA)
CASES = {  # Range: status, Content-Range, the bytes
    "": (200, None, DATA),
    "bytes=0-": (206, f"bytes 0-{SIZE - 1}/{SIZE}", DATA),
    "bytes=0-0": (206, f"bytes 0-0/{SIZE}", DATA[:1]),
    "bytes=1000-299999": (206, f"bytes 1000-299999/{SIZE}", DATA[1000:300000]),
    f"bytes={SIZE - 7}-": (206, f"bytes {SIZE - 7}-{SIZE - 1}/{SIZE}", DATA[-7:]),
    "bytes=-500": (206, f"bytes {SIZE - 500}-{SIZE - 1}/{SIZE}", DATA[-500:]),
    "bytes=-9999999": (206, f"bytes 0-{SIZE - 1}/{SIZE}", DATA),
    "bytes=300000-9999999": (206, f"bytes 300000-{SIZE - 1}/{SIZE}", DATA[300000:]),
    "bytes=0-99,50-149": (206, f"bytes 0-149/{SIZE}", DATA[:150]),
    f"bytes={SIZE}-": (416, f"bytes */{SIZE}", None),
    "bytes=9-3": (200, None, DATA),
    "seconds=1-2": (200, None, DATA),
}


def test_a_range_is_answered_with_its_bytes(client, hold):
    at = f"/media/{hold()}"
    for asked, (status, told, data) in CASES.items():
        answer = client.get(at, headers={"Range": asked} if asked else {})
        assert (answer.status_code, answer.headers.get("Content-Range")) == (status, told), asked
        assert answer.headers["Accept-Ranges"] == "bytes"
        if data is not None:
            assert answer.data == data, asked
            assert int(answer.headers["Content-Length"]) == len(data)


def test_several_ranges_come_as_parts(client, hold):
    answer = client.get(f"/media/{hold()}", headers={"Range": "bytes=10-19, 300000-300009,-5"})
    assert answer.status_code == 206
    assert answer.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert "Content-Range" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert parts(answer) == [
        (f"bytes 10-19/{SIZE}", DATA[10:20]),
        (f"bytes 300000-300009/{SIZE}", DATA[300000:300010]),
        (f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}", DATA[-5:]),
    ]


def test_who_has_it_already_is_told_so_and_a_changed_file_is_sent_whole(client, hold):
    at = f"/media/{hold()}"
    tag = client.head(at).headers["ETag"]

    def ask(**headers):
        answer = client.get(at, headers={name.replace("_", "-"): said for name, said in headers.items()})
        assert answer.data is not None  # read to its end
        return answer

    assert ask(If_None_Match=tag).status_code == 304
    assert ask(If_None_Match=tag).data == b""
    assert ask(If_None_Match='"other"').status_code == 200
    assert ask(Range="bytes=0-4", If_Range=tag).status_code == 206
    assert ask(Range="bytes=0-4", If_Range='"other"').data == DATA
    assert ask(Range="bytes=0-4", If_Range=f"W/{tag}").data == DATA  # only a strong one will do
    assert ask(Range="bytes=0-4", If_Range="Wed, 21 Oct 2037 07:28:00 GMT").data == DATA
    assert ask(If_Match='"other"').status_code == 412
    head = client.head(at, headers={"Range": "bytes=0-4"})
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(SIZE))


def test_nothing_tells_of_the_file_but_its_kind_and_length(client, hold, archive):
    ref = hold(name="zq7-marked.webm")
    answer = client.get(f"/media/{ref}")
    said = str(answer.headers)
    assert answer.data == DATA
    with archive.reading() as session:
        file = session.scalar(select(MediaFile).filter_by(identifier=ref))
    assert "zq7" not in said
    assert file.sha256 not in said
    assert file.sha256[:16] not in said
    assert "Last-Modified" not in answer.headers
    assert not re.search(r"filename|\b\d{10}\b", said)


def test_an_original_has_no_address_for_anybody(client, hold, sign_in, archive):
    ref = hold(use="original")
    for visitor in (client, sign_in("reader"), sign_in("administrator")):
        for method in (visitor.get, visitor.head):
            assert method(f"/media/{ref}").status_code == 404
    with archive.reading() as session:
        key = session.scalar(select(MediaFile.key).filter_by(identifier=ref))
    for guessed in (key, key[3:], f"../media/{key}"):
        assert client.get(f"/media/{guessed}").status_code == 404


def test_nginx_is_told_where_the_file_lies_once_the_archive_has_said_yes(settings, hold, sign_in, archive):
    ref, sealed = hold(), hold(use="original", data=b"sealed")
    behind = create_app(config.Settings(**{**vars(settings), "x_accel": "/sealed/"}))
    client = behind.test_client()
    answer = client.get(f"/media/{ref}", headers={"Range": "bytes=0-4"})
    name = hashlib.sha256(DATA).hexdigest()
    assert answer.headers["X-Accel-Redirect"] == f"/sealed/{name[:2]}/{name}"
    assert (answer.status_code, answer.data) == (200, b"")
    assert client.get(f"/media/{ref}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    refused = client.get(f"/media/{sealed}")
    assert refused.status_code == 404
    assert "X-Accel-Redirect" not in refused.headers
    behind.extensions["archive"].close()


def test_listeners_beyond_their_share_are_asked_to_wait(client, hold, monkeypatch):
    monkeypatch.setattr(streams, "_threads", streams.threading.BoundedSemaphore(1))
    at = f"/media/{hold()}"
    listening = client.get(at, buffered=False)
    refused = client.get(at)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert client.head(at).status_code == 200  # takes no thread
    listening.close()
    assert client.get(at).data == DATA


def test_a_listener_who_goes_away_leaves_nothing_behind(settings, hold, tmp_path):
    ref = hold(data=bytes(8 * 2**20))
    served = Served(settings, tmp_path / "log").start()
    try:
        for _ in range(40):
            with socket.create_connection(("127.0.0.1", served.port), 10) as line:
                line.sendall(f"GET /media/{ref} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                assert line.recv(20).startswith(b"HTTP/1.1 200")
        end = time.monotonic() + 20
        while (held := open_files(served, "/media/")) and time.monotonic() < end:
            time.sleep(0.1)
        assert held == []
    finally:
        served.stop()
    assert "fault" not in served.log.read_text()


def open_files(served: Served, part: str) -> list[str]:
    from pathlib import Path

    found = []
    for process in served.memory():
        for link in Path(f"/proc/{process}/fd").iterdir():
            try:
                found += [str(link.readlink())] if part in str(link.readlink()) else []
            except OSError:
                continue
    return found
