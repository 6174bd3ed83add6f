"""Vocabularies come in, are edited and merged, and go out again as they came."""

import io

import pytest
import rdflib
from click.testing import CliRunner
from rdflib.compare import isomorphic
from sqlalchemy import func, select

from app.cli import cli
from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid, NotFound
from app.models import AuditEntry, Job, Statement, Tagging, Term, TermKey, Vocabulary
from app.services import completing, keying, settling, tagging, terms
from tests.conftest import post, testimony
from tests.formats.test_skos import TURTLE, graph

SCHEME = "http://example.org/scheme"


@pytest.fixture
def run(archive):
    def command(*words: str, ok: bool = True):
        done = CliRunner().invoke(cli, list(words), env={"ARCHIVE_HOME": str(archive.settings.home)})
        assert (done.exit_code == 0) is ok, (done.output, done.exception)
        return done

    return command


@pytest.fixture
def take_in(run, tmp_path):
    def take(text: str = TURTLE, name: str = "v.ttl", *more: str, ok: bool = True):
        path = tmp_path / name
        path.write_text(text)
        return run("vocabulary", "import", str(path), *more, ok=ok)

    return take


def exported(run, tmp_path, name="Harms", kind="turtle", form="turtle") -> rdflib.Graph:
    path = tmp_path / "out"
    run("vocabulary", "export", name, "--format", kind, "-o", str(path))
    return graph(path.read_text(), form)


def term(label: str) -> Term:
    from app.db import session

    return session().scalars(select(Term).filter_by(label=label)).one()


def identifier(archive, label: str) -> str:
    with archive.reading():
        return term(label).identifier


def fields(**more: str) -> dict[str, str]:
    return dict.fromkeys(("preferred", "alternative", "hidden_labels", "scope_note"), "") | more


@pytest.mark.parametrize(("kind", "form"), [("turtle", "turtle"), ("rdfxml", "xml")])
def test_a_vocabulary_goes_out_as_it_came_in(kind, form, take_in, run, tmp_path, archive):
    assert "3 added" in take_in().output
    assert isomorphic(exported(run, tmp_path, kind=kind, form=form), graph(TURTLE))
    assert "Harms\t3\t" + SCHEME in run("vocabulary", "list").output
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Term)) == 3
        assert {a.label for a in terms.neighbours(term("Siege"), "broader")} == {"War", "Harm"}


def test_the_same_file_again_changes_nothing(take_in, run, tmp_path, archive):
    take_in()
    assert "0 added, 0 changed, 3 as they were" in take_in().output
    assert isomorphic(exported(run, tmp_path), graph(TURTLE))
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Vocabulary)) == 1


def test_a_newer_file_adds_and_changes_and_drops_nothing(take_in, run, tmp_path, archive, keep):
    take_in()
    told = keep(testimony("a", "They came."))
    with archive.writing():
        tagging.tag(told, term("Harm").identifier, OPERATOR)
    newer = TURTLE.replace('"War"@en', '"Warfare"@en').replace(
        'ex:harm a skos:Concept ; skos:prefLabel "Harm"@en-GB ;', 'ex:hurt skos:prefLabel "Hurt"@en ;'
    )
    newer = newer.replace("ex:broader ex:war, ex:harm", "ex:broader ex:war")
    done = take_in(newer)
    assert "1 added" in done.output
    assert "1 terms are not in this file and stay, 1 of them in use: Harm" in done.output
    with archive.reading():
        assert term("Harm")
        assert term("Warfare").uri == "http://example.org/war"
    out = exported(run, tmp_path)
    assert (rdflib.URIRef("http://example.org/war"), None, rdflib.Literal("Warfare", lang="en")) in out
    assert (None, None, rdflib.Literal("War", lang="en")) not in out
    # What no term of either file leads to any more is forgotten: one creator, one note with its two nodes.
    assert len({s for s in out.subjects() if isinstance(s, rdflib.BNode)}) == len(
        {s for s in graph(newer).subjects() if isinstance(s, rdflib.BNode)}
    )


def test_a_file_that_is_refused_leaves_nothing(take_in, archive):
    done = take_in("<a> <b> <c> .", ok=False)
    assert isinstance(done.exception, Invalid)
    with archive.reading() as session:
        assert not session.scalars(select(Vocabulary)).all()


