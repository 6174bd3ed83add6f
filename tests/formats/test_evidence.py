"""Evidence goes out as a table, as annotations and as claims, and comes in again as it was."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import from_words
from app.errors import Invalid
from app.formats import claim_jsonld, evidence_csv, webannotation
from app.records import EvidenceEntry, Figure, FuzzyDate

ROOT = "https://archive.example"
WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
NAMES = WORDS.filter(lambda name: name.strip())
NUMBERS = st.none() | st.floats(-1e9, 1e9) | st.integers(0, 10**9).map(float)
FIGURES = st.builds(
    Figure,
    *(WORDS, NUMBERS, NUMBERS, NUMBERS, st.booleans()),
    *(WORDS, WORDS, WORDS, WORDS),
)
TIMES = st.sampled_from(["", "27 February 1988", "about ten days later", "1988-02-27~"]).map(
    from_words
) | st.builds(FuzzyDate, WORDS, st.just("1988-02-27"), st.just("1988-02-27T15:00"), WORDS)
ENTRIES = st.lists(
    st.builds(
        lambda first, length, **more: EvidenceEntry(first=first, last=first + length, **more),
        first=st.integers(0, 5000),
        length=st.integers(0, 90),
        testimony=NAMES,
        claim=NAMES,
        stance=st.sampled_from(["supports", "contradicts", "qualifies"]),
        basis=st.sampled_from(["saw", "heard_from", "inferred", "document"]),
        heard_from=WORDS,
        note=WORDS,
        revision=st.none() | st.integers(1, 40),
        linked_by=WORDS,
        linked_at=st.just("") | st.datetimes().map(lambda at: at.isoformat() + "Z"),
        ref=WORDS,
        quote=WORDS,
        figure=FIGURES,
        happened=TIMES,
    ),
    max_size=6,
)


@given(ENTRIES)
def test_a_table_loses_nothing(entries):
    assert list(evidence_csv.load(evidence_csv.dump(entries).encode())) == entries


@given(ENTRIES)
def test_annotations_lose_nothing(entries):
    told = webannotation.collection(((e, webannotation.NOWHERE) for e in entries), ROOT, ROOT, "Evidence")
    assert list(webannotation.load(json.dumps(told).encode())) == entries


@given(ENTRIES)
def test_claims_lose_nothing(entries):
    told = claim_jsonld.dump(entries, ROOT)
    found = list(claim_jsonld.load(json.dumps(told).encode()))
    assert sorted(found, key=repr) == sorted(entries, key=repr)
    assert {claim["@type"] for claim in told["@graph"]} <= {"Claim"}


@given(ENTRIES)
def test_no_cell_is_a_formula(entries):
    for row in csv.reader(io.StringIO(evidence_csv.dump(entries), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''"])
def test_a_formula_is_guarded_and_comes_back(formula):
    assert evidence_csv.guarded(formula) == f"'{formula}"
    assert evidence_csv.unguarded(evidence_csv.guarded(formula)) == formula


def test_a_table_of_somebody_else_may_hold_few_columns_and_semicolons():
    (entry,) = evidence_csv.load("﻿claim;testimony;first;last;stance;basis\nc;t;4;;supports;saw\n".encode())
    assert entry == EvidenceEntry("t", 4, 4, "c", "supports", "saw")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("t,x,1,c,supports,saw", "first is 'x'"),
        ("t,3,1,c,supports,saw", "run backwards"),
        ("t,1,1,c,proves,saw", "stance is 'proves'"),
        ("t,1,1,c,supports,knows", "basis is 'knows'"),
        (" ,1,1,c,supports,saw", "testimony is empty"),
        ("t,1,1,c,supports,saw,nan", "figure_value is nan"),
        ("t,1,1,c,supports,saw,forty", "figure_value is 'forty'"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(row, said):
    table = f"testimony,first,last,claim,stance,basis,figure_value\n{row}\nt,1,1,c,supports,saw\n"
    bad, good = evidence_csv.load(table.encode())
    assert isinstance(bad, Invalid)
    assert said in str(bad)
    assert bad.line == 2
    assert isinstance(good, EvidenceEntry)


@pytest.mark.parametrize("load", [webannotation.load, claim_jsonld.load])
@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"7", b'{"items": 3}', b'{"@graph": [3]}', b'{"items": [{}]}']
)
def test_what_is_none_is_refused_in_words(load, data):
    assert all(isinstance(found, Invalid) for found in _told(load, data))


def _told(load, data):
    try:
        return list(load(data))
    except Invalid as refusal:
        return [refusal]


@pytest.mark.parametrize("figure", [7, {"value": "40"}, {"words": 3}, {"approximate": 1}, {"sum": 2}])
def test_a_figure_that_is_none_is_refused(figure):
    entry = EvidenceEntry("t", 1, 1, "c", "supports", "saw", figure=Figure("forty"))
    annotation = webannotation.annotation(entry, webannotation.NOWHERE, ROOT)
    annotation["body"][-1]["archive:figure"] = figure
    graph = claim_jsonld.dump([entry], ROOT)
    graph["@graph"][0]["citation"][0]["figure"] = figure
    for load, data in ((webannotation.load, annotation), (claim_jsonld.load, graph)):
        assert [type(found) for found in load(json.dumps(data).encode())] == [Invalid]
