"""What every answer says to the browser, and how media are handed over."""

import io
import os
import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import app as archive_package
from app.models import MediaFile, Testimony
from app.services import publishing
from app.storage import store
from tests.conftest import post, testimony

STATIC = Path(archive_package.__file__).parent / "static"
BYTES = bytes(range(256)) * 400  # 102,400 bytes: more than one piece

WANTED = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def client(app):
    """A browser that reads every answer to its end, and lets go of the file behind it."""

    class Reader(FlaskClient):
        def open(self, *args, **kwargs):
            return super().open(*args, buffered=True, **kwargs)

    return Reader(app, app.response_class)


@pytest.fixture
def media(archive, keep, client) -> str:
    """The address of a published picture."""
    identifier = keep(testimony("m", "Look."))
    with archive.writing() as session:
        kept = store().save(io.BytesIO(BYTES))
        held = session.scalar(select(Testimony).filter_by(identifier=identifier))
        held.media.append(
            MediaFile(
                use="access",
                kind="image",
                mimetype="image/webp",
                key=kept.key,
                size=kept.size,
                sha256=kept.sha256,
            )
        )
        session.flush()
        publishing.publish(held)
    page = client.get(f"/testimonies/{identifier}").text
    return re.search(r'src="(/media/[^"]+)"', page).group(1)


@pytest.fixture
def answers(client, keep, media):
    """One answer of every kind."""
    identifier = keep(testimony("a", "We left at dusk."))
    return {
        "page": client.get("/"),
        "search": client.get("/search?q=dusk"),
        "testimony": client.get(f"/testimonies/{identifier}"),
        "record": client.get(f"/testimonies/{identifier}.json"),
        "citation": client.get(f"/testimonies/{identifier}/cite.bib"),
        "redirect to a line": client.get(f"/testimonies/{identifier}?t=0"),
        "api": client.get("/api/v1/search?q=dusk"),
        "api refusing": client.get("/api/v1/search?limit=0"),
        "api unknown": client.get("/api/v2/anything"),
        "feed": client.get("/feed.atom"),
        "sitemap": client.get("/sitemap.xml"),
        "robots": client.get("/robots.txt"),
        "language": client.get("/language?to=ru"),
        "sent to sign in": client.get("/workbench/testimonies/x/link"),
        "wrong password": post(client, "/sign-in", "/sign-in", email="a", password="b"),
        "without token": client.post("/sign-in", data={"email": "a"}),
        "unknown": client.get("/nowhere"),
        "method": client.delete("/about"),
        "static": client.get("/static/css/base.css"),
        "static unknown": client.get("/static/../config.py"),
        "media": client.get(media),
        "part of media": client.get(media, headers={"Range": "bytes=0-9"}),
        "impossible part": client.get(media, headers={"Range": "bytes=999999-"}),
    }


def test_every_kind_of_answer_keeps_the_browser_safe(answers):
    for kind, answer in answers.items():
        for name, value in WANTED.items():
            assert answer.headers.get(name) == value, (kind, name)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), kind
        assert "http" not in policy, kind
        if kind not in ("media", "part of media"):
            assert not re.search("unsafe-(inline|eval)", policy), kind
        assert "camera=()" in answer.headers["Permissions-Policy"], kind
        assert "no-cache" in answer.headers["Cache-Control"], kind
        assert "Server" not in answer.headers or "Werkzeug" in answer.headers["Server"], kind


def test_every_kind_of_answer_is_what_it_should_be(answers):
    status = {kind: answer.status_code for kind, answer in answers.items()}
    assert status == dict.fromkeys(status, 200) | {
        "redirect to a line": 302,
        "api refusing": 400,
        "api unknown": 404,
        "language": 303,
        "sent to sign in": 302,
        "wrong password": 422,
        "without token": 400,
        "unknown": 404,
        "method": 405,
        "static unknown": 404,
        "part of media": 206,
        "impossible part": 416,
    }
    assert answers["api unknown"].json["error"]
    assert "Traceback" not in "".join(
        a.text for k, a in answers.items() if "media" not in k and "part" not in k
    )


def test_only_scripts_with_the_word_of_the_moment_run(client):
    pages = [client.get("/about") for _ in range(2)]
    words = [re.search(r"'nonce-([^']+)'", p.headers["Content-Security-Policy"]).group(1) for p in pages]
    assert words[0] != words[1]
    for page, word in zip(pages, words, strict=True):
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{word}"' in script for script in scripts)
        assert not re.search(r"<[^>]+\s(on\w+|style)=", page.text)


def test_etags_tell_neither_time_nor_path_nor_size(client, media, answers):
    size = (STATIC / "css/base.css").stat().st_size
    for address in ("/static/css/base.css", media):
        answer = client.get(address)
        etag = answer.headers["ETag"].strip('"')
        assert re.fullmatch("[0-9a-f]{32}", etag)
        assert str(size) not in etag
        assert "Last-Modified" not in answer.headers
        again = client.get(address, headers={"If-None-Match": f'"{etag}"'})
        assert (again.status_code, again.data) == (304, b"")


def test_an_etag_is_of_the_bytes_and_not_of_the_moment(client):
    before = client.get("/static/icon.svg").headers["ETag"]
    icon = STATIC / "icon.svg"
    kept = icon.stat()
    try:
        os.utime(icon, (time.time(), time.time() - 1000))
        assert client.get("/static/icon.svg").headers["ETag"] == before
    finally:
        os.utime(icon, (kept.st_atime, kept.st_mtime))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, len(BYTES) - 1),
        ("bytes=-5", len(BYTES) - 5, len(BYTES) - 1),
        ("bytes=65530-65545", 65530, 65545),
        ("bytes=100-9999999", 100, len(BYTES) - 1),
    ],
)
def test_the_part_asked_for_is_the_part_given(asked, first, last, client, media):
    answer = client.get(media, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == BYTES[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(BYTES)}"
    assert int(answer.headers["Content-Length"]) == last - first + 1


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=102400-"])
def test_a_part_that_is_not_there_is_refused(asked, client, media):
    answer = client.get(media, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(BYTES)}"


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=9-1", "bytes=", "nonsense"])
def test_a_part_that_cannot_be_understood_never_fails(asked, client, media):
    answer = client.get(media, headers={"Range": asked})
    assert answer.status_code in (200, 416)
    assert answer.status_code == 416 or answer.data == BYTES


def test_a_whole_file_and_its_head(client, media):
    whole, head = client.get(media), client.head(media)
    assert whole.data == BYTES
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(BYTES)))
    assert whole.mimetype == "image/webp"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    old = client.get(media, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (old.status_code, len(old.data)) == (200, len(BYTES))


def test_a_language_chosen_never_leads_elsewhere(client):
    for elsewhere in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
    ):
        answer = client.get("/language", query_string={"to": "ru", "next": elsewhere})
        assert answer.headers["Location"] == "/", elsewhere
    assert "Set-Cookie" not in client.get("/language?to=xx").headers
    back = client.get("/language", query_string={"to": "ru", "next": "/search?q=a&sort=date"})
    assert back.headers["Location"] == "/search?q=a&sort=date"
    assert "HttpOnly" in back.headers["Set-Cookie"]
