"""The codec under Whoosh's readers and searchers gives what Whoosh's own gives, for all kinds of field."""

import datetime
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from whoosh import analysis, fields, formats, index, query
from whoosh.searching import Searcher
from whoosh.support.charset import accent_map
from whoosh.writing import BufferedWriter, SegmentWriter

from app.search import columnar
from app.search.columnar import schemafile
from app.search.columnar.codec import ColumnCodec

WORDS = [f"w{number}" for number in range(80)] + ["the", "of", "walked", "walking", "naïve"]


def schema() -> fields.Schema:
    boosted = analysis.RegexTokenizer() | analysis.DelimitedAttributeFilter(attribute="boost")
    return fields.Schema(
        key=fields.ID(unique=True, stored=True),
        text=fields.TEXT(analyzer=analysis.StemmingAnalyzer(), stored=True),
        plain=fields.TEXT(phrase=False),
        chars=fields.TEXT(chars=True, vector=True),
        boosted=fields.FieldType(formats.PositionBoosts(), boosted, scorable=True),
        words=fields.KEYWORD(commas=True, scorable=True, sortable=True, stored=True),
        number=fields.NUMERIC(int, sortable=True, stored=True),
        real=fields.NUMERIC(float, sortable=True),
        money=fields.NUMERIC(Decimal, decimal_places=2, stored=True),
        day=fields.DATETIME(sortable=True, stored=True),
        yes=fields.BOOLEAN(stored=True),
        grams=fields.NGRAMWORDS(minsize=2, maxsize=3),
        kept=fields.STORED(),
    )


def documents(count: int, seed: int = 1) -> list[dict[str, Any]]:
    random_ = random.Random(seed)
    made = []
    for key in range(count):
        text = " ".join(random_.choices(WORDS, k=random_.randint(0, 70)))
        one: dict[str, Any] = {
            "key": str(key),
            "text": text,
            "plain": text[:40],
            "chars": text[:90],
            "boosted": " ".join(f"{word}^{random_.randint(1, 3)}" for word in text.split()[:5]),
            "words": ",".join(random_.choices("abcde", k=2)),
            "number": random_.randint(-5, 100),
            "real": random_.random(),
            "money": Decimal(random_.randint(0, 999)) / 100,
            "day": datetime.datetime(2020, 1, 1 + key % 28, 12),  # noqa: DTZ001  # Whoosh's days have no zone
            "yes": bool(key % 3),
            "grams": "hello there"[: random_.randint(1, 11)],
            "kept": [key, (1, "a"), {"x": b"\x00\xff", "y": None}],
        }
        made.append({name: value for name, value in one.items() if name == "key" or random_.random() < 0.9})
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The same documents by Whoosh's codec and by ours, in two segments."""
    stock = index.create_in(tmp_path_factory.mktemp("stock"), schema())
    ours = columnar.create_in(tmp_path_factory.mktemp("ours"), schema())
    given = documents(150)
    for one in (stock, ours):
        for begin in (0, 100):
            writer = one.writer()
            for document in given[begin : begin + 100 if begin == 0 else 150]:
                writer.add_document(**document)
            writer.commit(merge=False)
    return stock, ours


def test_the_same_terms_postings_and_statistics(both: tuple[Any, Any]) -> None:
    one, other = (index_.reader() for index_ in both)
    terms = list(one.all_terms())
    assert terms == list(other.all_terms())
    assert sorted(one.indexed_field_names()) == sorted(other.indexed_field_names())
    for field, text in terms:
        asked = "positions" if schema()[field].supports("positions") else "frequency"
        mine, theirs = one.postings(field, text), other.postings(field, text)
        while mine.is_active():
            assert (mine.id(), mine.weight()) == (theirs.id(), theirs.weight())
            assert mine.value_as(asked) == theirs.value_as(asked)
            if field == "chars":
                assert mine.value_as("characters") == theirs.value_as("characters")
                assert mine.spans() == theirs.spans()
            if field == "boosted":
                assert mine.value_as("position_boosts") == theirs.value_as("position_boosts")
            mine.next()
            theirs.next()
        assert not theirs.is_active()
        info, said = one.term_info(field, text), other.term_info(field, text)
        for name in ("weight", "doc_frequency", "min_length", "max_length", "max_weight", "min_id", "max_id"):
            assert getattr(info, name)() == getattr(said, name)(), (field, text, name)


def test_the_same_documents(both: tuple[Any, Any]) -> None:
    one, other = (index_.reader() for index_ in both)
    for number in range(one.doc_count_all()):
        assert one.stored_fields(number) == other.stored_fields(number)
        assert one.doc_field_length(number, "text") == other.doc_field_length(number, "text")
        assert one.has_vector(number, "chars") == other.has_vector(number, "chars")
        if one.has_vector(number, "chars"):
            assert list(one.vector_as("positions", number, "chars")) == list(
                other.vector_as("positions", number, "chars")
            )
    for field in ("words", "number", "real", "day"):
        columns = one.column_reader(field, translate=False), other.column_reader(field, translate=False)
        assert repr(list(columns[0])) == repr(list(columns[1]))


