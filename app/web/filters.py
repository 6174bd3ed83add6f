"""How values are said on a page: times, dates, languages, numbers and the archive's own terms.

Every filter speaks the reader's language, which Flask-Babel knows.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from langcodes.tag_parser import LanguageTagError

from app import timecode
from app.records import Figure, FuzzyDate

_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})

# The terms of the archive, as a reader is told them. A term that is not here is shown as it is.
TERMS: dict[str, dict[str, LazyString]] = {
    "stance": {
        "supports": lazy_gettext("Supports"),
        "contradicts": lazy_gettext("Contradicts"),
        "qualifies": lazy_gettext("Qualifies"),
    },
    "basis": {
        "saw": lazy_gettext("saw it"),
        "heard_from": lazy_gettext("heard it from another"),
        "inferred": lazy_gettext("inferred it"),
        "document": lazy_gettext("from a document"),
    },
    "tie": {
        "family": lazy_gettext("of one family"),
        "household": lazy_gettext("of one household"),
        "same_unit": lazy_gettext("of one unit, or they worked together"),
        "interviewed_together": lazy_gettext("interviewed together"),
        "heard_from": lazy_gettext("heard it from the other"),
        "same_source": lazy_gettext("have it from the same source"),
    },
    "role": {
        "narrator": lazy_gettext("Narrator"),
        "interviewer": lazy_gettext("Interviewer"),
        "submitter": lazy_gettext("Given by"),
        "translator": lazy_gettext("Translator"),
        "interpreter": lazy_gettext("Interpreter"),
        "transcriber": lazy_gettext("Transcriber"),
        "mentioned": lazy_gettext("Spoken of"),
    },
    "kind": {
        "interview": lazy_gettext("Interview"),
        "deposition": lazy_gettext("Deposition"),
        "written account": lazy_gettext("Written account"),
        "letter": lazy_gettext("Letter"),
        "diary": lazy_gettext("Diary"),
    },
    "withheld": {
        "third_party": lazy_gettext("it concerns another person"),
        "danger": lazy_gettext("it could put somebody in danger"),
        "consent": lazy_gettext("at the wish of the person who told it"),
        "law": lazy_gettext("the law requires it"),
    },
    "access": {
        "public": lazy_gettext("open to everybody"),
        "reading_room": lazy_gettext("open to signed-in readers"),
        "restricted": lazy_gettext("open to named readers"),
        "closed": lazy_gettext("open to archivists only"),
    },
    "field": {
        "preferred": lazy_gettext("Preferred labels"),
        "alternative": lazy_gettext("Other labels"),
        "hidden_labels": lazy_gettext("Hidden labels: found by, never shown"),
        "scope_note": lazy_gettext("Scope note"),
        "stance": lazy_gettext("What the passage does to the claim"),
        "basis": lazy_gettext("How the person speaking knows"),
        "heard_from": lazy_gettext("Heard from whom, if from another"),
        "note": lazy_gettext("Note"),
        "figure": lazy_gettext("Its number, in the words used"),
        "figure_value": lazy_gettext("As one number"),
        "figure_low": lazy_gettext("Or from"),
        "figure_high": lazy_gettext("to"),
        "figure_approximate": lazy_gettext("It is approximate"),
        "figure_unit": lazy_gettext("Unit"),
        "figure_counted": lazy_gettext("What is counted"),
        "figure_when": lazy_gettext("Of what time the number is"),
        "figure_where": lazy_gettext("Of what place the number is"),
        "happened": lazy_gettext("When it happened, in the words used"),
        "happened_edtf": lazy_gettext("The same as a date (EDTF)"),
        "earlier": lazy_gettext("What came first"),
        "later": lazy_gettext("What came after it"),
        "source": lazy_gettext("Source, by its title"),
        "attributed_to": lazy_gettext("To whom the source attributes it"),
        "is_published": lazy_gettext("Readers see it"),
        "access": lazy_gettext("Who may read it"),
        "embargo_until": lazy_gettext("Not before which day"),
        "until": lazy_gettext("Until which day; leave it empty for good"),
        "title": lazy_gettext("Title"),
        "kind": lazy_gettext("Kind"),
        "summary": lazy_gettext("Summary"),
        "language": lazy_gettext("Language"),
        "date": lazy_gettext("When it was recorded or written"),
        "period": lazy_gettext("When what it tells of happened"),
        "place": lazy_gettext("Place"),
        "content_note": lazy_gettext("What a reader should know before reading"),
        "rights": lazy_gettext("Rights"),
        "accession_number": lazy_gettext("Accession number"),
        "repository": lazy_gettext("Repository"),
        "collection": lazy_gettext("Collection"),
        "name": lazy_gettext("Name"),
        "variants": lazy_gettext("Other names and spellings"),
        "role": lazy_gettext("Part"),
        "region": lazy_gettext("Region"),
        "latitude": lazy_gettext("Latitude"),
        "longitude": lazy_gettext("Longitude"),
        "description": lazy_gettext("Description"),
    },
    "use": {
        "quoting": lazy_gettext("quoting it"),
        "teaching": lazy_gettext("teaching with it"),
        "machines": lazy_gettext("research with machines"),
        "courts": lazy_gettext("use by courts and investigators"),
    },
    "declined": {
        "not_about_this": lazy_gettext("It tells of something that this archive does not collect."),
        "nothing_told": lazy_gettext("Nothing is told in it yet."),
        "abusive": lazy_gettext("It insults or threatens people instead of telling what happened."),
        "duplicate": lazy_gettext("The archive has it already."),
        "cannot_keep": lazy_gettext("The archive cannot keep it safely, or within the law."),
    },
    "named": {"people": lazy_gettext("Person"), "places": lazy_gettext("Place")},
    "facet": {
        "collection": lazy_gettext("Collection"),
        "event": lazy_gettext("Event"),
        "claim": lazy_gettext("Claim"),
        "tag": lazy_gettext("Tag"),
        "place": lazy_gettext("Place"),
        "language": lazy_gettext("Language"),
        "year": lazy_gettext("Year"),
        "media": lazy_gettext("Kind of media"),
        "speaker": lazy_gettext("Speaker"),
    },
    "media": {
        "audio": lazy_gettext("Sound"),
        "video": lazy_gettext("Film"),
        "image": lazy_gettext("Pictures"),
        "text": lazy_gettext("Text"),
    },
}

_EDTF = re.compile(r"^(\d{4}|\d{3}X|\d{2}XX)(?:-(0[1-9]|1[0-2]|2[1-4])(?:-(\d{2}))?)?([~?%])?$")
_SEASONS = {
    "21": lazy_gettext("spring %(year)s"),
    "22": lazy_gettext("summer %(year)s"),
    "23": lazy_gettext("autumn %(year)s"),
    "24": lazy_gettext("winter %(year)s"),
}
_DOUBTS = {
    "~": lazy_gettext("about %(date)s"),
    "?": lazy_gettext("%(date)s, uncertain"),
    "%": lazy_gettext("about %(date)s, uncertain"),
}


def term(value: str, vocabulary: str) -> str:
    """A term of the archive in the reader's language."""
    return _term(value, vocabulary, locale())