def test_a_name_that_another_vocabulary_has_is_refused(take_in):
    take_in()
    other = TURTLE.replace("example.org/", "example.net/")
    assert isinstance(take_in(other, "v.ttl", "--name", "Harms", ok=False).exception, Conflict)
    assert isinstance(take_in(TURTLE, "v.ttl", "--name", "Other", ok=False).exception, Conflict)
    take_in(other, "v.ttl", "--name", "Other harms")


def test_what_is_changed_here_is_exported_and_stays_after_the_same_file(take_in, run, tmp_path, archive):
    take_in()
    with archive.writing():
        war = term("War")
        held = terms.fields(war)
        assert held["preferred"].splitlines() == ["War @en", "Война @ru", "Պատերազմ @hy"]
        wanted = held | {"preferred": held["preferred"] + "\nSavaş @tr", "scope_note": "New @en\n---\nOld"}
        terms.change(war.identifier, war.version, wanted, held, OPERATOR)
    out = exported(run, tmp_path)
    uri = rdflib.URIRef("http://example.org/war")
    skos = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")
    assert (uri, skos.prefLabel, rdflib.Literal("Savaş", lang="tr")) in out
    assert {str(note) for note in out.objects(uri, skos.scopeNote)} == {"New", "Old"}
    with archive.reading() as session:
        entry = session.scalars(select(AuditEntry).filter_by(action="term.change")).one()
        assert "Savaş" in entry.details["after"]["preferred"]
        assert "Savaş" not in entry.details["before"]["preferred"]
        assert completing.suggest("terms", "sav")[0].label == "War"
    take_in()  # the file says something else of it: the file's word counts, and the trail keeps ours
    with archive.reading() as session:
        entries = session.scalars(select(AuditEntry).filter_by(action="term.change")).all()
        assert ["preferred", "tr", "Savaş"] in entries[-1].details["before"]
    assert isomorphic(exported(run, tmp_path), graph(TURTLE))


def test_two_at_once_are_both_heard(take_in, archive):
    take_in()
    with archive.writing():
        war = term("War")
        name, read, held = war.identifier, war.version, terms.fields(war)
        terms.change(name, read, held | {"preferred": "War @en\nKrieg @de"}, held, OPERATOR)
    with archive.writing():  # another field: both are kept
        terms.change(name, read, held | {"alternative": "Strife @en"}, held, OPERATOR)
    with archive.reading():
        now = terms.fields(term("War"))
        assert (now["preferred"], now["alternative"]) == ("War @en\nKrieg @de", "Strife @en")
    with pytest.raises(settling.Differs) as differs, archive.writing():
        terms.change(name, read, held | {"preferred": "War @en\nGuerre @fr"}, held, OPERATOR)
    assert [one.field for one in differs.value.differences] == ["preferred"]


def test_a_merged_term_counts_as_the_one_that_stands_for_it(
    take_in, run, tmp_path, archive, keep, client, work
):
    take_in()
    told = keep(testimony("a", "They came at night.", "We left."))
    with archive.writing():
        for label, lines in (("War", {}), ("Siege", {}), ("Siege", {"first": 1, "last": 1})):
            tagging.tag(told, term(label).identifier, OPERATOR, **lines)
    work()
    war, siege = identifier(archive, "War"), identifier(archive, "Siege")
    with archive.writing():
        terms.merge(siege, war, OPERATOR)
    work()
    tags = client.get(f"/testimonies/{told}.json").json["tags"]
    assert [(tag["term"], tag.get("first")) for tag in tags] == [("War", None), ("War", 1)]
    assert client.get("/api/v1/search?q=tag:Siege").json["total"] == 0
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Tagging)) == 3  # nothing moved
        found = completing.suggest("terms", "sieg")
        assert [(one.value, one.label, one.hint) for one in found] == [(war, "War", "Siege")]
    out = exported(run, tmp_path)
    extra = set(out) - set(graph(TURTLE))
    owl, dcterms = rdflib.OWL.deprecated, rdflib.DCTERMS.isReplacedBy
    named = {(s, p, o) for s, p, o in extra if p in (owl, dcterms)}
    siege_uri, war_uri = rdflib.URIRef("http://example.org/siege"), rdflib.URIRef("http://example.org/war")
    assert (siege_uri, owl, rdflib.Literal(True)) in named
    assert (siege_uri, dcterms, war_uri) in named
    take_in((tmp_path / "out").read_text())  # what our own file says of the merging is known already
    assert len(set(exported(run, tmp_path))) == len(set(out))
    with archive.writing():
        terms.unmerge(siege, OPERATOR)
    work()
    assert {tag["term"] for tag in client.get(f"/testimonies/{told}.json").json["tags"]} == {"War", "Siege"}
    assert isomorphic(exported(run, tmp_path), graph(TURTLE))


