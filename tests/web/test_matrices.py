"""The matrix: every passage in the cell of its witness and question, narrowed by what is asked for."""

import re

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.dates import from_words
from app.models import Claim, Event, Question, Source
from app.pages import EvidenceView, MatrixCell, MatrixRow, Summary
from app.records import Agent, Named
from app.services import crossing, linking, redacting, weighing
from tests.conftest import testimony


@pytest.fixture
def told(keep, archive) -> dict[str, str]:
    """Two questions of one event, three witnesses, four passages."""
    with archive.writing() as session:
        event = Event(title="The flood", is_published=True)
        questions = [Question(text=text, event=event, is_published=True) for text in ("When?", "Who?")]
        claims = [
            Claim(text=f"{q.text} {n}.", question=q, is_published=True) for q in questions for n in ("a", "b")
        ]
        session.add_all([event, *questions, *claims])
        session.flush()
        ids = {c.text: c.identifier for c in claims} | {
            "event": event.identifier,
            "q": questions[0].identifier,
        }
    for name, year, note, links in (
        (
            "Ana Vell",
            "1979",
            "a baker",
            [("When? a.", "supports", "saw"), ("Who? b.", "contradicts", "inferred")],
        ),
        ("Bea Orr", "1995", "a nurse", [("When? a.", "contradicts", "heard_from")]),
        ("Cor Hidden", "1995", "a nurse", [("When? b.", "supports", "saw")]),
    ):
        agents = (Agent(name, note=note),)
        kept = keep(testimony(name, "It was night.", agents=agents, date=from_words(year)))
        ids[name] = kept
        with archive.writing():
            for claim, stance, basis in links:
                linking.link(kept, 0, 0, ids[claim], stance, basis, OPERATOR)
    return ids


def rows(client, told, **asked):
    found = client.get(f"/api/v1/events/{told['event']}/matrix", query_string=asked).json
    return {
        row["witnesses"][0]["name"]: [
            [(cell["number"], cell["evidence"]["stance"], cell["evidence"]["basis"]) for cell in column]
            for column in row["cells"]
        ]
        for row in found["rows"]
    }


def test_each_passage_stands_with_its_witness_and_its_question(told, client):
    assert rows(client, told) == {
        "Ana Vell": [[(0, "supports", "saw")], [(1, "contradicts", "inferred")]],
        "Bea Orr": [[(0, "contradicts", "heard_from")], []],
        "Cor Hidden": [[(1, "supports", "saw")], []],
    }


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"basis": "saw"}, ["Ana Vell", "Cor Hidden"]),
        ({"role": "a nurse"}, ["Bea Orr", "Cor Hidden"]),
        ({"year": "1979"}, ["Ana Vell"]),
        ({"group": "2"}, ["Cor Hidden"]),
        ({"basis": "saw", "year": "1995"}, ["Cor Hidden"]),
        ({"basis": "document"}, []),
        ({"place": "nowhere"}, []),
    ],
    ids=str,
)
def test_it_is_narrowed_by_what_is_asked(asked, left, told, client):
    found = rows(client, told, **asked)
    assert sorted(found) == sorted(left) or ("group" in asked and len(found) == 1)
    page = client.get(f"/events/{told['event']}/matrix", query_string=asked).text
    for name in ("Ana Vell", "Bea Orr", "Cor Hidden"):
        assert (name in page) == (name in found)


def test_who_spoke_together_stays_one_group_where_that_account_is_left_out(told, keep, client, archive):
    both = keep(testimony("both", "It rained.", agents=(Agent("Ana Vell"), Agent("Cor Hidden"))))
    with archive.writing():
        linking.link(both, 0, 0, told["When? a."], "supports", "document", OPERATOR)
    address = f"/api/v1/events/{told['event']}/matrix"
    found = client.get(address, query_string={"basis": "saw"}).json
    assert len(found["rows"]) == 2
    assert {row["group"] for row in found["rows"]} == {
        one["number"] for one in found["independence"]["groups"]
    }
    assert len(found["independence"]["groups"]) == 1


def test_a_cell_leads_to_the_passage(told, client):
    page = client.get(f"/questions/{told['q']}/matrix").text
    links = re.findall(rf'href="(/testimonies/{told["Ana Vell"]}[^"]*#line-0)"', page)
    assert links
    assert "It was night." in client.get(links[0]).text


def test_what_is_withheld_is_in_no_cell_and_no_choice(told, client, archive):
    with archive.writing():
        redacting.redact(told["Cor Hidden"], 0, 0, "danger", OPERATOR)
    assert list(rows(client, told)) == ["Ana Vell", "Bea Orr"]
    found = client.get(f"/api/v1/events/{told['event']}/matrix").json
    assert "saw" in found["choices"]["basis"]
    assert [group["passages"] for group in found["independence"]["groups"]] == [1, 1]
    for address in (f"/events/{told['event']}/matrix", f"/questions/{told['q']}/matrix"):
        assert "Cor Hidden" not in client.get(address).text


def test_an_event_names_no_source_of_a_claim_that_is_not_shown(told, client, archive):
    with archive.writing() as session:
        sources = [Source(title=title, is_published=True) for title in ("A report", "Another report")]
        for text, source in zip(("When? a.", "When? b."), sources, strict=True):
            session.scalars(select(Claim).filter_by(identifier=told[text])).one().source = source
        session.scalars(select(Claim).filter_by(identifier=told["When? b."])).one().is_published = False
    page = client.get(f"/events/{told['event']}").text
    assert "A report" in page
    assert "Another report" not in page


def test_what_is_not_published_has_no_matrix(told, client, archive):
    with archive.writing() as session:
        session.scalars(select(Question).filter_by(identifier=told["q"])).one().is_published = False
    assert client.get(f"/questions/{told['q']}/matrix").status_code == 404
    assert client.get(f"/api/v1/questions/{told['q']}").status_code == 404
    assert [
        c["named"]["name"] for c in client.get(f"/api/v1/events/{told['event']}/matrix").json["columns"]
    ] == ["Who?"]


def test_a_page_is_bounded_also_where_there_are_many_questions():
    cell = (MatrixCell(0, Named("a"), EvidenceView("e", Summary("t", "T"), 0, 0, (), "supports", "saw")),)
    dense = [MatrixRow((Named(str(n)),), n, (), (cell,) * 50) for n in range(500)]
    empty = [MatrixRow((Named(str(n)),), n, (), ((),) * 3) for n in range(500)]
    for rows_, most in ((dense, 3), (empty, 60)):
        pages = crossing._pages(rows_)
        assert [row for page in pages for row in page] == rows_
        assert {len(page) for page in pages[:-1]} == {most}
    assert crossing._pages([]) == [[]]


def test_every_page_of_a_claim_is_data_too(told, client, monkeypatch):
    monkeypatch.setattr(weighing, "PER_PAGE", 1)
    address = f"/api/v1/claims/{told['When? a.']}"
    found = [client.get(f"{address}?page={number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in found] == [200, 200, 404]
    said = [answer.json["evidence"] for answer in found[:2]]
    assert [[one["stance"] for one in held] for held in said] == [["supports"], ["contradicts"]]
    assert all(one["lines"] for held in said for one in held)
    assert client.get(f"/api/v1/questions/{told['q']}?page=2").status_code == 200
