"""Files given with an account: tus 1.0 as it is specified, the plain form, and what becomes of them."""

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, create_app
from app.archive import Archive
from app.errors import Conflict
from app.jobs.worker import Worker
from app.models import AuditEntry, Submission, SubmissionState, Upload, UploadState
from app.services import checking, submitting, unlocking, uploading
from config import Settings

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = TUS | {"Content-Type": "application/offset+octet-stream"}
STORY = b"I was at the bridge when the lights went out. " * 40


def teller(app: Flask, archive: Archive, ticket: str = "one") -> FlaskClient:
    """A browser that holds an account."""
    with archive.writing():
        account = submitting.begin(ticket, "en")
        key = unlocking.key(account)
    visitor = app.test_client()
    with visitor.session_transaction() as session:
        session["account"], session["key"] = account, key
    return visitor


def holds(visitor: FlaskClient) -> str:
    with visitor.session_transaction() as session:
        return session["account"]


@pytest.fixture
def giver(app: Flask, archive: Archive) -> FlaskClient:
    return teller(app, archive)


def announce(visitor: FlaskClient, size: int, name: str = "") -> str:
    named = {"Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"} if name else {}
    answer = visitor.post("/submit/uploads", headers=TUS | named | {"Upload-Length": str(size)})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(visitor: FlaskClient, at: str, offset: int, data: bytes, **headers: str):
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.patch(at, headers=BYTES | {"Upload-Offset": str(offset)} | more, data=data)


def come(visitor: FlaskClient, at: str) -> int:
    return int(visitor.head(at, headers=TUS).headers["Upload-Offset"])


def give(visitor: FlaskClient, data: bytes, name: str = "") -> str:
    """A whole file; returns its identifier."""
    at = announce(visitor, len(data), name)
    if data:
        assert send(visitor, at, 0, data).status_code == 204
    return at.rpartition("/")[2]


def state(visitor: FlaskClient, upload: str) -> dict:
    answer = visitor.get(f"/submit/uploads/{upload}/state")
    assert answer.status_code == 200
    return answer.json


@pytest.fixture
def small(new_home: Callable[[str], Settings]) -> Iterator[Callable[..., FlaskClient]]:
    """Makes a giver to an archive with other limits."""
    opened = []

    def make(**limits: int) -> FlaskClient:
        app = create_app(replace(new_home(f"small{len(opened)}"), **limits))
        opened.append(app)
        return teller(app, app.extensions["archive"])

    yield make
    for app in opened:
        app.extensions["archive"].close()


# --- tus 1.0: core


def test_what_the_server_can_do(giver):
    answer = giver.options("/submit/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,expiration,checksum"
    assert answer.headers["Tus-Max-Size"] == str(4 * 2**30)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_another_version_is_refused(giver):
    answer = giver.post("/submit/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert giver.post("/submit/uploads").status_code == 412  # another site can send no such header


def test_a_file_comes_in_pieces(giver):
    at = announce(giver, 6)
    asked = giver.head(at, headers=TUS)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("0", "6")
    assert asked.headers["Cache-Control"] == "no-store"
    assert send(giver, at, 3, b"abc").status_code == 409
    assert giver.patch(at, headers=TUS | {"Upload-Offset": "0"}, data=b"abc").status_code == 415
    assert giver.patch(at, headers=BYTES, data=b"abc").status_code == 400
    answer = send(giver, at, 0, b"abc")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "3")
    assert send(giver, at, 3, b"defXX").status_code == 413
    assert come(giver, at) == 3
    assert send(giver, at, 3, b"def").status_code == 204
    assert come(giver, at) == 6
    assert send(giver, at, 6, b"").status_code == 204


def test_more_than_was_announced_is_cut_off_also_when_its_length_is_not_said(giver, archive):
    at = announce(giver, 6)
    with archive.reading(), pytest.raises(uploading.TooMuch):
        uploading.append(at.rpartition("/")[2], 0, io.BytesIO(b"abcdefgh"), 6)
    assert come(giver, at) == 0


def test_what_does_not_exist_and_what_is_somebody_elses_answer_alike(app, archive, giver):
    at = announce(giver, 6)
    other = teller(app, archive, "two")
    for nobody in (other, app.test_client()):
        for method in ("head", "patch", "delete"):
            there = getattr(nobody, method)(at, headers=BYTES | {"Upload-Offset": "0"})
            nowhere = getattr(nobody, method)(
                "/submit/uploads/0123456789ab", headers=BYTES | {"Upload-Offset": "0"}
            )
            assert (there.status_code, there.data) == (nowhere.status_code, nowhere.data)
            assert there.status_code == 404
        assert nobody.get(f"{at}/state").status_code == 404
    assert app.test_client().post("/submit/uploads", headers=TUS | {"Upload-Length": "1"}).status_code == 404
    assert come(giver, at) == 0


def test_a_method_may_be_named_in_a_header(giver):
    at = announce(giver, 3)
    named = BYTES | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert giver.post(at, headers=named, data=b"abc").status_code == 204
    assert giver.post(at, headers=TUS).status_code == 405


# --- creation


@pytest.mark.parametrize("length", [None, "-1", "x", "1.5", "٣"])
def test_a_length_that_is_none(giver, length):
    headers = TUS | ({"Upload-Length": length.encode().decode("latin-1")} if length else {})
    assert giver.post("/submit/uploads", headers=headers).status_code == 400


def test_the_name_is_kept_without_folders_and_control_characters(giver, archive):
    at = announce(giver, 6, "C:\\secret\\Հիշողություն\x07\n 1.txt")
    asked = giver.head(at, headers=TUS).headers["Upload-Metadata"]
    assert base64.b64decode(asked.removeprefix("filename ")).decode() == "Հիշողություն 1.txt"
    long = state(giver, announce(giver, 6, "x" * 2000).rpartition("/")[2])
    assert len(long["name"]) == 255
    for bad in ("filename !!", "filename YQ==,filename YQ==", "filename /w=="):
        asked = giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "1", "Upload-Metadata": bad})
        assert asked.status_code == 400


