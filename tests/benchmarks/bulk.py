"""Tags ten thousand records at once, as an archivist does it, watches the progress and undoes it.

usage: python -m tests.benchmarks.bulk HOME [--records 10000]

Makes an archive in HOME (which must not exist) with so many small records of twenty lines, taken in
through accessioning. Signs in, chooses all through the door, looks at the preview, starts, and lets the
worker work while the page is asked how far it has come. Then undoes it, and proves that the taggings and
the stamp of every edition are those of before, and that `archive check` finds nothing.
"""

import argparse
import random
import sys
import threading
import time
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.archive import Archive
from app.cli.base import OPERATOR
from app.jobs.worker import Worker
from app.models import Edition, Tagging, Term
from app.records import Agent, Line, Named, Record, Script, Tag
from app.services import accessioning, accounts, checking, exchanging, indexing
from config import Settings

PASSWORD = "a long enough password"
WORDS = (
    *("we", "went", "down", "to", "the", "river", "and"),
    *("house", "burned", "night", "mother", "called", "home"),
)
LINES = 20


def record(number: int) -> Record:
    """A small record: twenty lines, a narrator, a place, two tags."""
    chance = random.Random(number)
    lines = tuple(
        Line(n, " ".join(chance.choices(WORDS, k=12)), f"Narrator {number}", n * 4000, n * 4000 + 4000)
        for n in range(LINES)
    )
    return Record(
        source_id=f"bulk-{number:05}",
        title=f"Testimony {number}",
        language="en",
        collection="Bulk",
        agents=(Agent(f"Narrator {number}"),),
        places=(Named(f"Place {number % 50}"),),
        tags=(Tag(f"Subject {number % 20}"), Tag("every one")),
        scripts=(Script("en", lines),),
    )


def state(archive: Archive) -> tuple[list[object], list[object]]:
    """Every tagging, and the stamp of every edition."""
    with archive.reading() as session:
        taggings = session.execute(
            select(
                Tagging.id, Tagging.testimony_id, Tagging.term_id, Tagging.made_by, Tagging.made_at
            ).order_by(Tagging.id)
        )
        stamps = session.execute(
            select(Edition.testimony_id, Edition.audience, Edition.stamp).order_by(
                Edition.testimony_id, Edition.audience
            )
        )
        return [tuple(row) for row in taggings], [tuple(row) for row in stamps]


def fill(archive: Archive, count: int) -> None:
    """Take the records in, a hundred in each transaction, and index them."""
    for start in range(0, count, 100):
        with archive.writing():
            for number in range(start, min(start + 100, count)):
                made = record(number)
                accessioning.accession(made, exchanging.find_collection("Bulk", made), OPERATOR, publish=True)
    Worker(archive).run_all()


def token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def run(client: FlaskClient, archive: Archive, door: str, **fields: object) -> tuple[str, float, list[int]]:
    """Send a form and let the worker work; returns the page of the change, seconds, progress seen."""
    form = client.get(fields.pop("form")).text  # type: ignore[arg-type]
    begun = time.perf_counter()
    answer = client.post(door, data={"csrf_token": token(form), **fields})
    assert answer.status_code == 303, answer.text
    page, stop, seen = answer.location, threading.Event(), [0]
    worker = threading.Thread(target=Worker(archive).work, args=(stop,))
    worker.start()
    while True:
        told = client.get(f"{page}.json").json
        if told["done"] != seen[-1]:
            seen.append(told["done"])
        if told["over"]:
            break
        time.sleep(0.25)
    took = time.perf_counter() - begun
    begun = time.perf_counter()
    while left(archive):
        time.sleep(0.1)
    print(f"  the indexes followed {time.perf_counter() - begun:.1f} s later")
    stop.set()
    worker.join()
    return page, took, seen


def left(archive: Archive) -> int:
    """How many jobs wait."""
    with archive.reading():
        return checking.counts()["jobs waiting"]


def main() -> None:
    """Fill, tag, undo, prove."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.bulk")
    asked.add_argument("home", type=Path)
    asked.add_argument("--records", type=int, default=10_000)
    told = asked.parse_args()
    if told.home.exists():
        sys.exit(f"{told.home} is there already")
    app = create_app(Settings(home=told.home, base_url="http://localhost"))
    archive: Archive = app.extensions["archive"]
    archive.migrate()
    Worker(archive).mend()
    begun = time.perf_counter()
    fill(archive, told.records)
    print(f"{told.records} records taken in and indexed in {time.perf_counter() - begun:.0f} s")
    prove(app.test_client(), archive, told.records)
    archive.close()


def prove(client: FlaskClient, archive: Archive, records: int) -> None:
    """Tag all at once through the doors, undo it, and hold before and after against one another."""
    with archive.writing():
        accounts.add("archivist@example.org", "archivist", PASSWORD, OPERATOR)
    form = client.get("/sign-in").text
    client.post(
        "/sign-in",
        data={"csrf_token": token(form), "email": "archivist@example.org", "password": PASSWORD},
    )
    before = state(archive)
    with archive.reading() as session:
        term = session.scalar(select(Term.identifier).filter_by(label="Subject 7"))
    chosen = {"action": "tag", "term": term, "all": "1"}
    begun = time.perf_counter()
    form = client.get("/workbench/testimonies").text
    looked = client.post("/workbench/bulk/preview", data={"csrf_token": token(form), **chosen})
    assert looked.status_code == 200, looked.text
    print(f"the preview took {time.perf_counter() - begun:.1f} s")
    page, took, seen = run(
        client,
        archive,
        "/workbench/bulk",
        form="/workbench/testimonies",
        expected=records,
        what=term,
        **chosen,
    )
    print(f"tagged in {took:.1f} s; progress seen: {', '.join(map(str, seen))}")
    during = state(archive)
    assert during != before, "nothing was tagged"
    version = client.get(page).text.partition('name="version" value="')[2].partition('"')[0]
    _, took, seen = run(client, archive, f"{page}/undo", form=page, version=version)
    print(f"undone in {took:.1f} s; progress seen: {', '.join(map(str, seen))}")
    assert state(archive) == before, "not everything is as it was"
    with archive.reading():
        indexing.catch_up()
        found = list(checking.check())
    assert not found, found
    print("every tagging and every edition's stamp is as before; the check finds nothing")


if __name__ == "__main__":
    main()
