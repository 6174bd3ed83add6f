"""What describes a testimony is changed through the desk; two at once lose nothing; the trail tells it."""

import re

import pytest
from sqlalchemy import select

from app.models import AuditEntry, Edition, EditionPart, Event, Job, Person, Place, Testimony
from app.records import Agent, Named
from app.services import describing, naming
from tests.conftest import post, testimony, told


@pytest.fixture
def identifier(keep) -> str:
    return keep(
        testimony(
            "a",
            "We left at dusk.",
            "Nobody came.",
            agents=(Agent("Ana Vell"), Agent("Ira Moss", "interviewer")),
            places=(Named("Orrin"),),
        )
    )


@pytest.fixture
def archivist(sign_in):
    return sign_in("archivist")


def fields(archive, identifier) -> dict[str, str]:
    with archive.reading() as session:
        held = session.scalar(select(Testimony).filter_by(identifier=identifier))
        return describing.fields(held) | {"version": str(held.version)}


def save(client, archive, identifier, read=None, **wanted):
    """Send the form as a browser does: with everything that was read."""
    read = read or fields(archive, identifier)
    was = {f"was_{name}": value for name, value in read.items() if name != "version"}
    typed = {**read, "place": "", "place_words": "", **wanted}
    return post(
        client,
        f"/workbench/testimonies/{identifier}",
        f"/workbench/testimonies/{identifier}/describe",
        **was,
        **typed,
        doing="describe",
    )


def trail(archive, action):
    with archive.reading() as session:
        return session.scalars(select(AuditEntry).filter_by(action=action).order_by(AuditEntry.id)).all()


def test_fields_are_saved_read_and_told_before_and_after(archive, archivist, identifier, client):
    done = save(
        archivist,
        archive,
        identifier,
        title="The night at Orrin",
        date="night of 25–26 February 1992",
        period="when the reeds were high",
        content_note="Speaks of deaths.",
        place_words="Orrin",
    )
    assert done.status_code == 303, done.text
    page = client.get(f"/testimonies/{identifier}").text
    assert "The night at Orrin" in page
    assert "Speaks of deaths." in page
    assert "when the reeds were high" in page
    desk = archivist.get(f"/workbench/testimonies/{identifier}").text
    assert "1992-02-25/1992-02-26" in desk
    assert "not understood: kept as words" in desk
    with archive.reading() as session:
        held = session.scalars(select(Testimony)).one()
        assert (held.date.lower, held.date.upper) == ("1992-02-25", "1992-02-26")
        assert held.date.words == "night of 25–26 February 1992"
        assert held.place.name == "Orrin"
    entry = trail(archive, "testimony.describe")[-1]
    assert told(archive, entry)["before"]["title"] == "Testimony a"
    assert told(archive, entry)["after"]["title"] == "The night at Orrin"
    assert "summary" not in told(archive, entry)["after"]


def test_the_second_of_two_sees_both_versions_of_what_both_changed_and_keeps_the_rest(
    archive, archivist, identifier
):
    read = fields(archive, identifier)
    assert (
        save(archivist, archive, identifier, read, title="Theirs", summary="Their summary").status_code == 303
    )
    second = save(archivist, archive, identifier, read, title="Mine", rights="My rights")
    assert second.status_code == 409
    assert "Theirs" in second.text
    assert "Mine" in second.text
    assert "Their summary" not in second.text, "what only one changed is not asked"
    assert fields(archive, identifier)["rights"] == "", "nothing is saved before somebody has chosen"
    form = dict(re.findall(r'<textarea name="(\w+)" hidden>([^<]*)</textarea>', second.text))
    form["version"] = re.search(r'name="version" value="(\d+)"', second.text)[1]
    chosen = post(
        archivist,
        f"/workbench/testimonies/{identifier}",
        f"/workbench/testimonies/{identifier}/describe",
        **form,
        title="Mine",
    )
    assert chosen.status_code == 303
    held = fields(archive, identifier)
    assert (held["title"], held["summary"], held["rights"]) == ("Mine", "Their summary", "My rights")


def test_a_place_that_nobody_knows_is_made_only_when_that_is_said(archive, archivist, identifier):
    refused = save(archivist, archive, identifier, place_words="Quorvistle", title="Kept while asked")
    assert refused.status_code == 422
    assert "Make a new one: Quorvistle" in refused.text
    assert "Kept while asked" in refused.text
    with archive.reading() as session:
        assert session.scalar(select(Place).filter_by(name="Quorvistle")) is None
    assert save(archivist, archive, identifier, place="new:Quorvistle").status_code == 303
    with archive.reading() as session:
        assert session.scalars(select(Testimony)).one().place.name == "Quorvistle"


