"""A preview is what that audience gets, to the byte; and where they get nothing, it says why."""

import re
from datetime import UTC, datetime

import pytest

from app.cli.base import OPERATOR
from app.records import Chapter, Line, Script, Withholding
from app.services import previewing, redacting
from tests.conftest import testimony

LINES = [
    "We left at dusk.",
    "Zorblatt hid us.",
    "It was morning then.",
    *(f"Night {n} of it." for n in range(9)),
]


def article(text: str) -> str:
    found = re.search(r'<article class="testimony">.*</article>', text, re.S)
    assert found, text[:500]
    return found[0]


@pytest.fixture
def kept(keep) -> str:
    record = testimony(
        "a",
        *LINES,
        chapters=(Chapter("The hiding", 2000, 4000, 1, 1), Chapter("Morning", 4000, 6000, 2, 2)),
        withholdings=(Withholding(1, 1, "danger"),),
    )
    beside = Script("fr", tuple(Line(n, f"Ligne {n}") for n in range(len(LINES))), "translation")
    from dataclasses import replace

    return keep(replace(record, scripts=(*record.scripts, beside)))


def test_it_is_what_the_public_gets(kept, client, sign_in):
    seen = sign_in("archivist").get(f"/workbench/testimonies/{kept}/as/public").text
    assert article(seen) == article(client.get(f"/testimonies/{kept}").text)
    assert "They can open it now." in seen
    assert "Zorblatt" not in seen


def test_it_is_what_signed_in_readers_get(keep, sign_in):
    identifier = keep(testimony("a", *LINES, access="reading_room"))
    seen = sign_in("archivist").get(f"/workbench/testimonies/{identifier}/as/reading_room").text
    assert article(seen) == article(sign_in("reader").get(f"/testimonies/{identifier}").text)


def test_what_would_be_given_is_divided_as_what_is_given(kept, archive, monkeypatch):
    """The page of an edition that is not there is the page that the edition makes."""
    from app.services import editions, linking, publishing, reading

    monkeypatch.setattr(reading, "PARTS_PER_PAGE", 1)
    with archive.reading():
        given = previewing.see(kept, "public", OPERATOR).page
        held = linking.find(kept)
        eyes = publishing.Audience.PUBLIC
        record = editions.seen_by(eyes, editions.whole(held), editions.veils(held))
        for number in range(1, given.pages + 1):
            real = reading.testimony(kept, "public", page=number)
            made = previewing._paged(record, number)
            for field in ("record", "page", "pages", "first_lines", "revision", "translations"):
                assert getattr(made, field) == getattr(real, field), field


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"access": "closed"}, "it is open to archivists only."),
        ({"access": "restricted"}, "it is open to named readers."),
        ({"embargo_until": "2090-01-01"}, "it stays closed until 1 January 2090."),
    ],
)
def test_it_says_why_they_cannot_open_it_and_shows_what_they_would_see(how, reason, keep, client, sign_in):
    identifier = keep(testimony("a", *LINES, withholdings=(Withholding(1, 1, "danger"),), **how))
    assert client.get(f"/testimonies/{identifier}").status_code == 404
    archivist = sign_in("archivist")
    archivist.set_cookie("language", "en")
    seen = archivist.get(f"/workbench/testimonies/{identifier}/as/public").text
    assert "They cannot open it now:" in seen
    assert reason.replace("1 January 2090", "")[:15] in seen
    assert "We left at dusk." in article(seen)
    assert "Zorblatt" not in seen


def test_it_is_not_published_yet(keep, sign_in):
    identifier = keep(testimony("a", *LINES), publish=False)
    seen = sign_in("archivist").get(f"/workbench/testimonies/{identifier}/as/public").text
    assert "it is not published." in seen


def test_named_readers_see_without_what_is_withheld(keep, sign_in, archive):
    identifier = keep(testimony("a", *LINES, access="restricted"))
    with archive.writing():
        redacting.redact(identifier, 1, 1, "law", OPERATOR, until=datetime(2090, 1, 1, tzinfo=UTC))
    seen = sign_in("archivist").get(f"/workbench/testimonies/{identifier}/as/named").text
    assert "They can open it now." in seen
    assert "Zorblatt" not in seen
    assert "the law requires it" in seen


def test_there_are_no_other_eyes(kept, sign_in, client):
    assert sign_in("archivist").get(f"/workbench/testimonies/{kept}/as/staff").status_code == 404
    assert client.get(f"/workbench/testimonies/{kept}/as/public").status_code == 302
    assert sign_in("reader").get(f"/workbench/testimonies/{kept}/as/public").status_code == 404