def test_whooshs_own_searcher_finds_the_same(both: tuple[Any, Any]) -> None:
    stock, ours = both
    random_ = random.Random(2)
    with stock.searcher() as one, Searcher(ours.reader(), fromindex=ours) as other:
        for _ in range(60):
            words = [
                query.Term(random_.choice(["text", "plain", "chars"]), random_.choice(WORDS))
                for _ in range(3)
            ]
            for q in (
                query.And(words[:2]),
                query.Or(words),
                query.Phrase("text", [words[0].text, words[1].text], slop=3),
            ):
                found, right = other.search(q, limit=None), one.search(q, limit=None)
                assert [(hit.docnum, hit.score) for hit in found] == [
                    (hit.docnum, pytest.approx(hit.score)) for hit in right
                ]
        q = query.NumericRange("number", 5, 60)
        groups = [list(s.search(q, limit=None, groupedby="words").groups().items()) for s in (one, other)]
        assert groups[0] == groups[1]
        assert other.search(query.Term("text", "w1"))[0].highlights("text")
        assert ours.reader().corrector("plain").suggest("walkd") == stock.reader().corrector("plain").suggest(
            "walkd"
        )


def test_whooshs_own_writer_writes_it(tmp_path: Path, both: tuple[Any, Any]) -> None:
    made = columnar.create_in(tmp_path, schema())
    table = made._read_toc()
    writer = SegmentWriter(made, codec=ColumnCodec())
    for document in documents(100):
        writer.add_document(**document)
    segment = writer._finalize_segment()
    writer._finish()
    assert not table.segments
    mine = made.reader_of(schema(), [segment], 1)
    theirs = both[1].reader().leaf_readers()[0][0]
    assert list(mine.all_terms()) == list(theirs.all_terms())
    assert list(mine.all_stored_fields()) == list(theirs.all_stored_fields())


def test_documents_of_another_codec_are_taken_over(tmp_path: Path, both: tuple[Any, Any]) -> None:
    stock, ours = both
    made = columnar.create_in(tmp_path, schema())
    with made.writer() as writer:
        writer.add_reader(stock.reader())
    assert list(made.reader().all_terms()) == list(ours.reader().all_terms())
    assert list(made.reader().all_stored_fields()) == list(ours.reader().all_stored_fields())


def test_a_buffered_writer(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    writer = BufferedWriter(made, period=None, limit=1000)
    writer.add_document(key="1", text="apples")
    with writer.searcher() as searcher:
        assert searcher.document(key="1")["text"] == "apples"
    writer.close()
    assert made.doc_count() == 1


def test_a_schema_survives_as_json() -> None:
    given = schema()
    given.add(
        "folded", fields.TEXT(analyzer=analysis.StandardAnalyzer() | analysis.CharsetFilter(accent_map))
    )
    given.add("russian", fields.TEXT(analyzer=analysis.LanguageAnalyzer("ru")))
    given.add("x_*", fields.KEYWORD(), glob=True)
    back = schemafile.loaded(schemafile.dumped(given))
    assert schemafile.dumped(back) == schemafile.dumped(given)
    assert back.names() == given.names()
    assert [token.text for token in back["russian"].analyzer("говорили")] == ["говор"]
    assert [token.text for token in back["text"].analyzer("The walks")] == ["walk"]


def test_a_schema_brings_no_code() -> None:
    said = schemafile.dumped(schema())
    for evil in (
        "os:system",
        "app.search.columnar.contents:sync",
        "whoosh.fields:os.system",
        "builtins:eval",
    ):
        with pytest.raises(schemafile.UnknownPart):
            schemafile.loaded({"\u0001": "function", "of": evil})
        with pytest.raises(schemafile.UnknownPart):
            schemafile.loaded({"\u0001": "object", "of": evil, "has": said["has"]})


def test_a_document_that_fails_leaves_nothing(tmp_path: Path) -> None:
    made = columnar.create_in(tmp_path, schema())
    with made.writer() as writer:
        with pytest.raises(ValueError, match="unicode"):
            writer.add_document(key="1", text="apples", chars=7)
        writer.add_document(key="2", text="pears")
    assert [one["key"] for one in made.reader().all_stored_fields()] == ["2"]
    assert ("text", b"appl") not in made.reader()


def test_keys_that_are_stored_take_no_room_of_their_own(tmp_path: Path) -> None:
    sizes = []
    for stored in (False, True):
        made = columnar.create_in(tmp_path / str(stored), fields.Schema(key=fields.ID(stored=stored)))
        writer = made.writer()
        for number in range(4_000):
            writer.add_document(key=f"testimony-{number:06}")
        writer.commit()
        sizes.append(sum(path.stat().st_size for path in (tmp_path / str(stored)).glob("*.columns")))
        with made.searcher() as searcher:
            kept = searcher.search(query.Term("key", "testimony-003999"))[0].fields()
            assert kept == ({"key": "testimony-003999"} if stored else {})
    assert sizes[1] - sizes[0] < 4_000 * 4
    again = made.writer()
    again.delete_by_term("key", "testimony-000007")
    again.commit(optimize=True)
    assert [one["key"] for one in made.reader().all_stored_fields()][6:8] == [
        "testimony-000006",
        "testimony-000008",
    ]


@pytest.mark.parametrize("value", ["", "\0", "\0{}", "s", "jx", "\ud800", 7, None, ["a"], {"a": b"b"}])
def test_stored_values_come_back_as_they_were(tmp_path: Path, value: Any) -> None:
    made = columnar.create_in(tmp_path, fields.Schema(kept=fields.STORED(), key=fields.ID()))
    with made.writer() as writer:
        writer.add_document(key="1", kept=value)
    found = next(iter(made.reader().all_stored_fields()))
    assert found == ({} if value is None else {"kept": value})
