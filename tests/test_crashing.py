"""Whatever was acknowledged to somebody giving an account is there after a kill at any moment."""

import base64
import hashlib
import http.client
import random
import re
import secrets
import threading
import time
from dataclasses import dataclass, field

import pytest

from app import clock
from app.archive import Archive
from app.jobs.worker import LEASE, Worker
from app.models import Upload, UploadState
from app.services import checking, submitting
from app.services.steps import USES
from tests.served import Browser, Served

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = 40_000
NEEDED = {
    "account": {"text": "We heard the bells."},
    "naming": {"naming": "none"},
    "uses": dict.fromkeys(USES, "yes"),
    "readers": {"access": "closed"},
    "opening": {"opening": "now"},
}


@dataclass
class Teller:
    """Acts until the line breaks, and remembers what was acknowledged."""

    browser: Browser
    dice: random.Random
    saved: dict[str, str] = field(default_factory=dict)  # step: words acknowledged
    trying: dict[str, str] = field(default_factory=dict)  # step: words on their way
    words: str = ""
    file: bytes = b""
    address: str = ""
    offset: int = 0

    def act(self) -> None:
        try:
            while not self.words:
                self.dice.choices((self.save, self.upload, self.send), (6, 6, 1))[0]()
        except (OSError, http.client.HTTPException):
            return

    def save(self) -> None:
        step, name = self.dice.choice((("where", "where"), ("when", "when"), ("account", "text")))
        self.trying[step] = secrets.token_hex(8)
        answer = self.browser.post(f"/submit/{step}", f"/submit/{step}", {name: self.trying[step]})
        assert answer.status == 303, answer.text
        self.saved[step] = self.trying[step]

    def upload(self) -> None:
        if not self.address or self.offset == len(self.file):
            # the rest of a picture of Netpbm's kind would be refused: what is kept is plain text
            self.file = ("The bells rang. " * 12_500 + secrets.token_hex(8)).encode()
            named = base64.b64encode(b"bells.txt").decode()
            said = TUS | {"Upload-Length": str(len(self.file)), "Upload-Metadata": f"filename {named}"}
            answer = self.browser.ask("POST", "/submit/uploads", b"", said)
            assert answer.status == 201, answer.text
            self.address, self.offset = "/submit" + answer.headers["Location"].partition("/submit")[2], 0
        piece = self.file[self.offset : self.offset + PIECE]
        said = TUS | {"Upload-Offset": str(self.offset), "Content-Type": "application/offset+octet-stream"}
        answer = self.browser.ask("PATCH", self.address, piece, said)
        assert answer.status == 204, answer.text
        self.offset = int(answer.headers["Upload-Offset"])

    def send(self) -> None:
        for step, given in NEEDED.items():
            if step not in self.saved:
                assert self.browser.post(f"/submit/{step}", f"/submit/{step}", given).status == 303
        answer = self.browser.post("/submit/review", "/submit/send", {})
        if answer.status == 303:  # it was sent before, and the line broke while the words were shown
            answer = self.browser.post("/submit/yours", "/submit/renew", {})
        assert answer.status == 200, answer.text
        self.words = " ".join(re.findall(r"<li><span>([a-z-]+)</span></li>", answer.text))
        assert len(self.words.split()) == 6, answer.text

    def look(self, archive: Archive) -> None:
        """Whether all of it is there."""
        if self.words:
            with archive.reading():
                held = submitting.account(submitting.open_with(self.words))
            assert held.state == "sent"
            for step in ("where", "when"):
                if step in self.saved:
                    assert held.answers[step][step] in (self.saved[step], self.trying[step])
            return
        for step in ("where", "when", "account"):
            if step in self.saved:
                page = self.browser.get(f"/submit/{step}").text
                assert self.saved[step] in page or self.trying[step] in page, step
        if self.address:
            there = int(self.browser.ask("HEAD", self.address, headers=TUS).headers["Upload-Offset"])
            assert self.offset <= there <= len(self.file), (self.offset, there)
            self.offset = there


@pytest.mark.trial
@pytest.mark.usefixtures("dear_receipts")
def test_what_was_acknowledged_is_there_after_a_kill(settings, rounds, tmp_path, record_property):
    dice = random.Random(1892)
    served = Served(settings, tmp_path / "log")
    archive = Archive(settings)
    tellers: list[Teller] = []
    try:
        served.start()
        for number in range(rounds):
            if number % 3 == 0 or tellers[-1].words:
                tellers.append(Teller(Browser(served.port), dice))
                assert tellers[-1].browser.begin().status == 303
            acting = threading.Thread(target=tellers[-1].act)
            acting.start()
            time.sleep(dice.uniform(0.01, 0.5))
            served.kill()
            acting.join(60)
            served.start()
            tellers[-1].look(archive)
        for teller in tellers:
            teller.look(archive)
        served.kill()
        _settle(archive)
    finally:
        served.close()
        archive.close()
    record_property("kills", rounds)
    record_property("accounts", len(tellers))
    record_property("sent", sum(bool(t.words) for t in tellers))


def _settle(archive: Archive) -> None:
    """A worker takes up what the killed ones had; then all agree, and every file is what was sent."""
    worker = Worker(archive)
    with clock.showing(clock.now() + 2 * LEASE):
        for _ in range(2):
            worker.catch_up()
        worker.mend()
        worker.run_all()
    with archive.reading() as session:
        for upload in session.query(Upload).filter_by(state=UploadState.RECEIVED):
            with archive.store.open(upload.key) as kept:
                assert hashlib.sha256(kept.read()).hexdigest() == upload.sha256
        assert not session.query(Upload).filter_by(state=UploadState.WHOLE).count()
        assert not session.query(Upload).filter_by(state=UploadState.REFUSED).count()
        assert list(checking.check()) == []
