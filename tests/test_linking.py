"""An archivist ties a passage to a claim: it stands on both pages, in the trail, and can be undone."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import cli
from app.cli.base import OPERATOR
from app.models import AuditEntry, Claim, Evidence
from app.records import Figure
from app.services import claiming, figuring, recounting
from tests.conftest import post, testimony, told

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


@pytest.fixture
def tied(claim, keep, archive) -> tuple[str, str]:
    """A testimony and a link of it."""
    from app.cli.base import OPERATOR
    from app.services import linking

    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    with archive.writing():
        evidence = linking.link(
            identifier, 0, 0, claim, "supports", "saw", OPERATOR, note="First."
        ).identifier
    return identifier, evidence


def test_two_who_change_one_link_lose_nothing(tied, sign_in, archive, client):
    identifier, evidence = tied
    archivist, desk = sign_in("archivist"), f"/workbench/testimonies/{identifier}"
    was = {"was_stance": "supports", "was_basis": "saw", "was_note": "First.", "was_heard_from": ""}
    known = {"panel": "links", "version": 1, **was, "heard_from": ""}
    to = f"/workbench/evidence/{evidence}/change"
    one = post(archivist, desk, to, **known, stance="qualifies", basis="saw", note="First.")
    assert one.status_code == 303
    # The second changed another field: both are kept.
    two = post(archivist, desk, to, **known, stance="supports", basis="inferred", note="First.")
    assert two.status_code == 303
    said = client.get(f"/testimonies/{identifier}").text
    assert "Qualifies" in said
    assert "inferred it" in said
    # The third changed the same field: both are shown, and what was chosen is kept.
    three = post(archivist, desk, to, **known, stance="contradicts", basis="saw", note="First.")
    assert three.status_code == 409
    assert 'value="qualifies"' in three.text
    assert 'value="contradicts"' in three.text
    chosen = {**known, "version": 3, "was_stance": "qualifies", "was_basis": "inferred"}
    done = post(archivist, desk, to, **chosen, stance="contradicts", basis="inferred", note="First.")
    assert done.status_code == 303
    assert "Contradicts" in client.get(f"/testimonies/{identifier}").text
    with archive.reading() as session:
        changes = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.change")).all()
        assert [told(archive, c)["before"] for c in changes] == [
            {"stance": "supports"},
            {"basis": "saw"},
            {"stance": "qualifies"},
        ]


def test_a_claim_is_chosen_at_the_desk_by_its_words_without_script(claim, keep, sign_in, client):
    identifier = keep(testimony("a", "I counted forty coffins.", "On the Tuesday."))
    archivist, desk = sign_in("archivist"), f"/workbench/testimonies/{identifier}"
    given = {"panel": "links", "first": 1, "last": 0, "stance": "supports", "basis": "saw", "claim_id": ""}
    nothing = post(archivist, desk, f"{desk}/link", **given, claim="zorblatt", note="Typed with care.")
    assert nothing.status_code == 422
    assert "Typed with care." in nothing.text
    done = post(archivist, desk, f"{desk}/link", **given, claim="forty people")
    assert done.status_code == 303
    assert done.headers["Location"].endswith("?first=0&last=1#links")
    assert "I counted forty coffins." in client.get(f"/claims/{claim}").text
    twice = post(archivist, desk, f"{desk}/link", **given, claim="forty people")
    assert twice.status_code == 409


def test_a_claim_made_at_the_desk_is_hidden_until_it_is_shown(claim, keep, sign_in, client, archive):
    identifier = keep(testimony("a", "The dam was opened by hand.", "On the Tuesday."))
    archivist, desk = sign_in("archivist"), f"/workbench/testimonies/{identifier}"
    made = post(
        archivist,
        desk,
        "/workbench/claims",
        testimony=identifier,
        first=0,
        last=0,
        question="Who opened the dam?",
        event="The flood",
        text="Somebody opened the dam.",
        figure="about 12",
        new_source="A letter of 1963",
    )
    assert made.status_code == 303
    there = archivist.get(made.headers["Location"]).text
    assert 'value="Somebody opened the dam."' in there
    with archive.reading() as session:
        new = session.scalar(select(Claim).where(Claim.text == "Somebody opened the dam."))
        assert (new.figure.value, new.figure.approximate) == (12, True)
        assert new.source.title == "A letter of 1963"
        identifier_of_claim, question_of_claim = new.identifier, new.question.identifier
    given = {"panel": "links", "first": 0, "last": 0, "stance": "supports", "basis": "saw"}
    post(archivist, desk, f"{desk}/link", **given, claim_id=identifier_of_claim, claim="x")
    for address in (f"/testimonies/{identifier}", f"/testimonies/{identifier}.json", "/search?q=dam"):
        assert "Somebody opened the dam." not in client.get(address).text
    assert client.get(f"/claims/{identifier_of_claim}").status_code == 404
    own, to = f"/workbench/claims/{identifier_of_claim}", f"/workbench/claims/{identifier_of_claim}"
    fields = {"text": "Somebody opened the dam.", "figure": "about 12", "source": "A letter of 1963"}
    early = post(archivist, own, to, **fields, version=1, is_published="1", attributed_to="", note="")
    assert early.status_code == 422
    assert "show the question first" in early.text
    show = {"text": "Who opened the dam?", "unit": "", "version": 1, "is_published": "1"}
    assert post(archivist, own, f"/workbench/questions/{question_of_claim}", **show).status_code == 303
    shown = post(archivist, own, to, **fields, version=1, is_published="1", attributed_to="", note="")
    assert shown.status_code == 303
    assert "Somebody opened the dam." in client.get(f"/testimonies/{identifier}").text
    assert client.get(f"/claims/{identifier_of_claim}").status_code == 200


TOLD = {"figure": "about forty", "figure_counted": "coffins", "happened": "27 February 1988"}


def tie(visitor, identifier, claim, **told):
    return post(
        visitor,
        f"/workbench/testimonies/{identifier}/link?first=0&last=0",
        f"/workbench/testimonies/{identifier}/link",
        **({"first": 0, "last": 0, "claim": claim, "stance": "supports", "basis": "saw"} | told),
    )


def test_a_passage_gives_a_number_and_a_time_by_hand(claim, keep, sign_in, client, archive):
    identifier = keep(testimony("a", "I counted about forty coffins."))
    archivist = sign_in("archivist")
    assert tie(archivist, identifier, claim, **TOLD).status_code == 303
    page = client.get(f"/claims/{claim}").text
    for shown in ("about forty", "coffins", "27 February 1988"):
        assert shown in page
    with archive.reading() as session:
        held = session.scalars(select(Evidence)).one()
        assert held.figure == Figure("about forty", 40, approximate=True, counted="coffins")
        assert held.happened.edtf == "1988-02-27"
        change = {"version": held.version} | {f"was_{k}": v for k, v in fields(held).items()}
        change |= fields(held) | {"figure": "thirty to fifty"}
        held = held.identifier
    desk = f"/workbench/testimonies/{identifier}"
    assert post(archivist, desk, f"/workbench/evidence/{held}/change", **change).status_code == 303
    with archive.reading() as session:
        figure = session.scalars(select(Evidence)).one().figure
        assert (figure.words, figure.low, figure.high) == ("thirty to fifty", 30, 50)
        told = next(e for e in recounting.of(identifier, OPERATOR) if e.action == "evidence.change")
        assert told.details["before"] == {"figure": "about forty"}
        assert told.details["after"] == {"figure": "thirty to fifty"}
    assert "thirty to fifty" in client.get(f"/claims/{claim}").text


def fields(held) -> dict[str, str]:
    return figuring.fields(held.figure, held.happened)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"figure_value": "forty"}, "is no number"),
        ({"figure_low": "9", "figure_high": "4"}, "lowest number is higher"),
        ({"happened_edtf": "yesterday"}, "is no date"),
    ],
)
def test_what_is_no_number_is_refused_and_nothing_typed_is_lost(wrong, said, claim, keep, sign_in, archive):
    identifier = keep(testimony("a", "I counted about forty coffins."))
    refused = tie(sign_in("archivist"), identifier, claim, **(TOLD | wrong))
    assert refused.status_code == 422
    for kept in (said, *(TOLD | wrong).values()):
        assert kept in refused.text
    with archive.reading() as session:
        assert not session.scalars(select(Evidence)).all()


def test_a_claim_says_when_where_and_in_what_order(claim, sign_in, client, archive):
    archivist, address = sign_in("archivist"), f"/workbench/claims/{claim}"
    with archive.reading() as session:
        held = session.scalars(select(Claim)).one()
        read = {"version": held.version} | {f"was_{k}": v for k, v in claiming.fields(held).items()}
    wanted = {"text": "Forty people died.", "figure": "40", "is_published": "1"}
    wanted |= {"happened": "June 1962", "place": "Оррин", "figure_counted": "the drowned"}
    refused = post(archivist, address, address, **read, **wanted, earlier="The flood")
    assert refused.status_code == 422
    assert "both what came first" in refused.text
    assert "the drowned" in refused.text
    done = post(archivist, address, address, **read, **wanted, earlier="The flood", later="The count")
    assert done.status_code == 303
    with archive.reading() as session:
        held = session.scalars(select(Claim)).one()
        assert (held.happened.edtf, held.place.name, held.earlier) == ("1962-06", "Orrin", "The flood")
        assert held.figure == Figure("", 40, unit="people", counted="the drowned")
        event = held.question.event.identifier
    page = client.get(f"/events/{event}").text
    for shown in ("June 1962", "The count", "Where it is said to have happened"):
        assert shown in page


def test_claims_are_looked_through_by_their_words(claim, sign_in):
    archivist = sign_in("archivist")
    for words, there in (("", True), ("forty", True), ("flood", True), ("died", True), ("zorblatt", False)):
        page = archivist.get("/workbench/claims", query_string={"q": words}).text
        assert ("Forty people died." in page) is there
    assert archivist.get("/workbench/claims?page=9").status_code == 404
