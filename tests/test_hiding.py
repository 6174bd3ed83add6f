"""What is withheld, closed or under embargo is nowhere: in no page, search, count or raw public file."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from app import clock
from app.cli.base import OPERATOR
from app.records import Named, Withholding
from app.services import redacting
from tests.conftest import testimony

OPEN = "The baker carried the lantern across the bridge."
SECRET = "Zorblatt Quixnam hid beneath the vintrolle staircase."
WORDS = ("zorblatt", "quixnam", "vintrolle")
SEEN = ("/concordance", "/concordance.json", "/concordance.csv", "/words", "/keep", ".atom")


def everything_said(client) -> str:
    """All that a stranger can reach by following links and asking, headers included."""
    waiting = [
        "/",
        "/testimonies",
        "/collections",
        "/people",
        "/places",
        "/events",
        "/sitemap.xml",
        "/feed.atom",
    ]
    waiting += ["/robots.txt", "/about", "/keys"]
    for word in (*WORDS, "zorb*", '"vintrolle staircase"', "lantern", "vintroll", ""):
        waiting += [f"/search?q={word}", f"/api/v1/search?q={word}&limit=1000"]
        waiting += [f"/search{seen}?q={word}" for seen in SEEN]
    seen, said = set(), []
    while waiting:
        address = waiting.pop()
        if address in seen or len(seen) > 400 or address.startswith("/static/"):
            continue
        seen.add(address)
        answer = client.get(address)
        # What the visitor typed is said back to them: that is theirs. Every other secret word must be absent.
        asked = [word for word in re.findall(r"\w+", unquote(address.partition("?")[2])) if len(word) > 3]
        body = (
            re.sub(rf"\b({'|'.join(asked)})\b", "", unquote(answer.text), flags=re.I)
            if asked
            else answer.text
        )
        if address.startswith("/api/") and any(word in address for word in WORDS):
            assert answer.json["total"] == 0, address
        said.append(f"{answer.headers}\n{body}" if not asked else body)
        answer.close()
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', answer.text)]
        # A link that carries the visitor's own question leads to nothing but that question again.
        waiting += [link for link in links if not any(word in unquote(link).lower() for word in WORDS)]
        waiting += [f"/testimonies/{i}.json" for i in re.findall(r"/testimonies/(\w{12})\b", answer.text)]
    return "\n".join(said).lower()


@pytest.mark.parametrize(
    "how", ["closed", "restricted", "reading_room", "embargo", "unpublished", "withheld"]
)
def test_hidden_words_are_nowhere(how, client, keep, work, archive):
    more = {
        "closed": {"access": "closed"},
        "restricted": {"access": "restricted"},
        "reading_room": {"access": "reading_room"},
        "embargo": {"embargo_until": "2090-01-01"},
        "withheld": {"withholdings": (Withholding(1, 1, "third_party"),)},
    }.get(how, {})
    keep(testimony("open", OPEN))
    keep(testimony("secret", OPEN, SECRET, **more), publish=how != "unpublished")
    work()
    said = everything_said(client)
    assert "lantern" in said
    assert not [word for word in WORDS if word in said]
    assert not raw_public_files_with(archive, WORDS)


def raw_public_files_with(archive, words) -> list[str]:
    files = [p for p in (archive.settings.home / "search_index" / "public").rglob("*") if p.is_file()]
    assert files
    return [f"{p.name}: {w}" for p in files for w in words if w.encode() in p.read_bytes().lower()]


def test_a_redaction_holds_at_the_next_request_and_in_the_raw_index_after_the_job(
    client, keep, work, archive
):
    identifier = keep(testimony("a", OPEN, SECRET, "And then it was morning."))
    work()
    assert client.get("/api/v1/search?q=zorblatt").json["total"] == 1
    with archive.writing():
        redacting.redact(identifier, 1, 1, "danger", OPERATOR)
    assert client.get("/api/v1/search?q=zorblatt").json["hits"] == []  # before any job has run
    page = client.get(f"/testimonies/{identifier}").text
    assert "Zorblatt" not in page
    assert "Zorblatt" not in client.get(f"/testimonies/{identifier}.json").text
    assert "lantern" in page
    work()
    assert client.get("/api/v1/search?q=zorblatt").json["total"] == 0
    assert not raw_public_files_with(archive, WORDS)


def test_an_embargo_ends_to_the_second_in_every_channel(client, keep, work):
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=40)
    identifier = keep(testimony("a", OPEN, embargo_until=end.date().isoformat()))
    work()
    with clock.showing(end - timedelta(seconds=1)):
        work()
        assert client.get(f"/testimonies/{identifier}").status_code == 404
        assert client.get("/api/v1/search?q=lantern").json["total"] == 0
    with clock.showing(end + timedelta(seconds=1)):
        work()
        assert client.get(f"/testimonies/{identifier}").status_code == 200
        assert client.get("/api/v1/search?q=lantern").json["total"] == 1
        assert identifier in client.get("/feed.atom").text


def test_readers_and_archivists_see_what_they_may(keep, work, sign_in):
    room = keep(testimony("room", "Read only in the reading room.", access="reading_room"))
    closed = keep(testimony("closed", "Read only by archivists.", access="closed"))
    work()
    reader, archivist = sign_in("reader"), sign_in("archivist")
    assert [reader.get(f"/testimonies/{i}").status_code for i in (room, closed)] == [200, 404]
    assert [archivist.get(f"/testimonies/{i}").status_code for i in (room, closed)] == [200, 200]
    assert reader.get("/api/v1/search?q=read").json["testimonies"] == 1
    assert archivist.get("/api/v1/search?q=read").json["testimonies"] == 2


def test_an_archive_with_secrets_answers_as_one_without(archive, keep, new_home, work, monkeypatch):
    """Two worlds: pages, searches, counts and scores are the same, to the byte."""
    from app import create_app
    from app.jobs.worker import Worker

    twin = create_app(new_home("twin"))
    twin_archive = twin.extensions["archive"]
    names = iter(f"s{n:011}" for n in range(10_000))
    shared = [
        testimony(f"t{n}", OPEN, f"It was the {n}th night of the flood.", "Nobody slept.") for n in range(12)
    ]
    secret = [testimony(f"s{n}", SECRET, f"The flood took {n} houses.", access="closed") for n in range(7)]
    secret.append(testimony("s9", "The flood again, and the lantern.", embargo_until="2090-01-01"))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for home, records in ((archive, [*shared[:5], *secret, *shared[5:]]), (twin_archive, shared)):
        ids = {r.source_id: f"{i:012x}" for i, r in enumerate(shared)}
        for record in records:
            with clock.showing(moment):
                take_as(record, ids.get(record.source_id, next(names)), home, monkeypatch)
        Worker(home).run_all()
    here, there = visitors(archive, twin)
    asked = [
        "flood",
        "lantern",
        '"of the flood"',
        "fl*",
        "night OR houses",
        "nobody NOT flood",
        "zorblatt",
        "slpet",
    ]
    addresses = [f"/{door}?q={q}" for q in asked for door in ("search", "api/v1/search")]
    addresses += ["/", "/testimonies", "/collections", "/people", "/places", "/feed.atom", "/sitemap.xml"]
    addresses += [f"/search{seen}?q={q}" for seen in SEEN for q in asked]
    addresses += ["/search/words?q=flood&q=lantern&q=houses"]
    addresses += [f"/search/complete?q={q[:n]}" for q in asked for n in (2, 3, 5)]
    addresses += [f"/testimonies/{i:012x}{more}" for i in range(12) for more in ("", "/similar?line=1")]
    for address in addresses:
        one, other = here.get(address), there.get(address)
        assert (one.status_code, strip(one.text)) == (other.status_code, strip(other.text)), address
    twin_archive.close()


def visitors(archive, twin):
    from app import create_app

    return create_app(archive.settings).test_client(), twin.test_client()


def strip(text: str) -> str:
    """Without what is random in every answer: the nonce."""
    return re.sub(r'nonce="[^"]+"', "", text)


def take_as(record, identifier, home, monkeypatch) -> None:
    """Take a record in under a chosen identifier, so that two archives can be compared to the byte."""
    from sqlalchemy import select

    from app.models import Collection, Person, Testimony
    from app.services import accessioning, exchanging, publishing

    with home.writing() as session:
        collection = exchanging.find_collection("Tests", record)
        accessioning.accession(record, collection, OPERATOR)
        kept = session.scalar(select(Testimony).filter_by(source_id=record.source_id))
        kept.identifier = identifier
        for noun in (Collection, Person):
            for thing in session.scalars(select(noun)):
                thing.identifier = f"{noun.__tablename__:x<12}"[:12]
        publishing.open_to_readers(kept, OPERATOR)


def test_names_of_what_was_replaced_are_forgotten_though_its_number_is_given_again(archive, keep):
    """SQLite gives the highest number anew: names kept in memory must not outlive their edition."""
    from sqlalchemy import delete, func, select

    from app.models import Audience, Edition, Testimony
    from app.services import naming, publishing

    keep(testimony("a", "We left at dusk.", places=(Named("Quorvistle"),)))

    def look():
        with archive.reading() as session:
            public = Edition.audience == Audience.PUBLIC
            numbers = session.execute(select(func.max(Edition.id), func.count()).where(public)).one()
            return tuple(numbers), naming.state("public")

    numbers, before = look()
    with archive.writing() as session:
        session.execute(delete(Edition))
        kept = session.scalars(select(Testimony)).one()
        kept.places.clear()
        publishing.publish(kept)
    assert look()[0] == numbers
    assert look()[1] != before
