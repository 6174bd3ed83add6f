"""What was cited knows what became of its words: same, moved, changed, gone, withheld; never another."""

import re
from dataclasses import replace

import pytest

from app.cli.base import OPERATOR
from app.errors import NotFound
from app.models import Audience
from app.services import citing, redacting
from tests.conftest import testimony
from tests.correcting import Edited, begin, fresh, save

TEXTS = ("We left at dawn.", "The bridge was down.", "Nobody came back.", "We left at dusk.")


@pytest.fixture
def account(keep) -> str:
    return keep(testimony("cited", *TEXTS))


@pytest.fixture
def lines() -> list[Edited]:
    return [told.line for told in begin(list(TEXTS))]


def became(archive, identifier: str, first: int, last: int, revision: int = 1, audience=Audience.PUBLIC):
    with archive.reading():
        found = citing.resolve(identifier, audience, revision, first, last)
    return found.state.value, found.first, found.last


def correct(archive, identifier: str, read: int, lines: list[Edited]) -> None:
    with archive.writing():
        assert save(identifier, read, lines) == read + 1


def test_what_nobody_touched_is_exact(archive, account, lines):
    assert became(archive, account, 1, 2) == ("exact", 1, 2)
    correct(archive, account, 1, [*lines[:3], replace(lines[3], text="We left at night.")])
    assert became(archive, account, 1, 2) == ("exact", 1, 2)


def test_one_word_inside_is_changed(archive, account, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="The bridge was gone."), *lines[2:]])
    assert became(archive, account, 1, 2) == ("changed", 1, 2)


def test_another_speaker_is_changed(archive, account, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], speaker="A neighbour"), *lines[2:]])
    assert became(archive, account, 1, 1) == ("changed", 1, 1)


def test_other_times_are_moved(archive, account, lines):
    later = [replace(line, start_ms=line.start_ms + 3000, end_ms=line.end_ms + 3000) for line in lines]
    correct(archive, account, 1, later)
    assert became(archive, account, 1, 2) == ("moved", 1, 2)


@pytest.mark.parametrize("at", [0, 1])
def test_the_same_words_inserted_before_do_not_catch_it(at, archive, account, lines):
    copy = Edited((), lines[1].text, "Ana Vell", 0, 500)
    correct(archive, account, 1, [*lines[:at], copy, *lines[at:]])
    assert became(archive, account, 1, 1) == ("moved", 2, 2)


def test_the_same_words_inserted_after_do_not_catch_it(archive, account, lines):
    correct(archive, account, 1, [*lines[:2], replace(lines[1], came_from=()), *lines[2:]])
    assert became(archive, account, 1, 1) == ("exact", 1, 1)


@pytest.mark.parametrize("where", [0, 1, 2, 3])
def test_the_cited_line_is_gone_although_a_copy_stands(where, archive, account, lines):
    rest = [lines[0], lines[2], lines[3]]
    rest.insert(where, replace(lines[1], came_from=(), end_ms=lines[1].end_ms + 1))
    correct(archive, account, 1, rest)
    assert became(archive, account, 1, 1) == ("gone", None, None)


def test_a_line_taken_apart_and_put_together_again_is_the_same(archive, account, lines):
    parts = [
        replace(lines[1], text="The bridge", end_ms=3000),
        replace(lines[1], text="was down.", start_ms=3000),
    ]
    correct(archive, account, 1, [lines[0], *parts, *lines[2:]])
    assert became(archive, account, 1, 1) == ("moved", 1, 2)
    joined = replace(lines[1], came_from=(1, 2))
    rest = [replace(line, came_from=(n,)) for n, line in ((3, lines[2]), (4, lines[3]))]
    correct(archive, account, 2, [lines[0], joined, *rest])
    assert became(archive, account, 1, 1) == ("exact", 1, 1)
    assert became(archive, account, 1, 1, revision=2) == ("changed", 1, 1)