def test_merging_never_leads_in_a_circle(take_in, archive):
    take_in()
    war, siege, harm = (identifier(archive, label) for label in ("War", "Siege", "Harm"))
    with archive.writing():
        terms.merge(siege, war, OPERATOR)
        terms.merge(war, harm, OPERATOR)
        assert term("Siege").in_use is term("Harm")
    for one, into, error in ((harm, siege, Invalid), (harm, harm, Invalid), (war, siege, Conflict)):
        with pytest.raises(error), archive.writing():
            terms.merge(one, into, OPERATOR)


def test_only_what_is_not_used_is_deleted(take_in, run, tmp_path, archive, keep):
    take_in()
    told = keep(testimony("a", "They came."))
    war, harm = identifier(archive, "War"), identifier(archive, "Harm")
    with archive.writing():
        tagging.tag(told, war, OPERATOR)
    with pytest.raises(Conflict), archive.writing():
        terms.remove(war, OPERATOR)
    with archive.writing():
        terms.remove(harm, OPERATOR)
    with archive.reading() as session:
        assert not completing.suggest("terms", "harm")
        assert not session.scalars(select(Statement).filter_by(subject="http://example.org/harm")).all()
    assert not list(exported(run, tmp_path).predicate_objects(rdflib.URIRef("http://example.org/harm")))


def test_relations_are_stated_once_and_never_in_a_circle(take_in, archive):
    take_in()
    war, siege, harm = (identifier(archive, label) for label in ("War", "Siege", "Harm"))
    with archive.writing():
        terms.relate(war, "broader", harm, OPERATOR)
    for one, kind, other, error in (
        (harm, "narrower", war, Conflict),
        (harm, "broader", siege, Invalid),
        (war, "related", war, Invalid),
        (war, "above", harm, Invalid),
    ):
        with pytest.raises(error), archive.writing():
            terms.relate(one, kind, other, OPERATOR)
    with archive.writing():
        terms.unrelate(harm, "narrower", war, OPERATOR)  # as the other term has it
        assert not terms.neighbours(term("War"), "broader")
    with pytest.raises(NotFound), archive.writing():
        terms.unrelate(harm, "narrower", war, OPERATOR)


def test_a_term_made_here_goes_out_and_comes_in_again(run, take_in, tmp_path, archive):
    from app.services import vocabularies

    with archive.writing():
        held = vocabularies.new("Ours", "en", OPERATOR)
        made = terms.new(
            held.identifier, fields(preferred="Flight @en\nБегство @ru", scope_note="Leaving @en"), OPERATOR
        )
        other = terms.new(held.identifier, fields(preferred="Movement"), OPERATOR)
        terms.relate(made.identifier, "broader", other.identifier, OPERATOR)
    out = exported(run, tmp_path, "Ours")
    assert "0 added, 0 changed, 2 as they were" in take_in((tmp_path / "out").read_text()).output
    assert isomorphic(exported(run, tmp_path, "Ours"), out)
    with pytest.raises(Invalid), archive.writing():
        terms.new(held.identifier, fields(preferred="One @en\nTwo @en"), OPERATOR)


def test_terms_that_were_tagged_before_the_vocabulary_came_are_adopted(take_in, archive, keep, client):
    from app.records import Tag

    told = keep(testimony("a", "They came.", tags=(Tag("Siege"),)))
    take_in(TURTLE, "v.ttl", "--name", "subjects")
    with archive.reading():
        assert term("Siege").uri == "http://example.org/siege"
    assert client.get(f"/testimonies/{told}.json").json["tags"][0]["term"] == "Siege"


def test_a_label_that_changes_is_changed_on_every_page(take_in, archive, keep, client, work):
    take_in()
    told = keep(testimony("a", "They came."))
    with archive.writing():
        war = term("War")
        tagging.tag(told, war.identifier, OPERATOR)
        held = terms.fields(war)
        terms.change(war.identifier, war.version, held | {"preferred": "Battle @en"}, held, OPERATOR)
    work()
    assert client.get(f"/testimonies/{told}.json").json["tags"][0]["term"] == "Battle"


