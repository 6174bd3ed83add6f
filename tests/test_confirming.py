"""A second archivist reads links: both words are kept, readers are told, and a change needs a new reading."""

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.models import AuditEntry, Evidence, Role, SecondReading
from app.policy import Actor
from app.services import claiming, confirming, linking
from tests.conftest import post, testimony, told

ADA, BO, CY = (Actor(f"{name:0<12}", name, Role.ARCHIVIST) for name in ("ada", "bo", "cy"))


@pytest.fixture
def claim(archive) -> str:
    with archive.writing():
        asked = claiming.make_question("How many died?", OPERATOR, is_published=True)
        return claiming.make_claim(
            asked.identifier, "Forty people died.", OPERATOR, is_published=True
        ).identifier


@pytest.fixture
def link(archive, keep, claim) -> tuple[str, str]:
    """A testimony, and a link of it that Ada made."""
    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    with archive.writing():
        return identifier, linking.link(identifier, 0, 0, claim, "supports", "saw", ADA).identifier


def test_readers_are_told_by_a_word_and_not_by_a_name(archive, link, claim, client):
    identifier, evidence = link
    for page in (f"/claims/{claim}", f"/testimonies/{identifier}"):
        assert "by a second archivist" not in client.get(page).text
    with archive.writing():
        confirming.read(evidence, "confirms", BO)
        confirming.read(evidence, "questions", CY, note="Coffins are not people.")
    for page in (f"/claims/{claim}", f"/testimonies/{identifier}"):
        said = client.get(page).text
        assert "read by a second archivist" in said
        assert "questioned by a second archivist" in said
        assert BO.identifier not in said
        assert "Coffins are not people." not in said
    with archive.reading():
        (view,) = linking.of(identifier)
        assert {(r.by, r.verdict) for r in view.readings} == {
            (BO.identifier, "confirms"),
            (CY.identifier, "questions"),
        }


def test_nobody_reads_their_own_link_and_a_question_needs_a_note(archive, link):
    with pytest.raises(Conflict), archive.writing():
        confirming.read(link[1], "confirms", ADA)
    with pytest.raises(Invalid), archive.writing():
        confirming.read(link[1], "questions", BO)
    with archive.reading() as session:
        assert session.scalars(select(SecondReading)).all() == []


def test_a_later_word_of_the_same_person_replaces_theirs_and_the_trail_keeps_both(archive, link, client):
    identifier, evidence = link
    with archive.writing():
        confirming.read(evidence, "questions", BO, note="Which Tuesday?")
    with archive.writing():
        confirming.read(evidence, "confirms", BO)
    said = client.get(f"/testimonies/{identifier}").text
    assert "read by a second archivist" in said
    assert "questioned" not in said
    with archive.reading() as session:
        assert session.scalars(select(SecondReading)).one().verdict == "confirms"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.confirm")).one()
        assert told(archive, entry)["before"] == {"verdict": "questions", "note": "Which Tuesday?"}


def test_a_link_that_was_changed_waits_for_a_new_reading(archive, link, client):
    identifier, evidence = link
    with archive.writing():
        confirming.read(evidence, "confirms", BO)
    with archive.reading() as session:
        assert confirming.waiting(CY) == []
        version = session.scalar(select(Evidence.version))
    with archive.writing():
        linking.change(evidence, {"stance": "qualifies"}, version, ADA)
    assert "by a second archivist" not in client.get(f"/testimonies/{identifier}").text
    with archive.reading():
        (waiting,) = confirming.waiting(BO)
        assert waiting.readings[0].outdated
        assert confirming.waiting(ADA) == []
    with pytest.raises(Conflict), archive.writing():
        confirming.read(evidence, "confirms", BO, version=version)  # what Bo has read is not there any more


def test_links_are_read_one_after_the_other(archive, link, claim, sign_in, keep):
    archivist = sign_in("archivist")
    page = archivist.get("/workbench/readings").text
    assert "I counted forty coffins." in page
    assert "Forty people died." in page
    assert "1 link waits" in page
    assert "No link waits" in archivist.get("/workbench/readings?skip=1").text
    to = f"/workbench/evidence/{link[1]}/read"
    refused = post(archivist, "/workbench/readings", to, version=1, verdict="questions", note="")
    assert refused.status_code == 422
    assert "Say what is questioned" in refused.text
    assert post(archivist, "/workbench/readings", to, version=1, verdict="confirms").status_code == 303
    assert "No link waits" in archivist.get("/workbench/readings").text


def test_the_one_who_links_through_the_door_is_not_asked(claim, sign_in, keep, archive):
    identifier = keep(testimony("b", "They carried him out."))
    archivist = sign_in("archivist")
    form = f"/workbench/testimonies/{identifier}/link?first=0"
    fields = {"first": 0, "last": 0, "claim": claim, "stance": "supports", "basis": "saw"}
    assert post(archivist, form, form.partition("?")[0], **fields).status_code == 303
    assert "No link waits" in archivist.get("/workbench/readings").text
    with archive.reading() as session:
        evidence = session.scalar(select(Evidence.identifier))
    to = f"/workbench/evidence/{evidence}/read"
    refused = post(archivist, form, to, version=1, verdict="confirms")
    assert refused.status_code == 409
