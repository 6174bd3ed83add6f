"""Receipts cannot be guessed and are kept slowly hashed; contacts are not told by a stolen database."""

import math
import sqlite3
import threading
import time

import pytest

from app import sealing
from app.errors import Invalid, TooSoon
from app.sealing import Seal, new_receipt, word_list
from app.services import submitting

KEY = "a key that is long enough for anybody"


def test_a_receipt_is_six_words_of_7776():
    assert len(set(word_list())) == 7776
    assert sealing.WORDS * math.log2(len(word_list())) >= 77
    words = new_receipt().split(" ")
    assert len(words) == 6
    assert set(words) <= set(word_list())
    assert new_receipt() != new_receipt()


def test_the_same_words_open_however_they_were_written_down():
    seal = Seal(KEY)
    kept = seal.receipt("acid yo-yo gravel honey lapdog zoom")
    assert seal.receipt("1. Acid\n2. yo-yo\n3. gravel\n4. honey 5. lapdog\n6. ZOOM ") == kept
    assert seal.receipt("yo-yo acid gravel honey lapdog zoom") != kept
    assert Seal(KEY + "!").receipt("acid yo-yo gravel honey lapdog zoom") != kept


def test_receipts_that_were_given_go_on_opening(dear_receipts):
    kept = "826fb0e7c9cb651ed64dfbb7cc153f5154a0dc238b4e00b45cc2af48e8cffd0c"
    assert Seal(KEY).receipt("acid yo-yo gravel honey lapdog zoom") == kept


@pytest.mark.trial
def test_a_million_wrong_receipts_open_nothing(rounds):
    """With scrypt made cheap, as in all tests, or it would take a day; what is compared is the same."""
    seal = Seal(KEY)
    kept = {seal.receipt(new_receipt()) for _ in range(1000)}
    tries = 1_000_000 if rounds > 100 else 20_000
    assert not any(seal.receipt(new_receipt()) in kept for _ in range(tries))


def test_right_and_wrong_words_take_the_same_way(archive):
    """One slow digest and one look-up for either: counted, since times may not be asserted."""
    with archive.writing():
        identifier = submitting.begin("ticket", "en")
        words = submitting.receipt(identifier)
    tried: list[str] = []

    class Counting(Seal):
        def receipt(self, words: str) -> str:
            tried.append(words)
            return super().receipt(words)

    counting = Counting(archive.settings.secret_key or (archive.settings.home / "secret_key").read_text())
    said = set()
    for wrong in ("", "six", new_receipt(), "x" * 100_000, "ա բ գ դ ե զ", words + " zoom", words[:-1]):
        with archive.reading(), sealing.using(counting), pytest.raises(Invalid) as refusal:
            submitting.open_with(wrong)
        said.add(str(refusal.value))
    with archive.reading(), sealing.using(counting):
        assert submitting.open_with(words) == identifier
    assert said == {submitting.WRONG}
    assert len(tried) == 8


def test_many_tries_at_once_wait_for_one_another_and_then_are_told_to_come_back(monkeypatch):
    """Whoever sends thousands of words takes two places, not the machine."""
    monkeypatch.setattr(sealing, "PATIENCE", 0.2)
    seal = Seal(KEY)
    for _ in range(2):
        sealing._turns.acquire()
    try:
        with pytest.raises(TooSoon):
            seal.tried("acid yo-yo gravel honey lapdog zoom")
    finally:
        for _ in range(2):
            sealing._turns.release()
    assert seal.tried("acid") == seal.receipt("acid")


def test_only_so_many_wait_and_the_next_is_told_at_once(monkeypatch):
    """Each that waits holds one of the server's threads: eight may, and no patience helps a ninth."""
    monkeypatch.setattr(sealing, "PATIENCE", 3600.0)
    seal, said = Seal(KEY), []
    for _ in range(2):
        assert sealing._queue.acquire(blocking=False)
        assert sealing._turns.acquire(blocking=False)
    waiting = [threading.Thread(target=lambda: said.append(seal.tried("acid"))) for _ in range(8)]
    try:
        for thread in waiting:
            thread.start()
        while sealing._queue._value:
            time.sleep(0.01)
        with pytest.raises(TooSoon):
            seal.tried("acid")
    finally:
        for _ in range(2):
            sealing._turns.release()
            sealing._queue.release()
        for thread in waiting:
            thread.join()
    assert said == [seal.receipt("acid")] * 8


def test_the_database_tells_neither_words_nor_contact(archive, settings):
    with archive.writing():
        identifier = submitting.begin("a ticket of this session", "az")
        words = submitting.receipt(identifier)
        submitting.answer(identifier, "contact", {"contact": ["+994 50 123 45 67, after dark"]})
    with archive.reading():
        assert submitting.contact(identifier) == "+994 50 123 45 67, after dark"
    archive.database.checkpoint()
    raw = (settings.home / "archive.sqlite").read_bytes()
    for secret in (words, words.split()[0] + " ", "+994 50", "after dark", "a ticket of this session"):
        assert secret.encode() not in raw
    with sqlite3.connect(settings.home / "archive.sqlite") as connection:
        (sealed,) = connection.execute("SELECT sealed FROM submission_contact").fetchone()
    with pytest.raises(Invalid):
        Seal("another key, also long enough for anybody").open(sealed)
