"""The names OHMS uses: its elements in their order, and languages by their English names."""

NAMESPACE = "https://www.weareavp.com/nunncenter/ohms"
SCHEMA = f"{NAMESPACE} {NAMESPACE}/ohms.xsd"

# The strict sequence of ohms.xsd, version 6.0.
ORDER = [
    "version",
    "date",
    "date_nonpreferred_format",
    "cms_record_id",
    "title",
    "accession",
    "duration",
    "collection_id",
    "collection_name",
    "series_id",
    "series_name",
    "repository",
    "funding",
    "repository_url",
    "subject",
    "keyword",
    "interviewee",
    "interviewer",
    "format",
    "file_name",
    "sync",
    "sync_alt",
    "transcript_alt_lang",
    "translate",
    "media_id",
    "media_url",
    "mediafile",
    "kembed",
    "language",
    "user_notes",
    "index",
    "type",
    "description",
    "rel",
    "transcript",
    "transcript_alt",
    "vtt_transcript",
    "vtt_transcript_alt",
    "rights",
    "fmt",
    "usage",
    "userestrict",
    "xmllocation",
    "xmlfilename",
    "collection_link",
    "series_link",
]

# Elements whose text is a field of the Record as it stands.
FIELDS = {
    "title": "title",
    "accession": "accession_number",
    "collection_id": "collection_ref",
    "collection_name": "collection",
    "repository": "repository",
    "user_notes": "content_note",
    "description": "summary",
    "rights": "rights",
}

# Elements a Record only carries, in extra["ohms"].
CARRIED = [
    "series_id",
    "series_name",
    "funding",
    "repository_url",
    "media_id",
    "kembed",
    "type",
    "rel",
    "usage",
    "xmllocation",
    "xmlfilename",
    "collection_link",
    "series_link",
]
MEDIAFILE = ["host", "avalon_target_domain", "host_account_id", "host_player_id", "host_clip_id"]
POINT_CARRIED = [
    "title_alt",
    "partial_transcript_alt",
    "synopsis_alt",
    "keywords_alt",
    "subjects_alt",
    "gps_zoom",
    "gps_text",
    "gps_text_alt",
]

LANGUAGES = {
    "ar": "Arabic",
    "az": "Azerbaijani",
    "cs": "Czech",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "hy": "Armenian",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "ko": "Korean",
    "ku": "Kurdish",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sr": "Serbian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "yi": "Yiddish",
    "zh": "Chinese",
}
CODES = {name.casefold(): code for code, name in LANGUAGES.items()}


def language_code(name: str) -> str:
    """The code of a language called by its English name; what is not known stays as it is."""
    return CODES.get(name.strip().casefold(), name.strip())


def language_name(code: str) -> str:
    """The English name of a language, as OHMS writes it; a code not known stays as it is."""
    return LANGUAGES.get(code, code)