@lru_cache(maxsize=2_000)
def _term(value: str, vocabulary: str, _reader: Locale) -> str:
    """A term; the reader's locale, which it is said in, only keys the cache."""
    return str(TERMS[vocabulary].get(value, value.replace("_", " ")))


def facet_label(label: str, facet: str) -> str:
    """A facet's value as a reader is told it."""
    if facet == "language":
        return language(label)
    return term(label, "media") if facet == "media" else label


def locale() -> Locale:
    """The reader's locale; English outside a request."""
    return get_locale() or Locale("en")


def number(value: float | int) -> str:
    """1275 as 1,275 or 1.275, as the reader writes it."""
    return _number(value, locale())


@lru_cache(maxsize=10_000)
def _number(value: float | int, reader: Locale) -> str:
    return str(format_decimal(value, locale=reader))


def language(tag: str) -> str:
    """The name of a language in the reader's language; the tag itself when it has none."""
    return _language(tag, locale())


@lru_cache(maxsize=1_000)
def _language(tag: str, reader: Locale) -> str:
    try:
        spoken = langcodes.Language.get(tag)
        name = reader.languages.get(spoken.language or "")
    except (LanguageTagError, UnknownLocaleError):
        return tag
    return str(name or tag)


@lru_cache(maxsize=1_000)
def own_language(tag: str) -> str:
    """The name of a language in that language: what its readers look for."""
    try:
        return str(Locale.parse(tag, sep="-" if "-" in tag else "_").get_language_name() or tag)
    except (ValueError, UnknownLocaleError):
        return tag


