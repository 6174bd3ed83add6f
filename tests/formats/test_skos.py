"""Vocabularies: read from four languages, refused when they reach out, written again as they came."""

import io
import json

import pytest
import rdflib
from rdflib.compare import isomorphic

from app.errors import Invalid
from app.formats import skos, skos_csv, skos_writing
from app.formats.skos_shape import SKOS, Label, Relation

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # within rdflib

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
ex:scheme a skos:ConceptScheme ; dcterms:title "Harms"@en, "Беды"@ru ; skos:hasTopConcept ex:war ;
    dcterms:creator [ a ex:Person ; ex:name "A. Nobody" ] .
ex:war a skos:Concept ; skos:topConceptOf ex:scheme ; skos:inScheme ex:scheme ;
    skos:prefLabel "War"@en, "Война"@ru, "Պատերազմ"@hy ; skos:altLabel "Armed conflict"@en ;
    skos:hiddenLabel "Wra"@en ; skos:notation "01"^^xsd:integer, "W"^^ex:code ;
    skos:scopeNote "Line one\\nand \\"two\\" \\\\ back\\ttab"@en ; skos:definition "untagged" .
ex:siege a skos:Concept ; skos:inScheme ex:scheme ; skos:broader ex:war, ex:harm ; skos:related ex:harm ;
    skos:prefLabel "Siege"@en ; skos:exactMatch <http://elsewhere.example/siege> ;
    skos:changeNote [ dcterms:date "2020-01-01"^^xsd:date ; skos:related [ ex:deep "yes" ] ] .
ex:harm a skos:Concept ; skos:prefLabel "Harm"@en-GB ; skos:narrower ex:siege ; skos:broadMatch ex:outside .
ex:list a skos:OrderedCollection ; skos:memberList ( ex:war ex:siege ) ; skos:prefLabel "In order"@en .
"""


def read(text: str | bytes, name: str = "v.ttl"):
    return skos.load(io.BytesIO(text if isinstance(text, bytes) else text.encode()), name)


def graph(text: str, form: str = "turtle") -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format=form)


def written(loaded, kind: str) -> str:
    subjects = skos_writing.subjects(loaded.concepts, loaded.others)
    return "".join(skos_writing.WRITERS[kind](subjects))


def test_what_is_read_is_told_apart():
    loaded = read(TURTLE)
    assert (loaded.scheme, loaded.title, loaded.language, loaded.count) == (
        "http://example.org/scheme",
        "Harms",
        "en",
        3,
    )
    held = {concept.uri.rpartition("/")[2]: concept for concept in loaded.concepts}
    assert Label("preferred", "hy", "Պատերազմ") in held["war"].labels
    assert Label("hidden", "en", "Wra") in held["war"].labels
    assert Relation("broader", "http://example.org/harm") in held["siege"].relations
    assert {said.predicate for said in held["harm"].statements} >= {SKOS + "broadMatch"}
    assert held["war"].main_label("ru") == "Война"
    assert held["siege"].main_label("ru") == "Siege"


@pytest.mark.parametrize(("kind", "form"), [("turtle", "turtle"), ("rdfxml", "xml"), ("jsonld", "json-ld")])
def test_what_comes_in_goes_out_as_it_came(kind, form):
    assert isomorphic(graph(written(read(TURTLE), kind), form), graph(TURTLE))


@pytest.mark.parametrize(("kind", "form"), [("v.rdf", "xml"), ("v.jsonld", "json-ld")])
def test_the_same_vocabulary_is_read_from_other_languages(kind, form):
    data = graph(TURTLE).serialize(format=form)
    assert isomorphic(graph(written(read(data, kind), "turtle")), graph(data, form))


@pytest.mark.parametrize(
    "context",
    [
        "http://example.org/context.jsonld",
        ["http://example.org/context.jsonld"],
        {"@import": "http://example.org/context.jsonld"},
        {"term": {"@id": "http://e.org/t", "@context": "file:///etc/passwd"}},
    ],
)
def test_a_context_elsewhere_is_refused_and_nobody_is_asked(context, monkeypatch):
    import urllib.request

    asked = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda *a, **k: asked.append(a))
    with pytest.raises(Invalid, match="context elsewhere"):
        read(json.dumps({"@context": context, "@id": "http://e.org/a"}), "v.jsonld")
    assert not asked


def test_entities_and_document_types_are_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    head = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY s SYSTEM "file://{secret}">]>'
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&s;</rdf:RDF>'
    with pytest.raises(Invalid, match="DOCTYPE") as refusal:
        read(head + rdf, "v.rdf")
    assert "the secret" not in str(refusal.value)


def test_hostile_files_are_refused_without_harm(shared):
    files = sorted(shared("hostile", "xml").iterdir())
    assert files
    for file in files:
        for name in ("v.rdf", file.name):
            with pytest.raises(Invalid):
                skos.load(io.BytesIO(file.read_bytes()), name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "v.ttl"),
        ("<a> <b> <c> .", "v.ttl"),
        ("<http://e.org/a> a <http://e.org/Nothing> .", "v.ttl"),
        ("<http://e.org/a b> a <http://www.w3.org/2004/02/skos/core#Concept> .", "v.ttl"),
        ('<http://e.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "a\\u0000b" .', "v.ttl"),
        ("(" * 50_000, "v.ttl"),
        ("[" * 100_000, "v.jsonld"),
        ("{}", "v.jsonld"),
        ("no,columns\n1,2\n", "v.csv"),
        ("label@not a language\nx\n", "v.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text, name):
    with pytest.raises(Invalid) as refusal:
        read(text, name)
    assert str(refusal.value)


def test_numbers_keep_the_form_they_were_written_in():
    assert '"01"^^xsd:integer' in written(read(TURTLE), "turtle")


def test_a_table_is_read_and_written():
    table = (
        "id;label@en;label@ru;alt@en;broader;scope note@en;notation\n"
        "1;War;Война;Armed conflict|Or a \\| bar;;When it is;W\n"
        "2;Siege;;;1;;\n"
    )
    loaded = read(table, "v.csv")
    held = list(loaded.concepts)
    war, siege = held
    assert war.uri == skos_csv.OWN + "1"
    assert Label("alternative", "en", "Or a | bar") in war.labels
    assert siege.relations == (Relation("broader", war.uri),)
    columns = skos_csv.columns_of(
        [
            (SKOS + "prefLabel", "en"),
            (SKOS + "prefLabel", "ru"),
            (SKOS + "altLabel", "en"),
            (SKOS + "broader", ""),
            (SKOS + "scopeNote", "en"),
            (SKOS + "notation", ""),
        ]
    )
    again = list(read("".join(skos_csv.dump(held, columns)), "v.csv").concepts)
    assert [(c.uri, set(c.labels), c.relations, set(c.statements)) for c in again] == [
        (c.uri, set(c.labels), c.relations, set(c.statements)) for c in held
    ]