def test_two_places_of_one_name_are_asked_about_and_a_place_is_taken_away(archive, archivist, identifier):
    with archive.writing() as session:
        session.add_all([Place(name="Sarn", region="north"), Place(name="Sarn", region="south")])
        session.flush()
        south = session.scalar(select(Place.identifier).filter_by(region="south"))
    refused = save(archivist, archive, identifier, place_words="Sarn")
    assert refused.status_code == 422
    assert refused.text.count('type="radio" name="place"') == 3
    assert save(archivist, archive, identifier, place=south).status_code == 303
    assert fields(archive, identifier)["place"] == south
    assert save(archivist, archive, identifier, place_words="Sarn").status_code == 303, (
        "the same words mean it"
    )
    assert fields(archive, identifier)["place"] == south
    assert save(archivist, archive, identifier).status_code == 303
    assert fields(archive, identifier)["place"] == ""


def test_no_title_and_no_language_are_refused_with_everything_kept(archive, archivist, identifier):
    refused = save(archivist, archive, identifier, title="", summary="A long summary")
    assert refused.status_code == 422
    assert "must have a title" in refused.text
    assert "A long summary" in refused.text
    assert save(archivist, archive, identifier, language="english please").status_code == 422


def people(archive, identifier):
    with archive.reading() as session:
        held = session.scalar(select(Testimony).filter_by(identifier=identifier))
        return [(p.person.name, p.role, p.note) for p in held.participations]


def test_people_are_added_changed_moved_and_taken_out(archive, archivist, identifier, client):
    desk = f"/workbench/testimonies/{identifier}"
    new = {"person_words": "Tor Ash", "role": "translator", "note": "of the committee"}
    refused = post(archivist, desk, f"{desk}/people", doing="person", **new)
    assert refused.status_code == 422
    assert "Make a new one: Tor Ash" in refused.text
    assert post(archivist, desk, f"{desk}/people", person="new:Tor Ash", **new).status_code == 303
    assert people(archive, identifier)[2] == ("Tor Ash", "translator", "of the committee")
    with archive.reading() as session:
        tor = session.scalar(select(Person.identifier).filter_by(name="Tor Ash"))
    assert post(archivist, desk, f"{desk}/people/2", who=tor, act="up").status_code == 303
    assert [name for name, _, _ in people(archive, identifier)] == ["Ana Vell", "Tor Ash", "Ira Moss"]
    stale = post(archivist, desk, f"{desk}/people/2", who=tor, act="remove")
    assert stale.status_code == 409, "the list has changed since"
    changed = {"who": tor, "act": "save", "version": "1", "was_role": "translator", "was_note": ""}
    door = f"{desk}/people/1"
    assert post(archivist, desk, door, **changed, role="interpreter", note="another").status_code == 409
    changed["was_note"] = "of the committee"
    assert post(archivist, desk, door, **changed, role="interpreter", note="").status_code == 303
    assert people(archive, identifier)[1] == ("Tor Ash", "interpreter", "")
    assert "Tor Ash" in client.get(f"/testimonies/{identifier}").text
    assert post(archivist, desk, f"{desk}/people/1", who=tor, act="remove").status_code == 303
    assert "Tor Ash" not in client.get(f"/testimonies/{identifier}").text
    entry = trail(archive, "testimony.describe")[-1]
    assert len(told(archive, entry)["before"]["people"]) == 3
    assert len(told(archive, entry)["after"]["people"]) == 2


def test_mentions_places_and_events_come_and_go(archive, archivist, identifier, client):
    with archive.writing() as session:
        session.add(Event(title="The flood", is_published=True))
        session.flush()
        flood = session.scalar(select(Event.identifier))
    desk = f"/workbench/testimonies/{identifier}"
    for door, words, new in (
        ("mentions", {"person": "new:Old Miller"}, "Old Miller"),
        ("places", {"place": "new:Sarn"}, "Sarn"),
        ("events", {"event": flood}, "The flood"),
    ):
        assert post(archivist, desk, f"{desk}/{door}", **words).status_code == 303
        assert new in client.get(f"/testimonies/{identifier}").text
    with archive.reading() as session:
        held = session.scalars(select(Testimony)).one()
        ids = {
            "mentions": held.mentions[0].person.identifier,
            "places": held.places[-1].identifier,
            "events": flood,
        }
    for door, remove in ids.items():
        assert post(archivist, desk, f"{desk}/{door}", remove=remove).status_code == 303
    page = client.get(f"/testimonies/{identifier}").text
    assert not any(name in page for name in ("Old Miller", "Sarn", "The flood"))


