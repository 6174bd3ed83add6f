"""Faults that were found in the workbench by looking for them, each held down by a test."""

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.models import Claim, Event, Evidence, Person, Question, Source, Testimony, Transcript
from app.records import Named
from app.services import (
    accounts,
    cataloguing,
    claiming,
    describing,
    destroying,
    merging,
    publishing,
    redacting,
    transcribing,
    translating,
    veiling,
)
from app.services.revisions import Edited
from tests.conftest import PASSWORD, post, testimony


def told(keep, number, *texts, **more) -> str:
    return keep(testimony(number, *texts, access="public", **more))


def of(archive, name: str) -> str:
    with archive.reading() as session:
        return session.scalars(select(Person.identifier).filter_by(name=name)).one()


def seen(client, identifier: str) -> str:
    answers = [client.get(f"/testimonies/{identifier}{more}") for more in ("?beside=az", ".json")]
    assert {answer.status_code for answer in answers} == {200}
    return answers[0].text + str(answers[1].json)


def destroy(archive, identifier: str, then: str) -> None:
    with archive.writing() as session:
        destroying.testimony(session.scalars(select(Testimony).filter_by(identifier=identifier)).one())
    with archive.writing():
        publishing.republish(then)


def test_an_event_that_is_not_published_stands_on_no_page_of_a_testimony(archive, keep, client):
    target = told(keep, "1", "It burned.")
    with archive.writing() as session:
        event = Event(title="Quovadorn", is_published=True)
        session.add(event)
        session.flush()
        describing.add_event(target, event.identifier, OPERATOR)
        identifier, version = event.identifier, event.version
    assert "Quovadorn" in seen(client, target)
    with archive.writing():
        cataloguing.change(Event, identifier, {"is_published": ""}, OPERATOR, version)
    assert "Quovadorn" not in seen(client, target)  # at once: no worker has run


def test_correcting_a_veiled_name_goes_on_veiling_what_was_said(archive, keep, client):
    target = told(keep, "1", "Then Quorvan Zimbletree came, or Zuzka.", people=(Named("Quorvan Zimbletree"),))
    person = of(archive, "Quorvan Zimbletree")
    with archive.writing():
        veiling.veil(person, "K.", [], OPERATOR)
    with archive.writing() as session:
        version = session.scalars(select(Person.version).filter_by(identifier=person)).one()
        wanted = {"name": "Kvorvan Simbeltree", "variants": "Zuzka"}
        cataloguing.change(Person, person, wanted, OPERATOR, version)
    assert "Zimbletree" not in seen(client, target)
    assert "Zuzka" not in seen(client, target)  # at once
    with archive.reading() as session:
        version = session.scalars(select(Person.version).filter_by(identifier=person)).one()
    with pytest.raises(Invalid, match="public name says a part"), archive.writing():
        cataloguing.change(Person, person, {"variants": "K. Simbel"}, OPERATOR, version)


def test_undoing_a_merging_opens_no_name_that_was_veiled_meanwhile(archive, keep, client, work):
    told(keep, "1", "Marnok Polodur spoke.", people=(Named("Marnok Polodur"),))
    target = told(keep, "2", "Marnoque Polodour spoke.", people=(Named("Marnoque Polodour"),))
    stands, other = of(archive, "Marnok Polodur"), of(archive, "Marnoque Polodour")
    with archive.writing():
        merging.merge(Person, [other], stands, OPERATOR)
    with archive.writing():
        veiling.veil(stands, "X.", [], OPERATOR)
    with archive.writing():
        merging.unmerge(Person, other, OPERATOR)
    work()
    assert "Polodour" not in seen(client, target)


@pytest.mark.parametrize("stands", ["Tarvok Belimar", "Tarvoque Hallam"])
def test_destroying_what_one_told_opens_no_name_in_what_others_told(archive, keep, client, stands):
    first = told(keep, "1", "Tarvok Belimar spoke.", people=(Named("Tarvok Belimar"),))
    text = "Tarvoque Hallam spoke, or Belimar. Tarvok Belimar, they said."
    target = told(keep, "2", text, people=(Named("Tarvoque Hallam"),))
    both = {name: of(archive, name) for name in ("Tarvok Belimar", "Tarvoque Hallam")}
    with archive.writing():
        veiling.veil(both["Tarvok Belimar"], "Y.", ["Belimar"], OPERATOR)
    with archive.writing():
        merging.merge(Person, list(both.values()), both[stands], OPERATOR)
    destroy(archive, first, target)
    assert "Belimar" not in seen(client, target)
    assert "Hallam" not in seen(client, target)


