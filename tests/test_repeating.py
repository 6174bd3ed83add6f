"""Second drafts of a testimony stand under the first in what a search shows."""

import re
from dataclasses import replace

import pytest

from app.services.repeating import folded
from app.services.searching import ask
from tests.conftest import testimony

FIRST = (
    "The boll weevil came up the river road in the spring of that year and ate the cotton down to the stalk, "
    "so that by August my father had sold the mule and the wagon and the good plough."
)
SECOND = FIRST.replace("my father had sold", "father sold").replace("good plough", "plough as well")
OTHER = (
    "Nobody believed in the boll weevil until it sat on the cotton. I remember the agent of the county with "
    "his glass, showing it to the children behind the church."
)


@pytest.fixture
def drafts(keep, work):
    """Two drafts of one account and another account of the same."""
    kept = {
        name: keep(testimony(name, text, title=f"Told by {name}"))
        for name, text in (("first", FIRST), ("second", SECOND), ("other", OTHER))
    }
    work()
    return kept


def articles(page: str) -> list[str]:
    return re.findall(r'<article class="group">(.*?)</article>', page, re.S)


def test_a_second_draft_stands_under_the_first(client, drafts):
    shown = articles(client.get("/search?q=boll+weevil+cotton+mule").text)
    assert len(shown) == 2
    together, other = shown
    assert "And a second draft:" in together
    links = re.findall(r'href="/testimonies/([^"/?#]+)', together)
    assert set(links) == {drafts["first"], drafts["second"]}
    assert "draft" not in other
    assert drafts["other"] in other


def test_programs_are_given_every_passage(client, drafts):
    hits = client.get("/api/v1/search?q=boll+weevil+cotton+mule").json["hits"]
    assert {hit["testimony"] for hit in hits} == set(drafts.values())


def test_a_testimony_that_tells_more_stands_by_itself(archive, keep, work, drafts):
    more = "We heard of the weevil in the mill too, from the man who brought the mail on Fridays. " * 3
    longer = keep(testimony("longer", FIRST, more, title="Longer"))
    work()
    with archive.reading():
        found = {one.testimony.identifier: one for one in ask("weevil", "public").results}
    assert len(found[longer].passages) == 2
    first, second, longest = (found[name] for name in (drafts["first"], drafts["second"], longer))
    assert folded([first, longest]) == [first, longest]
    assert folded([longest, first, second]) == [replace(longest, drafts=(first, second))]


def test_short_answers_are_never_drafts(client, keep, work):
    for name in "ab":
        keep(testimony(name, "Yes, the weevil, sir.", title=name))
    work()
    assert len(articles(client.get("/search?q=weevil").text)) == 2
