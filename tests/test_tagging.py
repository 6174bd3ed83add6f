"""What a testimony is about: a term is applied and taken off, it is seen at once, and the trail tells it."""

import pytest
from sqlalchemy import func, select

from app.cli.base import OPERATOR
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import AuditEntry, Tagging, Term
from app.policy import Actor
from app.services import identifying, tagging
from tests.conftest import post, testimony


@pytest.fixture
def told(keep) -> str:
    return keep(testimony("a", "They came at night.", "We left by the river."))


@pytest.fixture
def flight(archive) -> str:
    with archive.writing():
        return identifying.term("subjects", "Flight").identifier


def tags(client, told) -> list[tuple[str, int | None, int | None]]:
    return [
        (t["term"], t.get("first"), t.get("last"))
        for t in client.get(f"/testimonies/{told}.json").json.get("tags", ())
    ]


def test_a_tag_is_seen_at_once_and_can_be_taken_off(told, flight, archive, client, work):
    with archive.writing():
        whole = tagging.tag(told, flight, OPERATOR).id
        lines = tagging.tag(told, flight, OPERATOR, first=1, last=1).id
    assert tags(client, told) == [("Flight", None, None), ("Flight", 1, 1)]
    work()
    assert client.get("/api/v1/search?q=river&tag=Flight").json["testimonies"] == 1
    with archive.writing():
        tagging.untag(told, whole, OPERATOR)
        tagging.untag(told, lines, OPERATOR)
    assert tags(client, told) == []
    with archive.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.like("testimony.%tag"))).all()
        assert [(e.action, e.details["term"], e.details["lines"]) for e in entries] == [
            ("testimony.tag", "Flight", None),
            ("testimony.tag", "Flight", [1, 1]),
            ("testimony.untag", "Flight", None),
            ("testimony.untag", "Flight", [1, 1]),
        ]


def test_the_same_tag_twice_changes_nothing(told, flight, archive):
    for lines in ({}, {"first": 0, "last": 1}):
        with archive.writing():
            tagging.tag(told, flight, OPERATOR, **lines)
        with pytest.raises(Conflict, match="tagged with Flight already"), archive.writing():
            tagging.tag(told, flight, OPERATOR, **lines)
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Tagging)) == 2


def test_what_cannot_be_tagged_is_refused(told, flight, archive):
    reader = Actor("r", "Reader")
    for error, act in (
        (NotFound, lambda: tagging.tag("nowhere", flight, OPERATOR)),
        (NotFound, lambda: tagging.tag(told, "nothing", OPERATOR)),
        (Invalid, lambda: tagging.tag(told, flight, OPERATOR, first=0, last=9)),
        (Forbidden, lambda: tagging.tag(told, flight, reader)),
        (Forbidden, lambda: tagging.untag(told, 1, reader)),
        (NotFound, lambda: tagging.untag(told, 999, OPERATOR)),
    ):
        with pytest.raises(error), archive.writing():
            act()
    with archive.reading() as session:
        assert not session.scalars(select(Tagging)).all()


def test_words_are_read_where_nothing_was_chosen(told, flight, sign_in, archive):
    archivist = sign_in("archivist")
    page, door = f"/workbench/testimonies/{told}", f"/workbench/testimonies/{told}/tags"
    assert post(archivist, page, door, term="fli", over="whole").status_code == 303
    assert "Flight" in archivist.get(page).text
    assert post(archivist, page, door, term="fli", over="lines", first=0, last=1).status_code == 303
    refused = post(archivist, page, door, term="Hunger", over="whole", panel="tags")
    assert refused.status_code == 422
    assert 'value="Hunger"' in refused.text
    assert "Nothing is called" in refused.text
    assert post(archivist, page, door, term="Hunger", over="whole", make="1").status_code == 303
    assert post(archivist, page, door, term="hu", over="lines").status_code == 422
    with archive.reading() as session:
        held = session.scalars(select(Term).filter_by(label="Hunger")).one()
        assert held.vocabulary.name == "subjects"
        number = session.scalars(select(Tagging.id).filter_by(term_id=held.id)).one()
        actor = session.scalars(select(Tagging.made_by).filter_by(id=number)).one()
        assert actor
    assert post(archivist, page, f"{door}/{number}/remove").status_code == 303
    again = post(archivist, page, door, term="Flight", over="whole")
    assert again.status_code == 409
    assert "tagged with Flight already" in again.text


def test_a_tag_of_withheld_lines_is_not_told(told, flight, archive, client):
    from app.services import redacting

    with archive.writing():
        tagging.tag(told, flight, OPERATOR, first=1, last=1)
        redacting.redact(told, 1, 1, "danger", OPERATOR)
    assert tags(client, told) == []
