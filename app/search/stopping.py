"""Words that tell nothing of what is asked, and are nobody's name: for whatever guesses at either.

The index holds them all and ranking counts them, so that a phrase or a question of such words alone finds
what it asks for. BM25 gives them next to nothing by itself: leaving them out of ranking gained nothing on
the judged questions. They are left out where the archive guesses: which words may be names, what somebody
is typing.

The lists of the Snowball project (M. F. Porter and others) come with Whoosh: da, de, en, es, fi, fr, hu,
it, nl, no, pt, ru, sv, tr. Those for Armenian and Azerbaijani, and some Turkish words more, are our own:
pronouns, postpositions, conjunctions, particles and the forms of "to be", after J. Dum-Tragut, Armenian:
Modern Eastern Armenian (2009); Wikibooks, Azerbaijani; and A. Göksel and C. Kerslake, Turkish: A
Comprehensive Grammar (2005).
"""

from collections.abc import Iterable
from functools import lru_cache

from whoosh.lang.stopwords import stoplists

from app.search.folding import forms

_OURS = {
    "hy": """այդ այլ այն այնպես այնտեղ այս այսպես այստեղ արդեն բայց բոլոր դա դեռ դու դուք եթե եմ են ենք ես
        եք երբ երբեք է էի էին էինք էիր էիք էլ էր ըստ թե թեև թող ինձ ինչ ինչու ինչպես ինքը իսկ
        իր իրեն իրենց կամ համար հետ հետո հենց ձեզ ձեր մեզ մեր մենք մեջ մեկ մի միայն միջև մինչ
        մինչև մոտ նա նաև նոր նրա նրան նրանց նրանք շատ չեմ չեն չէ չէր որ որը որոնք որպես որտեղ
        ով ու ում պետք պիտի սա վրա տակ քանի քեզ քո և""",
    "az": """amma ancaq artıq az axı bax belə bəlkə bəzi bəs biz bizdə bizə bizi bizim bir birdən biri bu
        buna bundan bunlar bunu bunun bura burada bütün çox çünki da daha də deyil dedi di
        doğru elə əgər ən hamı hamısı hansı har hara harada heç həm hələ hər həmin hətta ilə
        idi idilər imiş indi isə kim kimi ki lakin mən məndən mənə məni mənim mı mi mu mü nə
        nədən nəyə niyə necə o olar oldu olan olaraq olub olur olsun on ona ondan onlar onlara
        onları onların onu onun ora orada öz özü özünü qədər sən səni sənin sizə siz sizi
        sizin sonra tərəfindən üçün və var ya yalnız yenə yox""",
    "tr": """ama ancak bana bazı belki ben beni benim beri bile bir biz bize bizi bizim bu buna bunlar bunu
        bunun burada bütün çok çünkü da daha de değil diye en fakat gibi göre hem hep hepsi
        her hiç için ile ise işte kadar kendi ki kim mı mi mu mü nasıl ne neden nerede niçin
        niye o olan olarak oldu olduğu olur ona onlar onları onların onu onun orada sana sen
        seni senin siz size sizi sizin sonra şey şimdi şu tüm var ve veya ya yani yine yok""",
}

_EACH = {
    language: frozenset(
        form
        for word in (*stoplists.get(language, ()), *_OURS.get(language, "").split())
        for form in forms(word, language)
    )
    for language in {*stoplists, *_OURS}
}
STOP_WORDS = frozenset[str]().union(*_EACH.values())
"""The words of all languages, folded: the language of a query is unknown."""


def of(languages: Iterable[str]) -> frozenset[str]:
    """Those of some languages (two letters), folded: Dessa is a name where nothing is told in Swedish."""
    return _together(frozenset(languages))


@lru_cache(maxsize=64)
def _together(languages: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*(_EACH.get(language, frozenset()) for language in languages))
