"""What pages tell machines: a claim is a Claim and never reviewed; what is invented says so."""

import json
import re

from app.pages import ClaimView, EventView
from app.records import Agent, FuzzyDate, Line, Named, Record, Script
from app.web.public import jsonld
from tests.conftest import testimony

CLAIM = ClaimView(
    "c", "613 civilians died.", Named("A report"), "A committee", "A minister", question=Named("How many?")
)


def test_a_claim_is_a_claim_and_nobody_reviews_it():
    data = jsonld.claim(CLAIM, "https://a.example/claims/c")
    assert data["@type"] == "Claim"
    assert data["author"]["name"] == "A minister"  # to whom it is attributed, before who printed it
    assert data["appearance"]["name"] == "A report"
    said = json.dumps(data).lower()
    assert not re.search(r"review|rating|verdict|truth|false", said)


def test_what_is_not_known_is_left_out():
    data = jsonld.claim(ClaimView("c", "It was so."), "https://a.example/claims/c")
    assert set(data) == {"@context", "@type", "@id", "url", "text"}


def test_what_is_invented_says_so_to_machines_too():
    invented = EventView("e", "The night", invented=True)
    assert jsonld.event(invented, "u")["disambiguatingDescription"] == "Invented for demonstration"
    assert "disambiguatingDescription" not in jsonld.event(EventView("e", "The night"), "u")


def test_an_event_says_when_and_where_as_far_as_it_is_known():
    night = EventView(
        "e", "The night", date=FuzzyDate("1961", "1961", "1961-01-01", "1961-12-31"), place=Named("Kelvarin")
    )
    data = jsonld.event(night, "u")
    assert (data["startDate"], data["endDate"]) == ("1961-01-01", "1961-12-31")
    assert data["location"] == {"@type": "Place", "name": "Kelvarin"}


def test_a_testimony_names_who_tells_and_holds_none_of_its_words():
    record = Record(
        "a",
        "The dry street",
        language="ru",
        agents=(Agent("Dessa Talvesh"), Agent("Ansa Merrow", "interviewer")),
        scripts=(Script("ru", (Line(0, "secret words", "Dessa"),)),),
    )
    data = jsonld.testimony(record, "https://a.example/testimonies/a", "The archive")
    assert data["creator"] == [{"@type": "Person", "name": "Dessa Talvesh"}]
    assert data["contributor"] == [{"@type": "Person", "name": "Ansa Merrow"}]
    assert data["inLanguage"] == "ru"
    assert "secret" not in json.dumps(data)


def test_the_data_of_a_page_cannot_break_out_of_it(client, keep):
    identifier = keep(testimony("a", "We left.", title='</script><script>alert("x")</script>'))
    page = client.get(f"/testimonies/{identifier}").text
    (data,) = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert json.loads(data)["name"] == '</script><script>alert("x")</script>'
    assert "<script>alert" not in page