def test_the_first_bytes_may_come_with_the_announcement(giver, work):
    answer = giver.post("/submit/uploads", headers=BYTES | {"Upload-Length": str(len(STORY))}, data=STORY)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(STORY)))
    work()
    assert state(giver, answer.headers["Location"].rpartition("/")[2])["state"] == "received"
    wrong = {"Upload-Checksum": "sha1 AAAA"}
    assert (
        giver.post("/submit/uploads", headers=BYTES | wrong | {"Upload-Length": "3"}, data=b"abc").status_code
        == 460
    )
    with giver.application.extensions["archive"].reading() as session:
        assert len(session.scalars(select(Upload)).all()) == 1


# --- checksum, termination, expiration


def test_a_piece_may_carry_its_checksum(giver):
    at = announce(giver, 6)
    good = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    assert send(giver, at, 0, b"abd", Upload_Checksum=f"sha256 {good}").status_code == 460
    assert come(giver, at) == 0
    assert send(giver, at, 0, b"abc", Upload_Checksum="crc32 AAAA").status_code == 400
    assert send(giver, at, 0, b"abc", Upload_Checksum="sha256 !").status_code == 400
    assert send(giver, at, 0, b"abc", Upload_Checksum=f"sha256 {good}").status_code == 204
    assert come(giver, at) == 3


@pytest.mark.parametrize(
    "header",
    [{"Upload-Checksum": "sha1 é"}, {"Upload-Checksum": "sha1 x"}, {"Upload-Metadata": "filename é"}],
)
def test_a_header_that_is_no_base64_announces_nothing(giver, archive, header):
    answer = giver.post("/submit/uploads", headers=BYTES | header | {"Upload-Length": "3"}, data=b"abc")
    assert answer.status_code == 400
    with archive.reading() as session:
        assert session.scalar(select(Upload)) is None
    assert not list(archive.anteroom.names())


def test_an_announcement_whose_bytes_find_no_place_is_none(giver, archive):
    from app.web.submit import streams

    for _ in range(streams.STREAMS):
        assert streams._streams.acquire(blocking=False)
    try:
        answer = giver.post("/submit/uploads", headers=BYTES | {"Upload-Length": "3"}, data=b"abc")
    finally:
        streams._streams.release(streams.STREAMS)
    assert answer.status_code == 503
    with archive.reading() as session:
        assert session.scalar(select(Upload)) is None


def test_what_a_kill_left_without_a_checksum_does_not_count(giver, archive):
    at = announce(giver, 9)
    name = at.rpartition("/")[2]
    send(giver, at, 0, b"abc")
    archive.anteroom._doubt(name, 3)  # as a server does before it takes a piece with a checksum
    with archive.anteroom.path(name).open("ab") as file:
        file.write(b"de")
    assert come(giver, at) == 3
    assert send(giver, at, 3, b"DEFGHI").status_code == 204
    assert archive.anteroom.path(name).read_bytes() == b"abcDEFGHI"