def test_nobody_is_left_who_stood_for_the_one_that_was_destroyed(archive, keep):
    first = told(keep, "1", "She spoke.", people=(Named("Sorvik Hallam"),))
    then = told(keep, "2", "Another spoke.")
    with archive.writing():
        root = cataloguing.make(Person, {"name": "Sorvick Hallam"}, OPERATOR)
        merging.merge(Person, [of(archive, "Sorvik Hallam")], root.identifier, OPERATOR)
    destroy(archive, first, then)
    with archive.reading() as session:
        assert not session.scalars(select(Person).where(Person.name.contains("Hallam"))).all()


def test_whose_veiled_name_still_stands_there_is_not_taken_from_the_list(archive, keep, client):
    target = told(keep, "1", "Dorvan Mirsky came.", people=(Named("Dorvan Mirsky"),))
    person = of(archive, "Dorvan Mirsky")
    with archive.writing():
        veiling.veil(person, "D.", [], OPERATOR)
    with pytest.raises(Conflict, match="still stands in this testimony"), archive.writing():
        describing.unmention(target, person, OPERATOR)
    assert "Mirsky" not in seen(client, target)
    with archive.writing():
        veiling.unveil(person, OPERATOR)
    with archive.writing():
        describing.unmention(target, person, OPERATOR)


def test_a_public_name_that_says_the_other_name_keeps_two_apart(archive, keep):
    told(keep, "1", "They came.", people=(Named("Hasan Aliyev"), Named("Rauf Karimov")))
    with archive.writing():
        veiling.veil(of(archive, "Rauf Karimov"), "Hasan", [], OPERATOR)
    with pytest.raises(Conflict, match="says a part of the other's name"), archive.writing():
        merging.merge(Person, [of(archive, "Hasan Aliyev")], of(archive, "Rauf Karimov"), OPERATOR)


def test_what_is_withheld_of_a_line_that_was_split_is_not_read_in_its_translation(archive, keep, client):
    target = told(keep, "1", "Open words. Hidden words.", "Then.")
    with archive.writing():
        translating.translate(target, "az", {0: "Aciq. Gizlisoz.", 1: "Sonra."}, OPERATOR, original_read=1)
    parts = [
        Edited((0,), "Open words.", "Ana Vell", 0, 1000),
        Edited((0,), "Hidden words.", "Ana Vell", 1000, 2000),
        Edited((1,), "Then.", "Ana Vell", 2000, 4000),
    ]
    with archive.writing():
        transcribing.revise(target, "", 1, parts, OPERATOR)
    assert "Gizlisoz" in seen(client, target)
    with archive.writing():
        redacting.redact(target, 1, 1, "danger", OPERATOR)
    assert "Gizlisoz" not in seen(client, target)
    assert "Open words." in seen(client, target)
    assert "Sonra." in seen(client, target)


def test_an_old_translation_is_not_restored_beside_other_lines(archive, keep, client):
    target = told(keep, "1", "First.", "Hidden one.", "Third.")
    with archive.writing():
        texts = {0: "Birinci.", 1: "Gizlisoz.", 2: "Son."}
        translating.translate(target, "az", texts, OPERATOR, original_read=1)
    with archive.writing():
        redacting.redact(target, 1, 1, "danger", OPERATOR)
    lines = [Edited((1,), "Hidden one.", "Ana Vell"), Edited((2,), "Third."), Edited((), "Fourth.")]
    with archive.writing():
        transcribing.revise(target, "", 1, lines, OPERATOR)
    with archive.reading() as session:
        newest = max(session.scalars(select(Transcript.revision).filter_by(language="az")))
    with pytest.raises(Conflict, match="other lines now"), archive.writing():
        transcribing.restore(target, "az", 1, OPERATOR, read=newest)
    assert "Gizlisoz" not in seen(client, target)


