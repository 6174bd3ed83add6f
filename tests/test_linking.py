"""An archivist ties a passage to a claim: it stands on both pages, in the trail, and can be undone."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import cli
from app.models import AuditEntry, Claim
from tests.conftest import post, testimony

REGISTER = {
    "about": "A register for the test.",
    "source": {"id": "s", "title": "A report", "date": "1999", "asserted_by": "A committee"},
    "events": [
        {"id": "e", "title": "The flood", "date": "1962", "place": {"name": "Orrin", "variants": ["Оррин"]}}
    ],
    "questions": [{"id": "q", "event": "e", "text": "How many died?", "unit": "people"}],
    "claims": [
        {
            "id": "c40",
            "question": "q",
            "text": "Forty people died.",
            "figure": {"value": 40, "unit": "people"},
            "asserted_in": "s",
        }
    ],
}


@pytest.fixture
def claim(archive, tmp_path) -> str:
    path = tmp_path / "register.json"
    path.write_text(json.dumps(REGISTER))
    environ = {"ARCHIVE_HOME": str(archive.settings.home)}
    done = CliRunner().invoke(cli, ["import", str(path), "--publish"], env=environ)
    assert "1 claims" in done.output, done.output
    with archive.reading() as session:
        return session.scalar(select(Claim.identifier))


def test_a_passage_is_tied_and_untied_by_hand(claim, keep, sign_in, client, archive, work):
    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    archivist = sign_in("archivist")
    form = f"/workbench/testimonies/{identifier}/link?first=0&last=0"
    done = post(
        archivist,
        form,
        f"/workbench/testimonies/{identifier}/link",
        first=0,
        last=0,
        claim=claim,
        stance="supports",
        basis="saw",
        note="Counts coffins, not people.",
    )
    assert done.status_code == 303
    for page in (f"/claims/{claim}", f"/testimonies/{identifier}"):
        assert "Counts coffins, not people." in client.get(page).text
    assert "I counted forty coffins." in client.get(f"/claims/{claim}").text
    with archive.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.link")).one()
        assert entry.details["stance"] == "supports"
        evidence = entry.target.partition(":")[2]
    work()
    assert client.get("/api/v1/search", query_string={"q": "claim:forty"}).json["testimonies"] == 1
    assert post(archivist, form, f"/workbench/evidence/{evidence}/unlink").status_code == 303
    assert "coffins" not in client.get(f"/claims/{claim}").text
    assert "Counts coffins" not in client.get(f"/testimonies/{identifier}").text
    with archive.reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.unlink")).one()


def test_a_passage_is_tied_from_the_command_line(claim, keep, client, archive):
    identifier = keep(testimony("a", "I counted forty coffins."))
    environ = {"ARCHIVE_HOME": str(archive.settings.home)}
    tied = CliRunner().invoke(
        cli, ["link", identifier, "0", "0", "c40", "contradicts", "heard_from"], env=environ
    )
    assert tied.exit_code == 0, tied.output
    assert "Contradicts" in client.get(f"/claims/{claim}").text
    assert CliRunner().invoke(cli, ["unlink", tied.output.strip()], env=environ).exit_code == 0
    assert "coffins" not in client.get(f"/claims/{claim}").text


@pytest.mark.parametrize(
    "wrong",
    [{"first": 9, "last": 9}, {"claim": "none"}, {"stance": "proves"}, {"basis": "guessed"}, {"first": "x"}],
)
def test_what_cannot_be_tied_is_refused_and_nothing_changes(wrong, claim, keep, sign_in, archive):
    identifier = keep(testimony("a", "I counted forty coffins."))
    given = {"first": 0, "last": 0, "claim": claim, "stance": "supports", "basis": "saw"} | wrong
    form = f"/workbench/testimonies/{identifier}/link?first=0"
    done = post(sign_in("archivist"), form, f"/workbench/testimonies/{identifier}/link", **given)
    assert done.status_code in (404, 422)
    with archive.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.link")).all()


def test_a_link_to_a_hidden_passage_is_not_counted(claim, keep, client, archive):
    from app.cli.base import OPERATOR
    from app.services import linking, redacting

    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    with archive.writing():
        linking.link(identifier, 0, 1, claim, "supports", "saw", OPERATOR)
    assert (
        "1 passage" in client.get(f"/questions/{question(archive)}").text
        or "coffins" in client.get(f"/claims/{claim}").text
    )
    with archive.writing():
        redacting.redact(identifier, 1, 1, "consent", OPERATOR)
    assert "coffins" not in client.get(f"/claims/{claim}").text
    assert "coffins" not in client.get(f"/questions/{question(archive)}").text


def question(archive) -> str:
    from app.models import Question

    with archive.reading() as session:
        return session.scalar(select(Question.identifier))


def test_a_name_is_found_under_every_variant_and_the_reader_is_told(claim, keep, client, work):
    from app.records import Named

    keep(testimony("a", "We came from Оррин on foot.", events=(Named("e"),)))
    work()
    found = client.get("/api/v1/search?q=orrin").json
    assert found["total"] == 1
    assert found["also"] == {"orrin": ["Оррин"]}
    assert client.get("/api/v1/search?q=orrin&exact=1").json["total"] == 0
    assert "Оррин" in client.get("/search?q=orrin").text


def test_a_search_points_to_the_pages_of_those_named_so(claim, keep, client, work):
    from app.records import Agent, Named

    keep(testimony("a", "We came on foot.", events=(Named("e"),), agents=(Agent("Гусейн Талыш"),)))
    keep(testimony("b", "Nobody knows.", access="closed", agents=(Agent("Hidden Talysh"),)))
    work()
    for words, names in {
        "талыш": ["Гусейн Талыш"],
        "orrin": ["Orrin"],
        "flood": ["The flood"],
        "hidden": [],
    }.items():
        found = client.get("/api/v1/search", query_string={"q": words}).json["named"]
        assert [thing["name"] for thing in found] == names
        page = client.get("/search", query_string={"q": words}).text
        assert all(thing["identifier"] in page for thing in found)
