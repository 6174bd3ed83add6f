"""The page of a search, as a reader meets it: what stands where, what is said of it, what is offered next."""

import re
from random import Random

import pytest

from tests.conftest import testimony

SYLLABLES = [first + second for first in "bdgklmnprst" for second in "aou"]


@pytest.fixture
def shelf(keep, work):
    """Testimonies with so many passages that hold a word, by the testimony's name."""

    def fill(word: str, **counts: int) -> dict[str, str]:
        random, made = Random(word), {}
        for name, count in counts.items():
            lines = [" ".join([word, *("".join(random.sample(SYLLABLES, 3)) for _ in range(80))])] * count
            made[name] = keep(testimony(name, *lines, title=f"Told by {name}"))
        work()
        return made

    return fill


def groups(page: str) -> list[tuple[str, int]]:
    """Each testimony shown, and how many of its passages."""
    shown = re.findall(r'<article class="group">(.*?)</article>', page, re.S)
    return [(re.search("Told by ([a-z]+)", one)[1], one.count('<li class="hit">')) for one in shown]


def test_a_testimony_that_says_much_leaves_room_for_the_others(client, shelf):
    made = shelf("weevil", many=9, two=2, one=1)
    page = client.get("/search?q=weevil").text
    assert dict(groups(page)) == {"many": 3, "two": 2, "one": 1}
    assert "12 passages" in page
    assert "3 testimonies" in page
    [more] = re.findall(r'<a href="([^"]*)">6 more passages in this testimony</a>', page)
    assert f"within={made['many']}" in more
    assert groups(client.get(more.replace("&amp;", "&")).text) == [("many", 9)]
    for order in ("date", "-date"):
        assert dict(groups(client.get(f"/search?q=weevil&sort={order}").text)) == dict(groups(page)), order


def test_every_testimony_stands_on_one_page_only(client, shelf):
    shelf("weevil", **{chr(ord("a") + n): 4 for n in range(12)})
    for order in ("relevance", "date"):
        pages = [groups(client.get(f"/search?q=weevil&sort={order}&page={n}").text) for n in (1, 2, 3)]
        assert [len(one) for one in pages] == [10, 2, 0]
        assert len({name for one in pages for name, _ in one}) == 12
