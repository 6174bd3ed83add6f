"""Ties between people: noted and taken away, counted at once, and told only as far as people are."""

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.models import AuditEntry, Claim, Event, Person, Question, Tie
from app.records import Agent
from app.services import linking, merging, redacting, tying, veiling, weighing
from tests.conftest import post, testimony

SAID = ("The chain was up.", "Then the water came.")


@pytest.fixture
def claim(archive) -> str:
    with archive.writing() as session:
        question = Question(text="Was the bridge closed?", is_published=True)
        made = Claim(text="It was closed.", question=question, is_published=True)
        session.add(made)
        session.flush()
        return made.identifier


@pytest.fixture
def tell(keep, archive, claim):
    """Takes in what somebody told, tied to the claim; returns the testimony."""

    def told(name: str, source_id: str = "", **more) -> str:
        kept = keep(testimony(source_id or name, *SAID, agents=(Agent(name),), **more))
        with archive.writing():
            linking.link(kept, 0, 0, claim, "supports", "saw", OPERATOR)
        return kept

    return told


@pytest.fixture
def tie(archive):
    def noted(one: str, other: str, kind: str = "family", **more) -> str:
        with archive.writing() as session:
            ids = [session.scalars(select(Person.identifier).filter_by(name=n)).one() for n in (one, other)]
            return tying.note(*ids, kind, OPERATOR, **({"is_published": True} | more)).identifier

    return noted


def person(archive, name: str) -> str:
    with archive.reading() as session:
        return session.scalars(select(Person.identifier).filter_by(name=name)).one()


def counts(archive, claim: str, audience: str = "public") -> tuple[int, int]:
    with archive.reading():
        held = weighing.claim(claim, audience).independence
        return held.passages, len(held.groups)


def test_a_tie_noted_and_taken_away_by_hand_changes_the_number_at_once(tell, claim, archive, client, sign_in):
    for name in ("Ana Vell", "Bea Vell", "Tarn Oskur"):
        tell(name)
    assert "3 passages, 3 independent groups" in client.get(f"/claims/{claim}").text
    archivist, ana = sign_in("archivist"), person(archive, "Ana Vell")
    desk = f"/workbench/people/{ana}"
    typed = {"person_words": "Bea Vell", "tie_kind": "family", "why": "Two sisters.", "is_published": "1"}
    assert post(archivist, desk, f"{desk}/ties", **typed).status_code == 303
    page = client.get(f"/claims/{claim}").text
    assert "3 passages, 2 independent groups" in page
    assert "Two sisters." in page
    assert "Two sisters." in client.get(f"/people/{ana}").text
    assert post(archivist, desk, f"{desk}/ties", **typed).status_code == 409
    with archive.reading() as session:
        held = session.scalars(select(Tie.identifier)).one()
    assert held in archivist.get(desk).text
    assert post(archivist, desk, f"/workbench/ties/{held}/untie", person=ana).status_code == 303
    page = client.get(f"/claims/{claim}").text
    assert "3 passages, 3 independent groups" in page
    assert "Two sisters." not in page
    with archive.reading() as session:
        trail = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("tie.%"))).all()
    assert trail == ["tie.note", "tie.untie"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"person_words": "Nobody Here"},
        {"person_words": "Ana Vell"},
        {"person_words": ""},
        {"person": "new:Somebody"},
        {"tie_kind": "friends"},
        {"why": "x" * 3000},
        {"said_in_words": "no such testimony"},
    ],
    ids=str,
)
def test_what_cannot_be_a_tie_is_refused_and_nothing_typed_is_lost(wrong, tell, archive, sign_in):
    tell("Ana Vell")
    tell("Bea Vell")
    desk = f"/workbench/people/{person(archive, 'Ana Vell')}"
    typed = {"person_words": "Bea Vell", "tie_kind": "family", "why": "Kept words."} | wrong
    answer = post(sign_in("archivist"), desk, f"{desk}/ties", **typed)
    assert answer.status_code in (422, 409)
    assert typed["why"] in answer.text
    with archive.reading() as session:
        assert not session.scalars(select(Tie)).all()


def test_who_told_it_twice_is_one_witness_with_two_dated_statements(keep, tell, claim, archive, client):
    from app.dates import from_words

    tell("Ana Vell", "first", date=from_words("1995"))
    second = keep(testimony("second", *SAID, agents=(Agent("Ana Vell"),), date=from_words("2015")))
    with archive.writing():
        linking.link(second, 0, 1, claim, "contradicts", "saw", OPERATOR)
    assert counts(archive, claim) == (2, 1)
    page = client.get(f"/claims/{claim}").text
    assert "2 passages, 1 independent group" in page
    assert "One witness who told it more than once" in page
    with archive.reading() as session:
        asked = session.scalars(select(Question.identifier)).one()
    said = client.get(f"/questions/{asked}").text.partition("Told more than once")[2]
    assert said.index("1995") < said.index("2015")


