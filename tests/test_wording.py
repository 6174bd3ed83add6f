"""Labels of a term say the same: they are searched too, which is said; narrower terms are only offered."""

import pytest

from app.cli.base import OPERATOR
from app.models import Person, Term
from app.services import searching, tagging
from tests.conftest import testimony
from tests.test_completing import make as make  # a fixture


@pytest.fixture
def told(keep, archive):
    """Keeps a testimony, tagged with terms."""

    def tell(source: str, text: str, *terms: str, **more: object) -> str:
        identifier = keep(testimony(source, text, **more))
        with archive.writing():
            for term in terms:
                tagging.tag(identifier, term, OPERATOR)
        return identifier

    return tell


def asked(archive, words: str, audience: str = "public", **more: object):
    with archive.reading():
        return searching.ask(words, audience, **more)


def test_other_labels_of_a_term_in_use_are_searched_and_said(archive, make, told, work, client):
    flight = make("Flight", en="Getting away", ru="Бегство", hy="*flite")
    told("a", "We were in flight for a week.", flight)
    told("b", "Это было бегство зимой.", language="ru")
    told("c", "There was no getting away from it.")
    work()
    answer = asked(archive, "flight")
    assert answer.also == {"flight": ("Getting away", "Бегство")}
    assert answer.testimonies == 3
    assert asked(archive, "flight", exact=True).testimonies == 1
    assert asked(archive, "getting away").also == {"getting away": ("Flight", "Бегство")}
    assert asked(archive, "getting away").testimonies == 3
    assert asked(archive, "flite").also == {
        "flite": ("Flight", "Getting away", "Бегство")
    }  # hidden: not shown
    page = client.get("/search?q=flight").text
    assert "Also searched for “flight”:" in page
    assert "Бегство" in page
    assert "exact=1" in page
    assert client.get("/api/v1/search?q=flight").json["also"] == {"flight": ["Getting away", "Бегство"]}
    assert client.get("/api/v1/search?q=flight&exact=1").json["also"] == {}
    # A part of a label is none.
    assert asked(archive, "away").also == {}


def test_narrower_terms_are_offered_and_not_searched(archive, make, told, work, client):
    war, siege, street = make("War"), make("Siege", broader="War"), make("Street fighting", broader="War")
    make("Blockade", broader="War")  # nothing shows it
    told("a", "The war began.", war, siege)
    told("b", "The siege was long.", street)
    work()
    answer = asked(archive, "war")
    assert answer.also == {}
    assert answer.testimonies == 1
    assert answer.narrower == {"war": ("Siege", "Street fighting")}
    assert asked(archive, "war", exact=True).narrower == {}
    page = client.get("/search?q=war").text
    assert "Narrower terms of “war”:" in page
    link = page.partition("Street fighting —")[2].partition('href="')[2].partition('"')[0]
    found = client.get(link.replace("&amp;", "&")).text
    assert "in 2 testimonies" in found
    assert client.get("/api/v1/search?q=war").json["narrower"] == {"war": ["Siege", "Street fighting"]}


def test_a_term_that_only_hidden_testimonies_use_says_nothing(archive, make, told, work):
    flight, air = make("Flight", ru="Бегство"), make("Air bridge", broader="Flight")
    told("open", "We were in flight.")
    told("hidden", "We fled.", flight, air, access="restricted")
    work()
    answer = asked(archive, "flight")
    assert (answer.also, answer.narrower) == ({}, {})
    staff = asked(archive, "flight", "staff")
    assert staff.also == {"flight": ("Бегство",)}
    assert staff.narrower == {"flight": ("Air bridge",)}
    told("b", "Again.", flight)
    assert asked(archive, "flight").also == {"flight": ("Бегство",)}
    assert asked(archive, "flight").narrower == {}


def test_labels_of_merged_terms_count_for_the_one_that_stands(archive, make, told, work):
    flight, escape = make("Flight"), make("Escape", ru="Побег")
    told("a", "We were in flight.", flight)
    with archive.writing() as session:
        session.query(Term).filter_by(identifier=escape).one().merged_into = (
            session.query(Term).filter_by(identifier=flight).one()
        )
    assert set(asked(archive, "flight").also["flight"]) == {"Escape", "Побег"}
    assert set(asked(archive, "escape").also["escape"]) == {"Flight", "Побег"}


def test_a_label_that_says_a_veiled_name_is_kept(archive, make, told, work):
    memory = make("Memory", en="Remembering Ivo Tarvold", fr="Souvenir")
    told("a", "A memory of him.", memory)
    with archive.writing() as session:
        session.add(Person(name="Ivo Tarvold", public_name="I. T."))
        session.flush()
    said = asked(archive, "memory").also["memory"]
    assert "Souvenir" in said
    assert not any("Tarvold" in label for label in said)
    assert any("Tarvold" in label for label in asked(archive, "memory", "staff").also["memory"])