@pytest.mark.parametrize("onward", ["/\t/elsewhere.org", "/\n/elsewhere.org", "/\r/elsewhere.org"])
def test_signing_in_leads_nowhere_else(app, archive, onward):
    with archive.writing():
        accounts.add("reader@example.org", "reader", PASSWORD, OPERATOR)
    fields = {"email": "reader@example.org", "password": PASSWORD, "next": onward}
    answer = post(app.test_client(), "/sign-in", "/sign-in", **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("door", "fields"),
    [
        ("describe", {"version": 1, "summary": "Long & careful words", "was_summary": ""}),
        ("withhold", {"first": 0, "last": 0, "reason": "danger", "note": "Long & careful words"}),
        ("transcript", {"read": 1, "first_line": 0, "row": "0", "from": "0", "text": "Long & careful words"}),
        ("translation", {"original_read": 1, "language": "az", "line": 0, "text": "Long & careful words"}),
    ],
)
def test_what_was_typed_is_given_back_when_the_testimony_was_destroyed(archive, keep, sign_in, door, fields):
    target, archivist = told(keep, "1", "It burned."), sign_in("archivist")
    other = told(keep, "2", "It was cold.")
    destroy(archive, target, other)
    answer = post(archivist, "/account", f"/workbench/testimonies/{target}/{door}", **fields)
    assert answer.status_code == 404
    assert "Long &amp; careful words" in answer.text
    assert "Nothing was saved." in answer.text


def test_what_was_typed_stays_when_what_was_chosen_is_gone(archive, keep, sign_in):
    target, archivist = told(keep, "1", "It burned."), sign_in("archivist")
    with archive.writing():
        question = claiming.make_question("Did it burn?", OPERATOR)
        claiming.make_claim(question.identifier, "It burned.", OPERATOR)
    fields = {"first": 0, "last": 0, "claim": "0123456789ab", "stance": "supports", "basis": "saw"}
    page = f"/workbench/testimonies/{target}/link"
    answer = post(archivist, f"{page}?first=0", page, note="Long & careful words", **fields)
    assert answer.status_code == 404
    assert "Long &amp; careful words" in answer.text


def test_lines_chosen_before_a_correction_are_not_tied_as_they_stand_now(archive, keep, sign_in):
    target, archivist = told(keep, "1", "It burned.", "Then."), sign_in("archivist")
    with archive.writing():
        question = claiming.make_question("Did it burn?", OPERATOR)
        claim = claiming.make_claim(question.identifier, "It burned.", OPERATOR).identifier
        transcribing.revise(target, "", 1, [Edited((1,), "Then.")], OPERATOR)
    page = f"/workbench/testimonies/{target}/link"
    fields = {"first": 0, "last": 0, "claim": claim, "stance": "supports", "basis": "saw", "lines_of": 1}
    answer = post(archivist, f"{page}?first=0", page, note="Long & careful words", **fields)
    assert answer.status_code == 409
    assert "Long &amp; careful words" in answer.text
    with archive.reading() as session:
        assert not session.scalars(select(Evidence)).all()


def test_a_note_on_a_link_that_was_undone_meanwhile_is_given_back(sign_in):
    answer = post(
        sign_in("archivist"),
        "/account",
        "/workbench/evidence/0123456789ab/change",
        note="Long & careful words",
        version=1,
    )
    assert answer.status_code == 404
    assert "Long &amp; careful words" in answer.text


def test_what_is_not_published_is_not_told_by_a_claim_that_is(archive, client, sign_in):
    with archive.writing() as session:
        event = Event(title="Quovadorn")
        session.add(event)
        source = Source(title="Quovareport", asserted_by="Quovabody")
        question = Question(text="When?", event=event, is_published=True)
        whole = Claim(text="Quovawhole", question=question)
        part = Claim(text="It was at nine.", question=question, source=source, part_of=whole)
        part.is_published = True
        session.add_all([source, question, whole, part])
        session.flush()
        claim, asked = part.identifier, question.identifier
    pages = [f"/claims/{claim}", f"/questions/{asked}"]
    read = "".join(client.get(page).text for page in pages)
    assert "It was at nine." in read
    assert "Quova" not in read
    staff = sign_in("archivist")
    said = staff.get(pages[0]).text
    assert all(word in said for word in ("Quovareport", "Quovawhole"))
    with archive.writing() as session:
        session.scalars(select(Question)).one().is_published = False
    assert {client.get(page).status_code for page in pages} == {404}
    assert claim not in client.get("/sitemap-1.xml").text
