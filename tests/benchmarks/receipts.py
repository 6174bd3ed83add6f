"""Right and wrong receipts timed, alone and among guessers: python -m tests.benchmarks.receipts

Right and wrong words are tried in turn, so that a busy machine is busy for both. Then a crowd of guessers,
each with a fresh session, tries words as fast as it can while one reader opens a page and one teller opens an
account; their times are compared with the same before the crowd came.
"""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from app.archive import Archive
from app.errors import Invalid
from app.jobs.worker import Worker
from app.sealing import new_receipt
from app.services import submitting
from config import Settings
from tests.served import Browser, Served

PAIRS = 300
GUESSERS = 8
SECONDS = 20.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", disk_reserve=0)
        archive = Archive(settings)
        archive.migrate()
        Worker(archive).mend()
        with archive.writing():
            words = submitting.receipt(submitting.begin("ticket", "en"))
        in_turn(archive, words)
        archive.close()
        among_guessers(settings, Path(folder) / "log", words)


def in_turn(archive: Archive, words: str) -> None:
    """Right and wrong words, one after the other."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * PAIRS):
        right = number % 2 == 0
        said = words if right else new_receipt()
        began = time.perf_counter()
        try:
            with archive.reading():
                submitting.open_with(said)
        except Invalid:
            assert not right
        times[right].append((time.perf_counter() - began) * 1000)
    right, wrong = (statistics.median(times[kind]) for kind in (True, False))
    spread = statistics.stdev(times[False])
    print(f"right {right:.2f} ms, wrong {wrong:.2f} ms (median of {PAIRS}; spread {spread:.2f} ms)")
    print(f"ratio {right / wrong:.3f}")


def among_guessers(settings: Settings, log: Path, words: str) -> None:
    """The same page and the same words, alone and among those who guess."""
    served = Served(settings, log)
    try:
        served.start()
        alone = {what: once(served.port, what, words) for what in ("page", "words")}
        stop = threading.Event()
        counts: list[int] = []
        crowd = [threading.Thread(target=guess, args=(served.port, stop, counts)) for _ in range(GUESSERS)]
        for one in crowd:
            one.start()
        time.sleep(2)
        among = {what: once(served.port, what, words) for what in ("page", "words")}
        time.sleep(SECONDS / 4)
        stop.set()
        for one in crowd:
            one.join()
        for what, name in (("page", "a reader's page"), ("words", "the right words")):
            ratio = among[what] / alone[what]
            said = f"{alone[what]:.0f} ms alone, {among[what]:.0f} ms among them"
            print(f"{name}: {said}, ratio {ratio:.1f}")
        print(f"{sum(counts)} guesses of {GUESSERS} guessers were answered meanwhile, none opened an account")
    finally:
        served.close()


def once(port: int, what: str, words: str) -> float:
    """Median of some tries, in milliseconds."""
    taken = []
    for _ in range(5):
        browser = Browser(port)
        if what == "words":
            browser.get("/submit/return")
        began = time.perf_counter()
        if what == "page":
            assert browser.get("/testimonies").status == 200
        else:
            while browser.post("/submit/return", "/submit/return", {"words": words}).status == 429:
                time.sleep(0.2)  # so many guess that one more cannot wait: asked again, as its page says
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def guess(port: int, stop: threading.Event, counts: list[int]) -> None:
    """Try words as fast as the archive answers, each time as somebody new."""
    done = 0
    while not stop.is_set():
        answer = Browser(port).post("/submit/return", "/submit/return", {"words": new_receipt()})
        assert answer.status in (422, 429), answer.status
        done += 1
    counts.append(done)


if __name__ == "__main__":
    main()