def test_a_line_joined_with_another_is_changed(archive, account, lines):
    joined = replace(lines[1], came_from=(1, 2), text=f"{lines[1].text} {lines[2].text}")
    correct(archive, account, 1, [lines[0], joined, lines[3]])
    assert became(archive, account, 1, 1) == ("changed", 1, 1)
    assert became(archive, account, 1, 2) == ("moved", 1, 1)


def test_what_is_withheld_now_is_told_to_readers_only_as_that(archive, account, client, lines):
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR)
    assert became(archive, account, 0, 1)[0] == "withheld"
    assert became(archive, account, 0, 1, audience=Audience.STAFF)[0] == "exact"
    assert became(archive, account, 2, 3)[0] == "exact"
    page = client.get(f"/testimonies/{account}?line=1&revision=1")
    assert page.status_code == 200
    assert "withheld now" in page.text
    assert TEXTS[1] not in page.text


@pytest.mark.parametrize(
    ("revision", "first", "last"), [(2, 0, 0), (0, 0, 0), (1, 4, 4), (1, 0, 9), (1, 2, 1)]
)
def test_what_was_never_there_is_not_found(revision, first, last, archive, account):
    with archive.reading(), pytest.raises(NotFound):
        citing.resolve(account, Audience.PUBLIC, revision, first, last)


def test_what_is_not_open_is_not_found(archive, keep, client):
    hidden = keep(testimony("hidden", *TEXTS, access="closed"))
    with archive.reading(), pytest.raises(NotFound):
        citing.resolve(hidden, Audience.PUBLIC, 1, 0, 0)
    assert client.get(f"/testimonies/{hidden}?line=0&revision=1").status_code == 404


def test_the_page_says_what_became_of_cited_lines_and_never_the_old_words(archive, account, client, lines):
    old = fresh()
    correct(archive, account, 1, [replace(lines[0], text=old), *lines[1:]])
    correct(archive, account, 2, lines)
    correct(archive, account, 3, [Edited((), "First of all.", "Ana Vell"), lines[0], lines[2], lines[3]])
    cited = {
        "line=0&revision=2": "Their words have changed since.",
        "line=0&revision=3": "They stand at another place now; the words are the same.",
        "line=1&revision=1": "They are no longer in the transcript.",
    }
    for query, says in cited.items():
        page = client.get(f"/testimonies/{account}?{query}").text
        assert says in page
        assert old not in page
    page = client.get(f"/testimonies/{account}?line=0&revision=1").text
    assert "These lines were cited at revision 1." in page
    assert 'class="line focused" id="line-1"' in page
    current = client.get(f"/testimonies/{account}?line=0&revision=4").text
    assert "cited at revision" not in current
    assert client.get(f"/testimonies/{account}?line=0").status_code == 200
    assert "cited at revision" not in client.get(f"/testimonies/{account}?line=0").text


@pytest.mark.parametrize("ext", ["txt", "bib", "ris", "json"])
def test_every_citation_carries_the_revision_and_its_address_leads_back(ext, archive, account, client, lines):
    correct(archive, account, 1, [Edited((), "Before.", "Ana Vell"), *lines])
    said = client.get(f"/testimonies/{account}/cite.{ext}?first=2&last=3").text
    address = re.search(r"/testimonies/\w+\?[^#\s\"}]*", said.replace("\\", ""))
    assert address
    assert "revision=2" in address[0]
    correct(archive, account, 2, lines_now(lines))
    page = client.get(address[0].replace("&amp;", "&")).text
    assert "They stand at another place now" in page
    assert 'class="line focused" id="line-1"' in page
    assert "revision=3" in client.get(f"/testimonies/{account}/cite.{ext}").text


def lines_now(lines: list[Edited]) -> list[Edited]:
    return [replace(line, came_from=(n + 1,)) for n, line in enumerate(lines)]


def test_unclear_lines_say_so(archive, account, client, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="", is_unclear=True), *lines[2:]])
    assert "(unclear in the recording)" in client.get(f"/testimonies/{account}").text
    assert client.get(f"/testimonies/{account}.json").json["scripts"][0]["lines"][1]["unclear"] is True
