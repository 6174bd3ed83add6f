"""Many testimonies changed at once: looked at before, done in steps, gone on with, undone exactly."""

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.archive import Archive
from app.cli.base import OPERATOR
from app.jobs.worker import Worker
from app.models import AuditEntry, BulkChange, BulkItem, Consent, Edition, Job, Tagging, Term, Testimony
from app.records import Tag
from app.services import accessioning, bulk, checking, exchanging, redacting, selecting
from config import Settings
from tests.benchmarks import bulk as benchmark
from tests.conftest import post, testimony

COUNT = 24
STEP = 10


@pytest.fixture
def archivist(sign_in):
    return sign_in("archivist")


@pytest.fixture(scope="module")
def blank(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that is copied for each test: so many testimonies that three steps are needed; every third
    has the tag already."""
    home = tmp_path_factory.mktemp("bulk") / "home"
    shutil.copytree(blank, home)
    archive = Archive(Settings(home=home))
    with archive.writing():
        for number in range(COUNT):
            tags = (Tag("Winter"), Tag("Flight")) if number % 3 == 0 else (Tag("Flight"),)
            made = testimony(f"t{number:03}", "We left at dusk.", "Nobody came.", tags=tags)
            collection = exchanging.find_collection("Tests", made)
            accessioning.accession(made, collection, OPERATOR, publish=True)
    Worker(archive).run_all()
    archive.close()
    return home


@pytest.fixture
def ids(archive, monkeypatch) -> list[str]:
    monkeypatch.setattr(bulk, "STEP", STEP)
    with archive.reading() as session:
        return list(session.scalars(select(Testimony.identifier).order_by(Testimony.id)))


@pytest.fixture
def winter(archive, ids) -> str:
    with archive.reading() as session:
        return session.scalar(select(Term.identifier).filter_by(label="Winter"))


def look(archivist, **fields):
    return post(archivist, "/workbench/testimonies", "/workbench/bulk/preview", **{"all": "1", **fields})


def facts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<div><dt>([^<]+)</dt><dd>(.*?)</dd></div>", page))


def start(archivist, page):
    """Press the button on the preview."""
    form = page.text.partition('action="/workbench/bulk"')[2].partition("</form>")[0]
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    fields: dict[str, list[str]] = {}
    for name, value in hidden:
        fields.setdefault(name, []).append(value)
    return archivist.post("/workbench/bulk", data=fields)


def undo(archivist, page: str):
    version = re.search(r'name="version" value="(\d+)"', archivist.get(page).text)[1]
    return post(archivist, page, f"{page}/undo", version=version)


def test_a_preview_changes_nothing_and_tells_what_would(archive, archivist, ids, winter):
    before = benchmark.state(archive)
    page = look(archivist, action="tag", term=winter)
    assert page.status_code == 200
    told = facts(page.text)
    assert told["Chosen"] == "24 testimonies"
    assert (told["Would change"], told["Are so already"], told["Cannot be changed"]) == ("16", "8", "0")
    assert benchmark.state(archive) == before
    with archive.reading() as session:
        assert session.scalars(select(BulkChange)).all() == []


def test_all_are_tagged_watched_and_undone_to_the_stamp(archive, archivist, ids, winter, work):
    before = benchmark.state(archive)
    started = start(archivist, look(archivist, action="tag", term=winter))
    assert started.status_code == 303
    page = started.location
    assert "It waits to begin." in archivist.get(page).text
    identifier = page.rpartition("/")[2]
    with archive.writing():
        assert bulk.step(identifier)
    told = archivist.get(f"{page}.json").json
    assert (told["done"], told["total"], told["over"]) == (STEP, COUNT, False)
    work()
    told = archivist.get(f"{page}.json").json
    assert (told["done"], told["over"]) == (COUNT, True)
    assert archivist.get("/api/v1/search?q=tag:Winter").json["testimonies"] == COUNT
    with archive.reading() as session:
        entries = session.scalars(select(AuditEntry).filter_by(action="testimony.tag")).all()
        assert len(entries) == 16
        assert {entry.details["bulk"] for entry in entries} == {identifier}
        whole = session.scalars(select(AuditEntry).where(AuditEntry.target == f"bulk:{identifier}"))
        assert [entry.action for entry in whole] == ["bulk.start", "bulk.done"]
    assert undo(archivist, page).status_code == 303
    work()
    assert "It is undone." in archivist.get(page).text
    assert benchmark.state(archive) == before
    with archive.reading():
        assert list(checking.check()) == []
    assert archivist.get("/api/v1/search?q=tag:Winter").json["testimonies"] == 8


def test_taking_a_tag_away_is_undone_with_who_made_it_and_when_and_in_its_order(
    archive, archivist, ids, winter, work, client
):
    before = benchmark.state(archive)
    page = start(archivist, look(archivist, action="untag", term=winter)).location
    identifier = page.rpartition("/")[2]
    with archive.writing():
        bulk.step(identifier)
    assert client.get("/api/v1/search?q=tag:Winter").json["testimonies"] < 8, "the old index still has it"
    work()
    assert client.get("/api/v1/search?q=tag:Winter").json["testimonies"] == 0
    assert undo(archivist, page).status_code == 303
    work()
    assert benchmark.state(archive) == before


def test_what_somebody_has_changed_since_is_listed_and_left(archive, archivist, ids, winter, work):
    page = start(archivist, look(archivist, action="set_access", level="reading_room")).location
    work()
    with archive.writing() as session:
        redacting.set_access(ids[7], "closed", OPERATOR)
        tagging = session.scalars(select(Testimony).filter_by(identifier=ids[8])).one()
        tagging.title = "Another title"  # another respect: no hindrance
    assert undo(archivist, page).status_code == 303
    work()
    told = archivist.get(page).text
    assert "Left as they are: 1" in told
    assert "Somebody has changed this since." in told
    with archive.reading() as session:
        held = {t.identifier: t.access.value for t in session.scalars(select(Testimony))}
        assert held.pop(ids[7]) == "closed"
        assert set(held.values()) == {"public"}


def test_a_change_that_is_killed_goes_on_and_does_nothing_twice(archive, archivist, ids, winter, work):
    page = start(archivist, look(archivist, action="tag", term=winter)).location
    identifier = page.rpartition("/")[2]
    with archive.writing() as session:
        bulk.step(identifier)
        session.rollback()  # killed before the step was kept
    with archive.writing():
        bulk.step(identifier)
    # Killed here: the job is taken up again, and so is another of the same change.
    with archive.writing() as session:
        session.add(Job(name="bulk", arguments={"bulk": identifier}))
    work()
    with archive.reading() as session:
        winters = select(Tagging).join(Term).where(Term.identifier == winter)
        assert len(session.scalars(winters).all()) == COUNT
        entries = session.scalars(select(AuditEntry).filter_by(action="testimony.tag")).all()
        assert len({entry.target for entry in entries}) == len(entries) == 16
        assert session.scalars(select(BulkChange)).one().done == COUNT


def test_only_those_ticked_are_changed(archive, archivist, ids, winter, work):
    page = look(archivist, all="", testimony=[ids[1], ids[2], ids[3]], action="tag", term=winter)
    assert facts(page.text)["Would change"] == "2"
    assert start(archivist, page).status_code == 303
    work()
    with archive.reading() as session:
        assert len(session.scalars(select(BulkItem)).all()) == 3
        assert len(session.scalars(select(Tagging).join(Term).where(Term.identifier == winter)).all()) == 10
    assert (
        "Choose at least one"
        in post(
            archivist,
            "/workbench/testimonies",
            "/workbench/bulk",
            all="",
            action="tag",
            what=winter,
            expected=0,
        ).text
    )


def test_what_a_narrator_allows_keeps_its_say_and_is_told_before(archive, archivist, ids, client, work):
    with archive.writing() as session:
        held = session.scalar(select(Testimony).filter_by(identifier=ids[0]))
        session.add(Consent(testimony_id=held.id, reading=True, access="closed"))
        session.execute(update(Testimony).where(Testimony.id == held.id).values(access="closed"))
    page = look(archivist, all="", testimony=ids[:2], action="set_access", level="reading_room")
    told = facts(page.text)
    assert told["Would change"] == "2"
    assert told["Kept narrower by their narrators"].startswith("1.")
    assert start(archivist, page).status_code == 303
    work()
    assert client.get(f"/testimonies/{ids[1]}").status_code == 404
    with archive.reading() as session:
        audiences = select(Edition.audience).join(Testimony).where(Testimony.identifier == ids[0])
        assert list(session.scalars(audiences)) == ["staff"]


def test_a_collection_takes_only_numbers_it_has_not(archive, archivist, ids, keep, work):
    keep(testimony("t005", "The same number.", collection="Others"))
    with archive.reading() as session:
        others = next(
            t.collection.identifier
            for t in session.scalars(select(Testimony))
            if t.collection.name == "Others"
        )
    before = benchmark.state(archive)
    page = look(archivist, by_collection="", action="set_collection", collection_to=others)
    told = facts(page.text)
    assert told["Would change"] == "23"
    assert told["Are so already"] == "1"
    assert "same number" in told["Cannot be changed"]
    page = start(archivist, page).location
    work()
    assert "Left as they are: 1" in archivist.get(page).text
    assert undo(archivist, page).status_code == 303
    work()
    assert benchmark.state(archive) == before


def test_when_the_search_finds_others_by_now_it_is_looked_at_again(archive, archivist, ids, keep, winter):
    page = look(archivist, action="tag", term=winter)
    keep(testimony("new", "One more."))
    refused = start(archivist, page)
    assert refused.status_code == 409
    assert "25" in refused.text
    with archive.reading() as session:
        assert session.scalars(select(BulkChange)).all() == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "t007"}, 1),
        ({"q": "dusk"}, COUNT),
        ({"q": "Ana Vell"}, COUNT),
        ({"q": "100%"}, 0),
        ({"access": "closed"}, 0),
        ({"published": "yes", "language": "en"}, COUNT),
        ({"transcript": "no"}, 0),
        ({"collection": "000000000000"}, 0),
        ({"tag": "-"}, 0),
    ],
)
def test_testimonies_are_chosen_by_words_and_filters(archive, ids, asked, found):
    with archive.reading():
        assert len(selecting.numbers(selecting.choice(asked), OPERATOR)) == found


def test_the_list_is_paged_in_the_address_and_keeps_its_filters(archivist, ids, winter, monkeypatch):
    monkeypatch.setattr(selecting, "PER_PAGE", 10)
    page = archivist.get(f"/workbench/testimonies?tag={winter}&q=dusk").text
    assert "8 testimonies" in page
    second = archivist.get("/workbench/testimonies?q=dusk&page=2").text
    assert "q=dusk" in second
    assert "page=3" in second
    assert archivist.get("/workbench/testimonies?page=99").status_code == 404
    assert archivist.get("/workbench/testimonies?access=everyone").status_code == 422