def test_keys_are_made_for_what_is_older_than_keys(take_in, archive):
    from sqlalchemy import delete

    take_in()
    with archive.writing() as session:
        session.execute(delete(TermKey))
        assert not completing.suggest("terms", "war")
        assert keying.mend() == 3
        assert completing.suggest("terms", "war")
        assert keying.mend() == 0


def test_a_file_given_at_the_workbench_is_taken_in_by_the_worker(sign_in, archive, work):
    archivist = sign_in("archivist")
    done = post(
        archivist,
        "/workbench/vocabularies",
        "/workbench/vocabularies/import",
        file=(io.BytesIO(TURTLE.encode()), "harms.ttl"),
    )
    assert done.status_code == 303, done.text
    folder = archive.settings.home / "imports"
    assert len(list(folder.glob("*.file"))) == 1
    assert "waits for its turn" in archivist.get("/workbench/vocabularies").text
    work()
    assert not list(folder.glob("*.file"))
    with archive.reading() as session:
        vocabulary = session.scalars(select(Vocabulary)).one()
        assert not session.scalars(select(Job)).all()
    page = archivist.get(f"/workbench/vocabularies/{vocabulary.identifier}").text
    assert "3 added" in page
    assert isomorphic(
        graph(archivist.get(f"/workbench/vocabularies/{vocabulary.identifier}/export.ttl").text),
        graph(TURTLE),
    )


def test_a_file_that_is_no_vocabulary_says_why(sign_in, archive, work):
    archivist = sign_in("archivist")
    form = "/workbench/vocabularies"
    bad = (io.BytesIO(b"<a> <b> <c> ."), "bad.ttl")
    assert post(archivist, form, f"{form}/import", file=bad).status_code == 303
    work()
    page = archivist.get(form).text
    assert "not taken in" in page
    assert "This is no full address" in page
    assert not list((archive.settings.home / "imports").glob("*.file"))
    for wrong in ((io.BytesIO(b"x"), "v.exe"), (io.BytesIO(b""), "v.ttl")):
        assert post(archivist, form, f"{form}/import", file=wrong).status_code == 422
    assert post(archivist, form, f"{form}/import").status_code == 422
    token_less = archivist.post(f"{form}/import", data={"file": (io.BytesIO(b"x"), "v.ttl")})
    assert token_less.status_code == 400


def test_the_pages_of_vocabularies_and_terms(take_in, sign_in, archive, client):
    take_in()
    archivist = sign_in("archivist")
    with archive.reading() as session:
        vocabulary = session.scalars(select(Vocabulary.identifier)).one()
    base = f"/workbench/vocabularies/{vocabulary}"
    assert "Harms" in archivist.get("/workbench/vocabularies").text
    tops = archivist.get(base).text
    assert ">War<" in tops
    assert ">Siege<" not in tops
    assert ">Siege<" in archivist.get(f"{base}?all=1").text
    assert ">War<" in archivist.get(f"{base}?q=вой").text
    assert ">War<" not in archivist.get(f"{base}?q=sie").text
    for kind in ("ttl", "rdf", "jsonld", "csv"):
        assert "Պատերազմ" in archivist.get(f"{base}/export.{kind}").text
    assert archivist.get(f"{base}/export.exe").status_code == 404
    war = identifier(archive, "War")
    page = f"/workbench/terms/{war}"
    assert "Պատերազմ @hy" in archivist.get(page).text
    assert client.get(page).status_code == 302
    assert sign_in("reader").get(page).status_code == 404
    wrong = post(archivist, page, f"{page}/merge", other="Nowhere")
    assert wrong.status_code == 422
    assert "Nothing is called" in wrong.text
    assert post(archivist, page, f"{page}/merge", other="Siege").status_code == 303
    assert "In its place stands:" in archivist.get(page).text
    assert post(archivist, page, f"{page}/unmerge").status_code == 303
    made = post(archivist, f"{base}/terms/new", f"{base}/terms/new", preferred="Hunger @en")
    assert made.status_code == 303
    empty = post(archivist, f"{base}/terms/new", f"{base}/terms/new", preferred="", alternative="Kept @en")
    assert empty.status_code == 422
    assert "Kept @en" in empty.text
