"""What is stated about when, in what order and where; and what nobody has spoken to."""

from app.dates import from_words
from app.pages import ClaimView, Independence, QuestionView
from app.records import Named
from app.services import statements


def asked(*claims: ClaimView) -> list[QuestionView]:
    return [QuestionView("q", "What came first?", claims=claims)]


def test_times_stand_earliest_first_and_what_cannot_be_read_last():
    claims = [
        ClaimView(name, name, happened=from_words(words), attributed_to="A clerk")
        for name, words in (("a", "when it rained"), ("b", "1992"), ("c", "25 February 1992"))
    ]
    whole = ClaimView("w", "w", parts=tuple(claims))
    held = statements.times(asked(whole, ClaimView("d", "d", happened=from_words("1988"))))
    assert [s.claim.name for s in held] == ["d", "b", "c", "a"]
    assert held[1].said_by == "A clerk"


def ordered(*pairs: str) -> dict[tuple[str, str], bool]:
    claims = [ClaimView(pair, pair, earlier=pair[0], later=pair[1]) for pair in pairs]
    return {(o.earlier, o.later): o.contradicted for o in statements.orders(asked(*claims))}


def test_an_order_is_contradicted_where_others_lead_back():
    assert ordered("ab", "bc") == {("a", "b"): False, ("b", "c"): False}
    assert ordered("ab", "ba") == {("a", "b"): True, ("b", "a"): True}
    round_about = ordered("ab", "bc", "ca", "cd")
    assert round_about.pop(("c", "d")) is False
    assert set(round_about.values()) == {True}


def test_the_same_order_is_told_once_with_all_who_tell_it():
    claims = [ClaimView(text, text, earlier=text, later="The flood") for text in ("The bell", "the bell")]
    (one,) = statements.orders(asked(*claims))
    assert [claim.text for claim in one.claims] == ["The bell", "the bell"]


def test_places_gather_the_claims_that_name_them():
    orrin, vell = Named("Orrin", "1"), Named("Vell", "2")
    claims = [ClaimView(n, n, place=p, latitude=1.0) for n, p in (("a", orrin), ("b", vell), ("c", orrin))]
    held = statements.places(asked(*claims, ClaimView("d", "d")))
    assert [(s.place.name, [c.name for c in s.claims]) for s in held] == [
        ("Orrin", ["a", "c"]),
        ("Vell", ["b"]),
    ]


def test_gaps_are_what_no_passage_speaks_to():
    held = statements.gaps(asked(ClaimView("a", "Nobody speaks to it", independence=Independence())))
    assert [q.name for q in held.silent] == ["What came first?"]
    assert [c.name for c in held.unaddressed] == ["Nobody speaks to it"]
    assert held.single == ()