@lru_cache(maxsize=1_000)
def direction(tag: str) -> str:
    """``rtl`` or ``ltr``: how the language is written."""
    try:
        script = langcodes.Language.get(tag).maximize().script if tag else None
    except LanguageTagError:
        script = None
    # South Azerbaijani is written in Arabic script, which the tables of likely scripts leave out.
    return "rtl" if script in _RIGHT_TO_LEFT or tag == "azb" else "ltr"


def day(value: str | date | datetime) -> str:
    """An ISO day ("1992-02-26") or a moment as a date in words; anything else as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    return _day(value, locale())


@lru_cache(maxsize=10_000)
def _day(value: date, reader: Locale) -> str:
    return str(format_date(value, format="long", locale=reader))


def instant(value: datetime) -> str:
    """A moment as feeds write it, to the second, in UTC."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


def fuzzy(value: FuzzyDate | None) -> str:
    """The words of a date; where only the EDTF expression was given, that put into words."""
    if value is None:
        return ""
    words = value.words or value.edtf
    return " – ".join(_said(part) for part in words.split("/")) if words == value.edtf else day(words)


def _said(edtf: str) -> str:
    """One EDTF date in words ("1961~": about 1961); what is not understood stays as it is."""
    found = _EDTF.match(edtf)
    if not found:
        return "…" if edtf in ("", "..") else edtf
    year, month, date_, doubt = found.groups()
    if "X" in year or (month and int(month) > 12):
        said = _SEASONS[month] % {"year": year} if month in _SEASONS else _years(year)
    elif date_:
        said = day(f"{year}-{month}-{date_}")
    else:
        said = format_skeleton("yMMMM", date(int(year), int(month), 1), locale=locale()) if month else year
    return str(_DOUBTS[doubt] % {"date": said}) if doubt else str(said)


def _years(mask: str) -> str:
    """196X as the decade it is, 19XX as its first and last year."""
    first, last = mask.replace("X", "0"), mask.replace("X", "9")
    # Translators: a decade, such as 1960s
    return str(gettext("%(year)ss", year=first)) if mask.count("X") == 1 else f"{first}–{last}"


def bounds(value: FuzzyDate | None) -> str:
    """What the words may mean, where that is more than the words say themselves."""
    if value is None or value.lower == value.upper:
        return ""
    if not value.lower:
        return str(gettext("not after %(day)s", day=day(value.upper)))
    if not value.upper:
        return str(gettext("not before %(day)s", day=day(value.lower)))
    return str(gettext("between %(first)s and %(last)s", first=day(value.lower), last=day(value.upper)))


def duration(ms: int) -> str:
    """How long something lasts: "1 h 12 min", "48 s"."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
    if minutes:
        return str(gettext("%(minutes)s min", minutes=minutes))
    return str(gettext("%(seconds)s s", seconds=seconds))


def iso_duration(ms: int) -> str:
    """Milliseconds as machines read a duration: ``PT62S``, for ``<time datetime>``."""
    return f"PT{ms / 1000:g}S"


def figure(value: Figure) -> str:
    """A number as it was asserted: its own words where there are any."""
    if value.words:
        return value.words
    low, high = value.low, value.high
    if value.value is not None:
        said = number(value.value)
        said = gettext("about %(number)s", number=said) if value.approximate else said
    elif low is not None and high is not None:
        said = gettext("%(low)s to %(high)s", low=number(low), high=number(high))
    elif low is not None:
        said = gettext("at least %(number)s", number=number(low))
    elif high is not None:
        said = gettext("at most %(number)s", number=number(high))
    else:
        return ""
    return f"{said} {value.unit}".strip()


def testimonies(count: int) -> str:
    """How many testimonies, in words: 93 testimonies."""
    return str(ngettext("%(shown)s testimony", "%(shown)s testimonies", count, shown=number(count)))


def init_app(app: Flask) -> None:
    """Let every template use these."""
    app.jinja_env.filters.update(
        bounds=bounds,
        day=day,
        direction=direction,
        duration=duration,
        facet_label=facet_label,
        figure=figure,
        fuzzy=fuzzy,
        instant=instant,
        iso_duration=iso_duration,
        language=language,
        number=number,
        own_language=own_language,
        precise=timecode.format_ms,
        term=term,
        testimonies=testimonies,
        timecode=timecode.short,
    )