@pytest.mark.parametrize("how", ["closed", "reading_room", "embargo", "unpublished tie", "said in", "veiled"])
def test_what_a_reader_may_not_know_of_a_tie_is_as_if_it_were_not(
    how, tell, tie, claim, archive, client, keep
):
    """Ana and Bea are joined over Hid, who is not for readers: they must not learn it from a number."""
    more = {"closed": {"access": "closed"}, "reading_room": {"access": "reading_room"}}.get(how, {})
    more |= {"embargo_until": "2090-01-01"} if how == "embargo" else {}
    tell("Ana Vell")
    tell("Bea Orr")
    tell("Hid Quornax", **more)
    said_in = keep(testimony("where", "They are cousins.", access="closed")) if how == "said in" else ""
    for one in ("Ana Vell", "Bea Orr"):
        tie(one, "Hid Quornax", why="zorblatt", said_in=said_in, is_published=how != "unpublished tie")
    if how == "veiled":
        with archive.writing():
            veiling.veil(person(archive, "Hid Quornax"), "a neighbour", (), OPERATOR)
    assert counts(archive, claim, "staff") == (3, 1)
    hidden = how in ("closed", "reading_room", "embargo")
    assert counts(archive, claim) == ((2, 2) if hidden else (3, 3))
    ana = person(archive, "Ana Vell")
    for page in (f"/claims/{claim}", f"/people/{ana}", f"/people/{person(archive, 'Hid Quornax')}"):
        said = client.get(page).text.lower()
        assert "zorblatt" not in said
        assert "quornax" not in said or how in ("unpublished tie", "said in")


def test_a_linked_passage_that_is_withheld_lowers_the_counts_and_is_not_named(
    tell, tie, claim, archive, client
):
    tell("Ana Vell")
    other = tell("Bea Orr")
    tie("Ana Vell", "Bea Orr", why="zorblatt")
    assert counts(archive, claim) == (2, 1)
    with archive.writing():
        redacting.redact(other, 0, 0, "danger", OPERATOR)
    assert counts(archive, claim) == (1, 1)
    page = client.get(f"/claims/{claim}").text
    assert "1 passage, 1 independent group" in page
    assert "Bea Orr" not in page


def test_a_tie_ends_with_the_people_and_its_reason_is_forgotten(tell, tie, archive):
    from app.models import AuditWords, Testimony
    from app.services import destroying

    tell("Ana Vell")
    gone = tell("Bea Orr")
    held = tie("Ana Vell", "Bea Orr", why="zorblatt")
    with archive.writing() as session:
        destroying.testimony(session.scalars(select(Testimony).filter_by(identifier=gone)).one())
        assert not session.scalars(select(Tie)).all()
        assert not session.scalars(select(AuditWords).filter_by(target=f"tie:{held}")).all()


def test_a_claim_that_one_witness_contradicts_rests_on_nobody(tell, claim, archive):
    told = tell("Ana Vell")
    with archive.writing() as session:
        event = Event(title="The flood", is_published=True)
        asked = session.scalars(select(Question)).one()
        asked.event = event
        more = Claim(text="It was open.", question=asked, is_published=True)
        session.add_all([event, more])
        session.flush()
        linking.link(told, 1, 1, more.identifier, "contradicts", "saw", OPERATOR)
        name = event.identifier
    with archive.reading():
        gaps = weighing.event(name, "public").gaps
    assert [(named.name, [w.name for w in witnesses]) for named, witnesses in gaps.single] == [
        ("It was closed.", ["Ana Vell"])
    ]
    assert not gaps.unaddressed


def test_who_was_found_to_be_the_same_is_one_witness_under_either_name(tell, claim, archive, client, work):
    tell("Ana Vell")
    tell("Anna Well")
    people = [person(archive, name) for name in ("Ana Vell", "Anna Well")]
    with archive.writing():
        merging.merge(Person, people, people[0], OPERATOR)
    work()
    with archive.reading() as session:
        asked = session.scalars(select(Question.identifier)).one()
    found = client.get(f"/api/v1/questions/{asked}/matrix").json
    assert found["witnesses"] == len(found["rows"]) == 1
    assert "Told more than once" in client.get(f"/questions/{asked}").text
