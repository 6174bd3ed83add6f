"""Written text in pieces that can be cited or withheld: paragraphs, and the sentences of long ones.

No word is ever lost or changed: the pieces, joined by a blank, are the text with its blanks made
single. Where it is not sure that a sentence ends it does not end.
"""

import re
from collections.abc import Iterator

LONG = 280  # characters: a paragraph beyond this is divided into its sentences
LONGEST = 1200  # a sentence beyond this is divided where a blank follows a comma, or at any blank
WRAPPED = 55  # rows of at least this many characters were broken by a program, not by the writer

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# A mark that ends, any closing quotes or brackets, blanks; "։" ends a sentence in Armenian.
_END = re.compile(r"(?:[.!?…։؟۔]+)[\"'”’»)\]]*(\s+)")
_ARMENIAN_END = re.compile(r"(?:[.!?…։:]+)[\"'”’»)\]]*(\s+)")
_OPENING = "\"'“‘«„([—–-"
_ABBREVIATION = re.compile(
    r"""(?:mr|mrs|ms|dr|prof|st|jr|sr|gen|col|capt|maj|lt|sgt|rev|hon|vol|pp|vs|etc|approx|ca|ul
        |гг|ул|кв|тт|им|стр|проф|акад|обл|рис|см|др|пр|тыс|млн|руб
        |küç|prosp|cəb|şəh|doç|dos|akad|sok|cad|mah|müd|yrd|bkz|vb
        |թթ|էջ|պրոֆ)$""",
    re.VERBOSE,
)


def divided(text: str, language: str = "") -> tuple[str, ...]:
    """The text in pieces, in order, none of them empty."""
    return tuple(
        piece
        for paragraph in _paragraphs(text)
        for sentence in (_sentences(paragraph, language) if len(paragraph) > LONG else [paragraph])
        for piece in _bounded(sentence)
    )


def _paragraphs(text: str) -> Iterator[str]:
    """Between blank lines; a single break is the writer's too, unless every row is as long as a row gets."""
    for block in _BLANK.split(text.strip()):
        rows = [" ".join(row.split()) for row in block.split("\n")]
        rows = [row for row in rows if row]
        if len(rows) > 1 and all(len(row) >= WRAPPED for row in rows[:-1]):
            rows = [" ".join(rows)]
        yield from rows


def _sentences(paragraph: str, language: str) -> Iterator[str]:
    begin = 0
    pattern = _ARMENIAN_END if language.startswith("hy") else _END
    for end in pattern.finditer(paragraph):
        if _ends(paragraph[begin : end.start(1)], paragraph[end.end() :]):
            yield paragraph[begin : end.start(1)]
            begin = end.end()
    if begin < len(paragraph):
        yield paragraph[begin:]


def _ends(before: str, after: str) -> bool:
    """Whether a sentence ends here: not after "Dr." or an initial, nor before a small letter."""
    begins = after.lstrip(_OPENING).lstrip()[:1]
    if not begins or begins.islower():
        return False
    word = before.rsplit(None, 1)[-1].lstrip(_OPENING)
    if not word.endswith("."):
        return True
    stem = word.rstrip(".").casefold()
    if stem.isdigit():  # "on the 26. February", "1." of a list
        return len(stem) > 2
    return not (len(stem) == 1 and stem.isalpha()) and not _ABBREVIATION.match(stem.rpartition(".")[2])


def _bounded(sentence: str) -> Iterator[str]:
    """A sentence without an end in sight, in pieces: else it could be withheld only all at once."""
    while len(sentence) > LONGEST:
        cut = max(sentence.rfind(mark, LONGEST // 2, LONGEST) + 1 for mark in (", ", "; ", ": ", "، "))
        cut = cut or sentence.rfind(" ", 0, LONGEST) or sentence.find(" ", LONGEST)
        cut = cut if cut > 0 else sentence.find(" ", LONGEST)
        if cut <= 0:
            break
        yield sentence[:cut].rstrip()
        sentence = sentence[cut:].lstrip()
    yield sentence
