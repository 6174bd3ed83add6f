"""Inflected Armenian nouns are found by one another; so are Arabic and Turkish words that Snowball parts."""

from pathlib import Path

import pytest

from app.search import Query
from app.search.analysis import roots, stem
from app.search.armenian import stem as light
from app.search.whoosh import WhooshEngine
from tests.search.making import one

# Forms of one word, after the declension tables of Dum-Tragut.
SAME = [
    "գյուղ գյուղը գյուղի գյուղին գյուղից գյուղով գյուղում գյուղեր գյուղերը գյուղերի գյուղերից գյուղերում",
    "երևան երևանը երևանի երևանին երևանից երևանով երևանում ԵՐԵՎԱՆ Երեւանում",
    "խոջալու խոջալուն խոջալուի խոջալուից խոջալուում",
    "ստեփանակերտ ստեփանակերտի ստեփանակերտից ստեփանակերտում",
    "դպրոց դպրոցը դպրոցի դպրոցում դպրոցից դպրոցներ դպրոցների",
    "երեխա երեխան երեխայի երեխային երեխայից երեխաներ երեխաները երեխաների երեխաներից",
    "զինվոր զինվորը զինվորի զինվորներ զինվորները զինվորներից",
    "փախստական փախստականը փախստականներ փախստականների փախստականներից",
    "գիշեր գիշերը գիշերվա գիշերներ գիշերով",
    "այգի այգին այգու այգում այգիներ",
    "տարի տարին տարվա տարիներ տարուց",
    "հայաստան հայաստանը հայաստանի հայաստանից հայաստանում",
    "եկեղեցի եկեղեցին եկեղեցու եկեղեցում",
    "հիվանդանոց հիվանդանոցը հիվանդանոցում հիվանդանոցից",
    "ծառ ծառը ծառի ծառեր ծառերի",
    "հաց հացը հացի հացով",
    "պատերազմ պատերազմը պատերազմի պատերազմից",
    "հուսեյնով հուսեյնովը հուսեյնովի հուսեյնովից",
]
IRREGULAR = [
    "տուն տան տներից տունը",
    "մարդ մարդու մարդիկ մարդկանց",
    "մայր մայրս մոր մորս",
    "կամուրջ կամրջի կամուրջը",
]
OTHERS = [
    "գյուղ դպրոց",
    "տուն տունկ",
    "ծառ ծով",
    "մայր հայր",
    "գիշեր գիր",
    "հաց հայ",
    "երեխա երես",
    "պատ պատերազմ",
]


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms.partition(" ")[0])
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form, "hy") for form in forms.split()}) == 1


@pytest.mark.parametrize("forms", IRREGULAR, ids=lambda forms: forms.partition(" ")[0])
def test_irregular_forms_are_one_word(forms: str) -> None:
    first, *others = (set(roots(form, "hy")) for form in forms.split())
    assert all(first & other for other in others)


@pytest.mark.parametrize("pair", OTHERS)
def test_other_words_have_other_stems(pair: str) -> None:
    one_, other = pair.split()
    assert not set(roots(one_, "hy")) & set(roots(other, "hy"))


def test_the_stem_of_a_stem_is_itself_and_short_words_stay() -> None:
    for form in " ".join((*SAME, *IRREGULAR)).lower().split():
        assert light(light(form)) == light(form)
    assert [light(word) for word in ("տուն", "կով", "ծով", "ու", "ը", "մեր", "a")] == [
        "տուն",
        "կով",
        "ծով",
        "ու",
        "ը",
        "մեր",
        "a",
    ]


def test_other_forms_are_found_and_marked(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    texts = {
        "hy": "Մենք այն գյուղերից եկանք, և մորս տանը հաց չկար։",
        "ar": "ورأينا الجنود والأطفال في المدرسة",
        "tr": "Ailesinin kapısı açıktı, çocuklar kapılarda bekledi.",
    }
    engine.put({language: [one(language, 0, text, language)] for language, text in texts.items()}, {})
    for language, words in (
        ("hy", "գյուղ գյուղում մայր տուն հացով"),
        ("ar", "أطفال الأطفال والجنود مدرسة"),
        ("tr", "aile kapı kapılar çocuk AİLE"),
    ):
        for word in words.split():
            assert [hit.group for hit in engine.search(Query(word)).hits] == [language], word
            assert engine.marker(Query(word)).spans(texts[language], language), word