def test_a_head_that_changes_leaves_the_words_where_they_are_and_is_noticed(
    archive, archivist, identifier, work
):
    work()

    def look():
        with archive.reading() as session:
            parts = session.execute(select(EditionPart.edition_id, EditionPart.number)).all()
            stamps = set(session.scalars(select(Edition.stamp)))
            return [tuple(part) for part in parts], stamps, naming.state("public")

    parts, stamps, state = look()
    assert save(archivist, archive, identifier, summary="Another summary").status_code == 303
    after = look()
    assert after[0] == parts
    assert stamps.isdisjoint(after[1])
    assert after[2] != state
    with archive.reading() as session:
        assert {job.name for job in session.scalars(select(Job))} == {"index"}, "nothing is taken away"
    desk = f"/workbench/testimonies/{identifier}"
    with archive.reading() as session:
        orrin = session.scalar(select(Place.identifier).filter_by(name="Orrin"))
    assert post(archivist, desk, f"{desk}/places", remove=orrin).status_code == 303
    assert archivist.get("/api/v1/search?q=place:Orrin").json["total"] == 0, "the old index still has it"
    with archive.reading() as session:
        assert "replace" in {job.name for job in session.scalars(select(Job))}
    work()
    assert archivist.get("/api/v1/search?q=dusk").json["total"] == 1


def test_a_testimony_moves_to_another_collection_unless_its_number_is_taken(
    archive, archivist, keep, identifier
):
    other = keep(testimony("b", "Another.", collection="Others"))
    keep(testimony("a", "The same number.", collection="Taken"))
    with archive.reading() as session:
        by_name = {
            held.collection.name: held.collection.identifier for held in session.scalars(select(Testimony))
        }
    desk = f"/workbench/testimonies/{other}"
    move = {"version": fields(archive, other)["version"], "was_collection": by_name["Others"]}
    assert post(archivist, desk, f"{desk}/collection", **move, collection=by_name["Tests"]).status_code == 303
    assert "Others" not in archivist.get(f"/testimonies/{other}").text
    desk = f"/workbench/testimonies/{identifier}"
    move = {"version": fields(archive, identifier)["version"], "was_collection": by_name["Tests"]}
    refused = post(archivist, desk, f"{desk}/collection", **move, collection=by_name["Taken"])
    assert refused.status_code == 409
    assert "same number" in refused.text


def test_a_place_is_made_changed_and_its_coordinates_are_checked(
    archive, archivist, identifier, client, work
):
    made = post(archivist, "/workbench/places", "/workbench/places", name="Sarn")
    assert made.status_code == 303
    with archive.reading() as session:
        orrin = session.scalar(select(Place).filter_by(name="Orrin"))
        address, version = f"/workbench/places/{orrin.identifier}", orrin.version
    wanted = {"version": version, "name": "Orrin", "variants": "Оррин\nՕռին", "region": "North"}
    for wrong in ({"latitude": "95", "longitude": "3"}, {"latitude": "north"}, {"latitude": "5"}):
        assert post(archivist, address, address, **{"longitude": "", **wanted, **wrong}).status_code == 422
    assert post(archivist, address, address, **wanted, latitude="39,9", longitude="46.7").status_code == 303
    work()
    page = client.get(f"/testimonies/{identifier}").text
    assert "Orrin" in page
    place = client.get(address.removeprefix("/workbench")).text
    assert "Оррин" in place
    assert "Օռին" in place
    assert client.get("/search?q=Оррин").status_code == 200
    assert "Orrin" in archivist.get("/workbench/places?q=оррин").text
    entry = trail(archive, "place.change")[-1]
    assert told(archive, entry)["before"]["latitude"] == ""
    assert told(archive, entry)["after"]["latitude"] == "39.9"


def test_a_new_name_of_a_collection_reaches_its_testimonies_and_no_other_may_have_it(
    archive, archivist, identifier, client, work
):
    assert (
        post(archivist, "/workbench/collections", "/workbench/collections", name="Letters").status_code == 303
    )
    with archive.reading() as session:
        held = session.scalars(select(Testimony)).one().collection
        address, version = f"/workbench/collections/{held.identifier}", held.version
    taken = post(archivist, address, address, version=version, name="Letters")
    assert taken.status_code == 409
    assert (
        post(archivist, address, address, version=version, name="Voices", was_name="Tests").status_code == 303
    )
    work()
    assert "Voices" in client.get(f"/testimonies/{identifier}").text


def test_an_event_is_opened_to_readers_and_its_date_is_read_from_words(archive, archivist, client):
    assert post(archivist, "/workbench/events", "/workbench/events", name="The flood").status_code == 303
    with archive.reading() as session:
        event = session.scalars(select(Event)).one()
    address = f"/workbench/events/{event.identifier}"
    assert client.get(f"/events/{event.identifier}").status_code == 404
    wanted = {"version": event.version, "title": "The flood", "date": "spring 1962", "place": "new:Orrin"}
    assert post(archivist, address, address, **wanted, is_published="1").status_code == 303
    assert "1962-21" in archivist.get(address).text
    assert "Orrin" in client.get(f"/events/{event.identifier}").text


def test_nobody_but_archivists_gets_in(client, sign_in, identifier):
    reader = sign_in("reader")
    for path in (
        "/workbench/testimonies",
        "/workbench/people",
        "/workbench/people/doubles",
        "/workbench/bulk",
    ):
        assert client.get(path).status_code in (303, 302, 404)
        assert reader.get(path).status_code in (403, 404)
