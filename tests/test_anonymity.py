"""Who gives an account leaves no address, browser or way they came on the archive's disks."""

from pathlib import Path

import pytest

from app.services.steps import USES
from tests.served import Browser, Served

ADDRESS = "127.0.0.77"
MARKS = {
    "User-Agent": "Quillbrook/7.7 (zyxmark-agent)",
    "Referer": "http://zyxmark-referrer.example/page",
    "Accept-Language": "en-x-zyxmark-tongue, en;q=0.5",
    "X-Forwarded-For": "10.77.177.7",
    "Forwarded": "for=10.77.177.7;by=zyxmark-proxy",
    "Via": "1.1 zyxmark-via",
    "Accept": "text/html;zyxmark-accept=1",
}
SOUGHT = (b"zyxmark", b"Quillbrook", b"127.0.0.77", b"10.77.177.7")
ANSWERS = {
    "account": {"text": "We heard the bells before anybody came."},
    "naming": {"naming": "none"},
    "uses": dict.fromkeys(USES, "yes"),
    "readers": {"access": "public"},
    "opening": {"opening": "now"},
}


def give(port: int) -> str:
    """One account, sent without script. Returns the words of its page."""
    teller = Browser(port, headers=MARKS, source=ADDRESS)
    assert teller.begin().status == 303
    for step, given in ANSWERS.items():
        assert teller.post(f"/submit/{step}", f"/submit/{step}", given).status == 303
    sent = teller.post("/submit/review", "/submit/send", {})
    assert sent.status == 200
    assert set(teller.cookies) == {"session"}
    return sent.text


def found_in(folder: Path) -> list[str]:
    """The files in which a mark stands."""
    return [
        f"{path}: {mark!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for content in [path.read_bytes()]
        for mark in SOUGHT
        if mark in content
    ]


@pytest.mark.trial
def test_no_mark_of_a_teller_is_on_any_disk(settings, rounds, tmp_path):
    """Database, write-ahead log, index, anteroom, what the server says, and its temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    served = Served(settings, tmp_path / "log", TMPDIR=str(temporary))
    try:
        served.start()
        for _ in range(rounds):
            give(served.port)
        stumbling = Browser(served.port, headers=MARKS, source=ADDRESS)
        assert stumbling.get("/submit/nothing").status == 404
        assert stumbling.ask("POST", "/submit/send", b"x=1").status == 400
        assert stumbling.ask("BREW", "/submit").status in (400, 405, 501)
        before_end = found_in(tmp_path)  # the write-ahead log is there while it serves
    finally:
        served.close()
    assert before_end == []
    assert found_in(tmp_path) == []


def test_the_search_for_marks_finds_them(tmp_path):
    (tmp_path / "log").write_text("a request from 127.0.0.77")
    assert len(found_in(tmp_path)) == 1
