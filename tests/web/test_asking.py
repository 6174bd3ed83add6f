"""A search and its address say the same."""

import pytest
from flask import url_for
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from app.errors import Invalid
from app.web.public import asking
from app.web.public.asking import Asked

ASKED = [
    Asked(),
    Asked("bridge"),
    Asked('"last ferry" OR ferry*', {"place": ("Weavers' Bridge",), "language": ("ru", "en")}, "date", 3),
    Asked("Xocalı & <b>", exact=True, within="k3v9"),
    Asked("", {"speaker": ("Mira Talvesh",)}, "-date"),
]


def read_address(app, address: str) -> Asked:
    with app.test_request_context(iri_to_uri(address)) as context:
        return asking.read(context.request.args)


@pytest.mark.parametrize("asked", ASKED)
def test_an_address_read_is_the_search_that_wrote_it(asked, app, request_):
    assert read_address(app, asked.page_address(asked.page)) == asked


@given(
    words=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=60
    ),
    value=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
    page=st.integers(1, 10_000),
)
def test_whatever_was_typed_comes_back(words, value, page):
    asked = Asked(words, {"tag": (value,)}, page=page)
    flat = [
        (name, str(one))
        for name, held in asked.parameters().items()
        for one in (held if isinstance(held, list) else [held])
    ]
    assert asking.read(MultiDict(flat)) == asked


@pytest.mark.parametrize("asked", [*ASKED, Asked("a/b?c=d;e:f@g!h$i'j(k)*l,m~n%o#p+q", {"tag": ("é ü",)})])
def test_an_address_is_written_as_flask_writes_it(asked, app, request_):
    assert asked.page_address(asked.page) == url_for(asked.endpoint, **asked.parameters())


def test_a_change_goes_back_to_the_first_page(app, request_):
    asked = Asked("bridge", {"place": ("Kelvarin",)}, page=4)
    assert read_address(app, asked.address(sort="date")) == Asked(
        "bridge", {"place": ("Kelvarin",)}, sort="date"
    )


def test_a_facet_chosen_twice_is_not_chosen(app, request_):
    asked = Asked("bridge", {"place": ("Kelvarin",)})
    assert read_address(app, asked.toggled("place", "Kelvarin")) == Asked("bridge")
    both = read_address(app, asked.toggled("place", "Issomar"))
    assert both.filters == {"place": ("Kelvarin", "Issomar")}


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "٣", "9" * 30])
def test_a_reader_is_never_scolded_for_an_address(page):
    asked = asking.read(MultiDict({"q": "a", "page": page, "sort": "sideways", "colour": "red"}))
    assert asked == Asked("a", page=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "1000001"}, "offset"),
        ({"sort": "best"}, "sort"),
        ({"exact": "yes"}, "exact"),
        ({"q": "x" * 1001}, "q must"),
        ({"page": "2"}, "unknown parameter 'page'"),
        ({"<script>": "1"}, "unknown parameter"),
    ],
)
def test_a_program_is_told_what_is_wrong(wrong, said, client):
    with pytest.raises(Invalid, match=said):
        asking.read_strictly(MultiDict(wrong))
    answer = client.get("/api/v1/search", query_string=wrong)
    assert answer.status_code == 400
    assert said in answer.json["error"]


def test_a_programs_search_is_read_with_its_limit_and_offset():
    given = MultiDict(
        [("q", " bridge "), ("limit", "5"), ("offset", "10"), ("tag", "a"), ("tag", "b"), ("tag", "a")]
    )
    assert asking.read_strictly(given) == (Asked("bridge", {"tag": ("a", "b")}), 5, 10)
