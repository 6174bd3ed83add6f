"""Suggestions while typing: any label, any script, any word; the best first, hidden labels never shown."""

import pytest

from app.cli.base import OPERATOR
from app.errors import Invalid
from app.models import LabelKind, Person, PersonName, Place, Term, TermLabel, TermRelation
from app.services import auditing, completing, identifying, keying, tagging, vocabularies
from tests.benchmarks import vocabulary as invented
from tests.conftest import testimony
from tests.test_linking import claim as claim  # a fixture


@pytest.fixture
def make(archive):
    """Makes a term with these labels: language to text, * for a hidden one."""

    def term(label: str, broader: str = "", **labels: str) -> str:
        with archive.writing() as session:
            made = session.get(Term, identifying.term("subjects", label).id)
            for language, text in labels.items():
                kind = LabelKind.HIDDEN if text.startswith("*") else LabelKind.ALTERNATIVE
                made.labels.append(TermLabel(language=language, label=text.lstrip("*"), kind=kind))
            if broader:
                other = identifying.term("subjects", broader)
                made.relations.append(TermRelation(kind="broader", other=other))
            session.flush()
            keying.renew([made.id])
            return made.identifier

    return term


def found(archive, words: str, kind: str = "terms") -> list[tuple[str, str]]:
    with archive.reading():
        return [(one.label, one.hint) for one in completing.suggest(kind, words)]


@pytest.mark.parametrize(
    "typed", ["bez", "беж", "BEŽ", "փախ", "pakh", "refu", "REFÚ", "displaced", "pers", "disp per", "لاج"]
)
def test_a_term_is_found_by_any_label_in_any_script(typed, make, archive):
    make("Refugees", ru="Беженцы", hy="Փախստականներ", en="Displaced persons", ar="لاجئون")
    if typed == "disp per":
        assert found(archive, typed) == []
        typed = "displaced per"
    assert [label for label, _ in found(archive, typed)] == ["Refugees"]


def test_what_fits_best_comes_first(make, archive, keep):
    for label in ("Warsaw", "Civil war", "Wards", "War"):
        make(label)
    make("Strife", en="War in general")
    told = keep(testimony("a", "They came."))
    wards = make("Wards")
    with archive.writing():
        tagging.tag(told, wards, OPERATOR)
    assert [label for label, _ in found(archive, "war")] == ["War", "Wards", "Warsaw", "Civil war", "Strife"]


def test_hints_say_what_was_found_or_where_it_stands_and_never_a_hidden_label(make, archive):
    make("War")
    make("Siege", "War", ru="Осада", en="*Seige")
    assert found(archive, "sie") == [("Siege", "War")]
    assert found(archive, "оса") == [("Siege", "Осада")]
    assert found(archive, "sei") == [("Siege", "War")]


def test_no_more_than_a_dozen_and_nothing_for_nothing(make, archive):
    for number in range(20):
        make(f"Term {number:02}")
    assert len(found(archive, "ter")) == 12
    assert found(archive, "") == found(archive, " -- ") == found(archive, "zzz") == []


def test_other_things_are_found_by_their_names(archive, keep, claim):
    from app.records import Agent

    keep(testimony("a", "They came.", title="The river", agents=(Agent("Гусейн Талыш"),), collection="Flood"))
    with archive.writing() as session:
        stands = Person(name="Ana Vell", names=[PersonName(form="Anna Well")])
        other = Person(name="A. Vel", names=[PersonName(form="Anouk")], merged_into=stands)
        session.add_all([stands, other, Place(name="Orrin Ferry", region="Vale")])
        session.flush()
        auditing.note(OPERATOR, "person.merge", f"person:{other.identifier}")
    assert found(archive, "talysh", "people") == [("Гусейн Талыш", "")]
    assert found(archive, "anou", "people") == [("Ana Vell", "Anouk")]
    assert ("Orrin Ferry", "Vale") in found(archive, "ferr", "places")
    assert found(archive, "оррин", "places")[0] == ("Orrin", "Оррин")
    assert found(archive, "flo", "events") == [("The flood", "Orrin")]
    assert found(archive, "forty peo", "claims") == [("Forty people died.", "How many died?")]
    assert found(archive, "how", "questions") == [("How many died?", "The flood")]
    assert found(archive, "flo", "collections") == [("Flood", "")]
    assert found(archive, "riv", "testimonies") == [("The river", "Гусейн Талыш")]
    with pytest.raises(Invalid), archive.reading():
        completing.suggest("secrets", "a")


def test_words_without_a_choice_mean_one_thing_or_are_asked_about(make, archive):
    war, siege = make("War"), make("Siege", ru="Осада")
    make("Warsaw")
    with archive.reading():
        assert completing.settle("terms", "", "war") == war
        assert completing.settle("terms", "", "осада") == siege
        assert completing.settle("terms", "", "sie") == siege
        assert completing.settle("terms", "chosen", "anything") == "chosen"
        for words in ("wa", "", "nothing"):
            with pytest.raises(Invalid):
                completing.settle("terms", "", words)


def test_the_door_answers_archivists_alone(make, sign_in, client):
    make("War")
    address = "/workbench/suggest/terms?q=wa"
    answer = sign_in("archivist").get(address)
    assert answer.json == [{"value": answer.json[0]["value"], "label": "War", "hint": ""}]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(address).status_code == 302
    assert sign_in("reader").get(address).status_code == 404
    assert sign_in("lead_archivist").get("/workbench/suggest/nothing?q=a").status_code == 404


def test_the_invented_vocabulary_goes_through_in_small(tmp_path, archive):
    from click.testing import CliRunner

    from app.cli import cli

    made, out = tmp_path / "made.ttl", tmp_path / "out.ttl"
    invented.write(made, 400)
    environ = {"ARCHIVE_HOME": str(archive.settings.home)}
    for words in (
        ["vocabulary", "import", str(made)],
        ["vocabulary", "export", invented.NAME, "-o", str(out)],
    ):
        done = CliRunner().invoke(cli, words, env=environ)
        assert done.exit_code == 0, done.output
    assert invented.triples(made) == invented.triples(out)
    with archive.reading():
        assert vocabularies.listed()[0][1] == 400
        for words in invented.queries(20):
            for one in completing.suggest("terms", words[:2]):
                assert one.label
        assert any(completing.suggest("terms", words[:3]) for words in invented.queries(20))
