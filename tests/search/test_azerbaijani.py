"""Inflected Azerbaijani nouns and names are found by one another; in its own alphabet and in Cyrillic."""

from pathlib import Path

import pytest

from app.search import Query
from app.search.analysis import stem as ranked
from app.search.azerbaijani import stem
from app.search.whoosh import WhooshEngine
from tests.search.making import one

# Forms of one word, after the declension tables of Wikibooks and Wiktionary.
SAME = [
    "xocalı xocalıda xocalıdan xocalının xocalıya xocalını xocalıdır xocalılar xocalıların",
    "bakı bakıda bakıya bakının bakını bakıdan",
    "şuşa şuşaya şuşada şuşanın şuşadan şuşanı",
    "gəncə gəncəyə gəncədə gəncənin gəncədən gəncəni",
    "ağdam ağdama ağdamda ağdamın ağdamdan ağdamı",
    "qarabağ qarabağa qarabağda qarabağın qarabağı qarabağdan",
    "hüseynov hüseynovun hüseynova hüseynovu hüseynovdan hüseynovlar",
    "kitab kitablar kitabı kitabın kitaba kitabda kitabları kitablarımızdan kitabında kitabıma kitabınız",
    "ev evi evin evə evdə evdən evlər evimiz evlərində evində evinə",
    "kənd kəndi kəndin kəndə kənddə kənddən kəndlər kəndimiz kəndində kəndimizdən",
    "ana anam anamı anamın anası anasını anamız analar anamdan",
    "qız qızı qızın qızlar qızlarımız qızına",
    "uşaq uşağı uşağın uşağa uşaqlar uşaqların uşağımız",
    "çörək çörəyi çörəyin çörəklər çörəkdən",
    "qapı qapını qapının qapıya qapısı qapısında qapılar",
    "insan insanı insanın insana insanlar insanların",
    "düşmən düşməni düşmənin düşmənlər düşməndən",
    "müharibə müharibədə müharibəyə müharibənin müharibədən müharibəni",
    "ailə ailəsi ailəmiz ailəni ailənin ailələr",
    "məktəb məktəbi məktəbdə məktəbə məktəbin məktəbimiz",
    "azərbaycan azərbaycanda azərbaycanın azərbaycana azərbaycandan",
    "əsgər əsgəri əsgərlər əsgərlərin əsgərlərimizin",
    "torpaq torpağı torpağa torpaqlar torpağımız torpaqlarımızın",
    "şəhər şəhəri şəhərdə şəhərə şəhərin şəhərdir",
    "хоҹалы хоҹалыда хоҹалынын хоҹалыдан",
]
OTHERS = [
    ("gəncə", "gənc"),
    ("ağdam", "ağ"),
    ("ada", "adam"),
    ("ana", "an"),
    ("bakı", "bak"),
    ("balıq", "bal"),
    ("oda", "od"),
    ("yaxşı", "yaxın"),
    ("qala", "qalın"),
    ("dərə", "dəri"),
    ("gecə", "gec"),
    ("qar", "qarı"),
    ("altı", "alt"),
    ("şuşa", "şüşə"),
    ("он", "on"),
]


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms.partition(" ")[0])
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1, {form: stem(form) for form in forms.split()}


@pytest.mark.parametrize(("word", "other"), OTHERS)
def test_other_words_have_other_stems(word: str, other: str) -> None:
    assert stem(word) != stem(other)


def test_every_word_has_a_stem() -> None:
    for word in ("", "a", "da", "lar", "nın", "xx", "ı", "1992", "ğ", "y", "aa", "ağ"):
        assert isinstance(stem(word), str)
        assert bool(stem(word)) == bool(word)


def test_an_index_finds_every_form_by_any(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    forms = SAME[0].split()
    engine.put({form: [one(form, 0, form.upper(), "az")] for form in forms}, {})
    engine.put({"other": [one("other", 0, "Xocavənd", "az")], "en": [one("en", 0, "xocalida", "en")]}, {})
    found = {hit.group for hit in engine.search(Query("Xocalıya", limit=99)).hits}
    assert found >= set(forms)
    assert "other" not in found
    assert ranked("XOCALIDAN", "az") == ranked("Xocalıdan", "az-Latn") == "az:xocal"
    assert ranked("Хоҹалыда", "az-Cyrl") == "az:xocal"
    assert ranked("ҜӘНҸӘДӘ", "az") == ranked("Gəncə", "az")
    assert engine.marker(Query("Xocalı")).spans("Bu Xocalıdandır.", "az") == [(3, 15)]
    assert engine.search(Query('"Xocalıya"')).total == 1  # a phrase asks for these very words