def test_an_upload_can_be_taken_away(giver, archive, work):
    at = announce(giver, 3)
    send(giver, at, 0, b"ab")
    assert giver.delete(at, headers=TUS).status_code == 204
    assert giver.head(at, headers=TUS).status_code == 404
    work()
    assert list(archive.anteroom.names()) == []


def test_an_upload_that_stopped_is_removed_after_a_week_and_later_when_it_went_on(giver, archive, work):
    at = announce(giver, 6)
    begun = clock.now()
    assert giver.head(at, headers=TUS).headers["Upload-Expires"].endswith("00:00:00 GMT")
    with clock.showing(begun + timedelta(days=5)):
        assert send(giver, at, 0, b"abc").status_code == 204
    with clock.showing(begun + timedelta(days=8)):
        work()
        assert come(giver, at) == 3
    with clock.showing(begun + timedelta(days=13)):
        work()
        assert giver.head(at, headers=TUS).status_code == 404
        assert list(archive.anteroom.names()) == []


# --- two at once


def test_two_cannot_add_to_a_file_at_once(giver, archive, monkeypatch):
    monkeypatch.setattr(sys.modules["app.storage.anteroom"], "PATIENCE", 0.1)
    at = announce(giver, 6)
    with archive.anteroom._held(at.rpartition("/")[2]):
        assert send(giver, at, 0, b"abc").status_code == 423
    assert send(giver, at, 0, b"abc").status_code == 204


def test_what_is_taken_away_while_it_comes_in_leaves_nothing(giver, archive, work):
    at, asked, gone = announce(giver, 6), threading.Event(), threading.Event()

    class Slow:
        def read(self, size: int) -> bytes:
            asked.set()
            gone.wait(10)
            return b""

    ended = []

    def pour() -> None:
        with archive.reading():
            try:
                uploading.append(at.rpartition("/")[2], 0, Slow(), 6)
            except uploading.NotFound:
                ended.append(True)

    thread = threading.Thread(target=pour)
    thread.start()
    asked.wait(10)
    giver.delete(at, headers=TUS)
    work()
    gone.set()
    thread.join()
    assert ended == [True]
    assert list(archive.anteroom.names()) == []


def test_so_many_at_once_and_no_more(giver):
    from app.web.submit import streams

    at = announce(giver, 3)
    for _ in range(streams.STREAMS):
        assert streams._streams.acquire(blocking=False)
    try:
        answer = send(giver, at, 0, b"abc")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert giver.get("/").status_code == 200
    finally:
        streams._streams.release(streams.STREAMS)
    assert send(giver, at, 0, b"abc").status_code == 204


# --- limits


def test_limits_are_said_in_words(small):
    giver = small(upload_largest=1000, upload_quota=1500, upload_files=3)
    refused = giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "1001"})
    assert (refused.status_code, refused.text) == (
        413,
        "This file is too large: at most 1 kB can be given here now.",
    )
    announce(giver, 1000)
    assert giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "501"}).status_code == 413
    announce(giver, 500)
    refused = giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "1"})
    assert refused.text == "This account has no room for further files. Take one away to give another."
    crowded = small(upload_files=1)
    announce(crowded, 1)
    assert "at most 1 files" in crowded.post("/submit/uploads", headers=TUS | {"Upload-Length": "1"}).text


def test_without_room_nothing_is_taken_in_and_the_rest_goes_on(small):
    giver = small(disk_reserve=2**62)
    refused = giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "1"})
    assert refused.status_code == 507
    assert "There is no room for more at the moment." in refused.text
    assert giver.get("/").status_code == 200


def test_room_that_runs_out_on_the_way_keeps_what_came(giver, archive):
    at = announce(giver, 6)
    assert send(giver, at, 0, b"abc").status_code == 204
    reserve, archive.anteroom.reserve = archive.anteroom.reserve, 2**62
    assert send(giver, at, 3, b"def").status_code == 507
    archive.anteroom.reserve = reserve
    assert come(giver, at) == 3
    assert send(giver, at, 3, b"def").status_code == 204


