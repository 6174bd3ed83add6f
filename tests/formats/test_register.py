import json

import pytest

from app.errors import Invalid
from app.formats import register
from app.records import Figure


def test_the_register_of_one_statement(shared) -> None:
    found = register.load(shared("data", "khojaly_register.json").read_bytes())
    assert found.sources[0].ref == "statement-29th-anniversary"
    assert found.sources[0].note.startswith("An advocacy statement")
    assert found.events[0].place == found.places[0].ref
    assert found.places[0].variants[0] == "Xocalı"
    claims = {claim.ref: claim for claim in found.claims}
    assert claims["c-killed-613"].figure == Figure(value=613, unit="people")  # nothing is filled in
    assert claims["c-killed-women-106"].part_of == "c-killed-613"
    assert not found.invented
    assert register.load(register.dump(found)) == found


def whole(**changes: object) -> str:
    data = {
        "sources": [{"id": "s", "title": "S", "date": "spring 1992"}],
        "places": [{"id": "p", "name": "P", "lat": 1, "lon": 2}],
        "events": [{"id": "e", "title": "E", "place": "p"}],
        "questions": [{"id": "q", "text": "How many?", "event": "e"}],
        "claims": [{
            "id": "c", "question": "q", "text": "About forty.", "asserted_in": "s",
            "figure": {"words": "about forty", "value": 40, "approximate": True, "low": 35, "high": 45,
                       "counted": "people"},
        }],
        "invented": True,
    }  # fmt: skip
    return json.dumps({**data, **changes})


def test_round_trip_with_places_of_its_own() -> None:
    found = register.load(whole())
    assert found.invented
    assert (found.places[0].latitude, found.events[0].place) == (1, "p")
    assert found.sources[0].date.edtf == "1992-21"
    assert register.load(register.dump(found)) == found


BAD = {
    "'nowhere'": {"claims": [{"id": "c", "question": "nowhere", "text": "t"}]},
    "asserted_in": {"claims": [{"id": "c", "question": "q", "text": "t", "asserted_in": "x"}]},
    "part of itself": {"claims": [{"id": "c", "question": "q", "text": "t", "part_of": "c"}]},
    "twice": {"questions": [{"id": "q", "text": "a"}, {"id": "q", "text": "b"}]},
    "no id": {"questions": [{"text": "a"}]},
    "no text": {"questions": [{"id": "q"}]},
    "figure.value": {"claims": [{"id": "c", "question": "q", "text": "t", "figure": {"value": "many"}}]},
    "not a list": {"claims": {}},
}


@pytest.mark.parametrize("said", BAD)
def test_a_fault_is_named(said: str) -> None:
    with pytest.raises(Invalid, match=said):
        register.load(whole(**BAD[said]))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"claims": NaN}', b"\xff", b"[" * 10**6])
def test_what_is_no_register(data: bytes) -> None:
    with pytest.raises(Invalid):
        register.load(data)
