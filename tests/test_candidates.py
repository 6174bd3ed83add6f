"""Going through the holdings for a claim: what is tied or dismissed is offered no more."""

import pytest

from app.cli.base import OPERATOR
from app.records import Line, Script
from app.services import candidates, claiming, linking
from tests.conftest import post, testimony

FLOODS = [f"The flood came in the night, said number {n}, and the coffins floated." for n in range(4)]


@pytest.fixture
def claim(archive) -> str:
    with archive.writing():
        asked = claiming.make_question("How many coffins were there?", OPERATOR, is_published=True)
        return claiming.make_claim(asked.identifier, "Forty coffins floated.", OPERATOR).identifier


@pytest.fixture
def held(keep, work) -> list[str]:
    made = [keep(testimony(f"t{n}", "We slept.", text, "Nobody spoke.")) for n, text in enumerate(FLOODS)]
    work()
    return made


def look(archive, claim, words="", skip=0):
    with archive.reading():
        return candidates.look(claim, words, skip)


def test_every_passage_is_offered_once_and_what_is_answered_no_more(archive, claim, held):
    seen = []
    while (round_ := look(archive, claim)).candidate:
        found = round_.candidate
        assert round_.looked_at == len(seen)
        assert round_.left == len(held) - len(seen)
        seen.append(found.testimony.identifier)
        with archive.writing():
            if len(seen) % 2:
                linking.link(
                    found.testimony.identifier, found.first, found.last, claim, "supports", "saw", OPERATOR
                )
            else:
                candidates.dismiss(claim, found.testimony.identifier, found.first, found.last, OPERATOR)
    assert sorted(seen) == sorted(held)


def test_what_is_left_for_later_comes_again_and_a_dismissal_can_be_undone(archive, claim, held):
    first, second = look(archive, claim).candidate, look(archive, claim, skip=1).candidate
    assert first.testimony.identifier != second.testimony.identifier
    with archive.writing():
        passage = candidates.dismiss(claim, first.testimony.identifier, first.first, first.last, OPERATOR)
    assert look(archive, claim).left == 3
    with archive.writing():
        candidates.recall(claim, passage, OPERATOR)
    assert look(archive, claim).candidate == first


def test_the_words_are_those_of_the_claim_and_can_be_others(archive, claim, held):
    assert look(archive, claim).words.split(" OR ")[:3] == ["forty", "coffins", "floated"]
    assert look(archive, claim, "nowhere").left == 0
    assert look(archive, claim, "slept").left == 4


def test_only_lines_of_the_original_or_of_what_follows_it_are_offered(archive, claim, keep, work):
    import dataclasses

    own = testimony("own", "Es regnete.", "Niemand kam.", language="de")
    beside = dataclasses.replace(
        own,
        scripts=(
            *own.scripts,
            Script("en", (Line(0, "Coffins floated."), Line(1, "Nobody came.")), "translation"),
            Script("fr", (Line(0, "Il pleuvait: vierzig cercueils."),), "translation"),
        ),
    )
    identifier = keep(beside)
    work()
    found = look(archive, claim, "coffins").candidate
    assert (found.testimony.identifier, found.first) == (identifier, 0)
    assert look(archive, claim, "cercueils").left == 0


def test_it_works_as_plain_forms(claim, held, sign_in, archive):
    archivist = sign_in("archivist")
    address = f"/workbench/claims/{claim}/going-through?q=flood"
    page = archivist.get(address).text
    assert "0 looked at, 4 left for this search" in page
    shown = look(archive, claim, "flood").candidate
    to = f"/workbench/claims/{claim}/going-through"
    fields = {
        "q": "flood",
        "testimony": shown.testimony.identifier,
        "first": shown.first,
        "last": shown.last,
    }
    unsaid = post(archivist, address, to, **fields, basis="saw")
    assert unsaid.status_code == 422
    assert "Say first what the passage does" in unsaid.text
    tied = post(archivist, address, to, **fields, basis="saw", stance="contradicts")
    assert tied.status_code == 303
    after = archivist.get(tied.headers["Location"]).text
    assert "1 looked at, 3 left for this search" in after
    last = after.partition('name="last" value="')[2].partition('"')[0]
    assert last.startswith("link:")
    undone = post(archivist, address, to, q="flood", verdict="undo", last=last)
    assert "0 looked at, 4 left" in archivist.get(undone.headers["Location"]).text
    dismissed = post(archivist, address, to, **fields, verdict="dismiss")
    assert "1 looked at, 3 left" in archivist.get(dismissed.headers["Location"]).text
    assert (
        "1 passage was read and found not to be about it." in archivist.get(f"/workbench/claims/{claim}").text
    )
    again = archivist.get(dismissed.headers["Location"]).text
    last = again.partition('name="last" value="')[2].partition('"')[0]
    post(archivist, address, to, q="flood", verdict="undo", last=last)
    assert "0 looked at, 4 left" in archivist.get(address).text


def test_how_many_were_looked_at_is_told_as_far_as_they_may_be_read(archive, keep, work, client):
    from app.services import redacting

    with archive.writing():
        asked = claiming.make_question("How many coffins were there?", OPERATOR, is_published=True)
        claim = claiming.make_claim(
            asked.identifier, "Forty coffins floated.", OPERATOR, is_published=True
        ).identifier
    own = keep(testimony("a", "The coffins floated.", "A dog barked.", "It was cold."))
    closed = keep(testimony("b", "The coffins stood still.", "Nobody came.", access="closed"))
    with archive.writing():
        linking.link(own, 0, 0, claim, "supports", "saw", OPERATOR)
        candidates.dismiss(claim, own, 1, 1, OPERATOR)
        candidates.dismiss(claim, own, 2, 2, OPERATOR)
        candidates.dismiss(claim, closed, 0, 0, OPERATOR)
        linking.link(closed, 1, 1, claim, "supports", "saw", OPERATOR)
    assert "3 passages have been looked at" in client.get(f"/claims/{claim}").text
    with archive.writing():
        redacting.redact(own, 2, 2, "danger", OPERATOR)
    assert "2 passages have been looked at" in client.get(f"/claims/{claim}").text
    with archive.reading():
        from app.services import weighing

        seen = weighing.claim(claim, "staff")
        assert (seen.independence.passages, seen.dismissed) == (2, 3)


def test_what_the_question_and_the_other_answers_say_brings_passages_too(archive, claim, keep, work):
    from app.services import bringing

    keep(testimony("w", "There were many bodies in the water, more than anybody said."))
    work()
    with archive.writing():
        held = linking.claimed(claim)
        claiming.make_claim(held.question.identifier, "Nobody counted the bodies.", OPERATOR)
    with archive.reading():
        found, _ = bringing.ranked(linking.claimed(claim))
        own, _ = bringing.ranked(linking.claimed(claim), "coffins floated")
    assert [testimony.title for _, testimony in found] == ["Testimony w"]
    assert own == []


def test_what_the_claim_says_of_its_time_brings_passages_too(archive, claim, keep, work):
    from app.dates import from_words
    from app.services import bringing

    keep(testimony("t", "In February 1992 we left."))
    work()
    with archive.writing():
        before, _ = bringing.ranked(linking.claimed(claim))
        linking.claimed(claim).happened = from_words("February 1992")
    with archive.reading():
        found, _ = bringing.ranked(linking.claimed(claim))
    assert before == []
    assert [testimony.title for _, testimony in found] == ["Testimony t"]