@pytest.fixture
def small_disk(tmp_path: Path, new_home: Callable[[str], Settings]) -> Iterator[Callable[[int], Flask]]:
    """Makes an archive that lies, all of it, on a disk of 64 MB."""
    disk, apps = tmp_path / "disk", []
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")

    def make(reserve: int) -> Flask:
        shutil.copytree(new_home("blank").home, disk / "home", dirs_exist_ok=True)
        apps.append(
            create_app(Settings(home=disk / "home", base_url="http://localhost", disk_reserve=reserve))
        )
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["archive"].close()
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("reserve", [8 * 2**20, 0])
def test_a_full_disk_takes_nothing_in_reads_on_and_goes_on_when_there_is_room(small_disk, reserve):
    app = small_disk(reserve)
    archive = app.extensions["archive"]
    giver, sent = teller(app, archive), {}
    size = 7 * 2**20
    for number in range(20):
        answer = giver.post("/submit/uploads", headers=TUS | {"Upload-Length": str(size)})
        if answer.status_code == 507:
            break
        at = answer.headers["Location"]
        sent[at] = bytes([65 + number]) * size
        assert send(giver, at, 0, sent[at][: size // 2]).status_code == 204
    halves = list(sent)
    full = [at for at in halves if send(giver, at, size // 2, sent[at][size // 2 :]).status_code == 507]
    assert full  # several were begun while there was room for each of them, and not for all
    for page in ("/", "/search?q=bell", "/submit/files"):
        assert giver.get(page).status_code == 200
    assert all(come(giver, at) >= size // 2 for at in halves)
    if not reserve:  # the database has no room either: that is what the reserve is for
        return
    for at in set(halves) - set(full[:2]):
        assert giver.delete(at, headers=TUS).status_code == 204
    Worker(archive).run_all()
    for at in full[:2]:
        offset = come(giver, at)
        assert send(giver, at, offset, sent[at][offset:]).status_code == 204
        assert archive.anteroom.path(at.rpartition("/")[2]).read_bytes() == sent[at]


@pytest.mark.parametrize("state", [SubmissionState.DECLINED, SubmissionState.WITHDRAWN])
def test_an_account_that_is_closed_takes_no_files(giver, archive, state):
    at = announce(giver, 3)
    with archive.writing() as session:
        session.scalar(select(Submission)).state = state
    assert giver.post("/submit/uploads", headers=TUS | {"Upload-Length": "1"}).status_code == 409
    assert send(giver, at, 0, b"abc").status_code == 409
    assert come(giver, at) == 0, "nor does one go on that was on its way"
    taken = giver.delete(at, headers=TUS).status_code
    assert taken == (204 if state is SubmissionState.DECLINED else 409)


# --- what becomes of them


def test_a_file_is_looked_at_and_kept(giver, archive, work):
    upload = give(giver, STORY, "memory.mp4")
    assert state(giver, upload)["state"] == "whole"
    work()
    told = state(giver, upload)
    assert (told["state"], told["kind"], told["mimetype"]) == ("received", "text", "text/plain")
    with archive.reading() as session:
        held = session.scalar(select(Upload))
        assert held.sha256 == hashlib.sha256(STORY).hexdigest()
        path = archive.store.root / held.key
        assert path.read_bytes() == STORY
        assert path.stat().st_mode & 0o777 == 0o400
        assert path.stat().st_mtime % 86400 == 0
        assert list(checking.check()) == []
    assert list(archive.anteroom.names()) == []
    assert archive.anteroom.root.stat().st_mode & 0o777 == 0o700


def test_a_refused_file_says_why_and_the_account_is_kept(giver, archive, work):
    upload = give(giver, b"MZ\x90\x00" * 99, "photo.jpg")
    work()
    told = state(giver, upload)
    assert (told["state"], told["reason"].partition(".")[0]) == (
        "refused",
        "This is a program, or carries one",
    )
    assert "What can be kept: photographs" in told["reason"]
    assert list(archive.anteroom.names()) == []
    with archive.reading():
        assert submitting.account(holds(giver)).state == "draft"
        assert list(checking.check()) == []
    assert state(giver, give(giver, b""))["state"] == "whole"
    work()


def test_a_file_of_two_accounts_lives_until_both_take_it_away(app, archive, giver, work):
    other = teller(app, archive, "two")
    first, second = give(giver, STORY), give(other, STORY)
    work()
    assert len(list(archive.store.keys())) == 1
    assert giver.delete(f"/submit/uploads/{first}", headers=TUS).status_code == 204
    work()
    assert len(list(archive.store.keys())) == 1
    assert other.delete(f"/submit/uploads/{second}", headers=TUS).status_code == 204
    work()
    assert list(archive.store.keys()) == []


def test_what_dies_between_the_last_byte_and_the_row_is_completed(giver, archive, work):
    for notice in ("head", "state", "worker"):
        at = announce(giver, len(STORY))
        name = at.rpartition("/")[2]
        with archive.reading():
            uploading.append(name, 0, io.BytesIO(STORY), len(STORY))  # and here the server dies
        if notice == "head":
            assert come(giver, at) == len(STORY)
        elif notice == "state":
            assert state(giver, name)["state"] == "whole"
        else:
            Worker(archive).catch_up()
        work()
        assert state(giver, name)["state"] == "received"


@pytest.mark.parametrize("after", ["examine", "record", "move"])
def test_a_deposit_that_dies_half_way_is_done_again(after, giver, archive, work):
    from app.services import examining

    upload = give(giver, STORY)
    with archive.writing():
        finding = examining.examine(upload)
        if after != "examine":
            examining.record(upload, finding)
        if after == "move":
            examining.move(upload, finding)
    work()
    assert state(giver, upload)["state"] == "received"
    with archive.reading():
        assert list(checking.check()) == []


def test_a_file_taken_away_while_it_is_looked_at_is_not_kept(giver, archive, work):
    from app.services import examining

    upload = give(giver, STORY)
    with archive.reading():
        finding = examining.examine(upload)
    with archive.writing():
        uploading.remove(holds(giver), upload)
    with archive.writing():
        examining.record(upload, finding)
        examining.move(upload, finding)
        examining.receive(upload, finding)
    work()
    assert list(archive.store.keys()) == list(archive.anteroom.names()) == []


def test_a_file_that_is_nobodys_is_named_and_swept_away(giver, archive):
    archive.anteroom.create("0123456789ab", 1)
    with archive.reading():
        assert [said for said in checking.check() if "0123456789ab" in said]
    worker = Worker(archive)
    worker.catch_up()
    assert list(archive.anteroom.names()) == ["0123456789ab"]  # it may be announced yet
    with archive.anteroom._held("0123456789ab"):
        worker.catch_up()
        assert list(archive.anteroom.names()) == ["0123456789ab"]  # somebody is adding to it
    worker.catch_up()
    worker.catch_up()
    assert list(archive.anteroom.names()) == []


def test_the_trail_knows_the_day_and_nothing_finer(giver, archive, work):
    with archive.writing() as session:
        session.scalar(select(Submission)).state = SubmissionState.SENT
    giver.delete(f"/submit/uploads/{give(giver, STORY)}", headers=TUS)
    give(giver, STORY, "later.txt")
    work()
    with archive.reading() as session:
        entries = [e for e in session.scalars(select(AuditEntry)) if e.action.startswith("upload.")]
        assert {e.action for e in entries} == {"upload.begin", "upload.remove", "upload.received"}
        assert all(e.at == clock.midnight() for e in entries)


def test_whole_is_said_only_of_what_is(giver, archive):
    at = announce(giver, 6)
    with archive.writing(), pytest.raises(Conflict):
        uploading.whole(holds(giver), at.rpartition("/")[2])


# --- the plain form


def form(visitor: FlaskClient, data: bytes, name: str = "story.txt", token: str | None = None):
    if token is None:
        page = visitor.get("/submit/files").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    body = (
        b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode() + b"\r\n--b\r\n"
        b'Content-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: text/plain\r\n\r\n" + data + b"\r\n--b--\r\n"
    )
    return visitor.post("/submit/files", data=body, content_type="multipart/form-data; boundary=b")


def test_a_file_comes_by_a_plain_form(giver, archive, work):
    answer = form(giver, STORY * 700)  # larger than any other form may be
    assert (answer.status_code, answer.headers["Location"]) == (303, "/submit/files")
    work()
    with archive.reading() as session:
        held = session.scalar(select(Upload))
        assert (held.name, held.state, held.size) == ("story.txt", UploadState.RECEIVED, len(STORY) * 700)
        assert held.sha256 == hashlib.sha256(STORY * 700).hexdigest()
        upload = held.identifier
    page = giver.get("/submit/files").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = giver.post(f"/submit/files/{upload}/remove", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/submit/files")
    work()
    assert list(archive.store.keys()) == []


def test_a_form_without_its_token_or_its_file_leaves_nothing(giver, archive):
    assert form(giver, STORY, token="").status_code == 400
    assert form(giver, STORY, token="wrong").status_code == 400
    answer = form(giver, b"", name="")
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    cut = giver.post(
        "/submit/files", data=b"--b\r\nContent-Disp", content_type="multipart/form-data; boundary=b"
    )
    assert cut.status_code == 422
    assert giver.post("/submit/files", data={"a": "b"}).status_code == 422
    assert list(archive.anteroom.names()) == []
    with archive.reading() as session:
        assert session.scalar(select(Upload)) is None


def test_a_form_has_the_same_limits(small):
    giver = small(upload_largest=1000)
    answer = form(giver, b"x" * 1001)
    assert (answer.status_code, "too large" in answer.text) == (413, True)
    assert form(giver, b"x" * 100_000).status_code == 413
    assert form(giver, b"x" * 1000).status_code == 303
