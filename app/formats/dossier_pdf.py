"""A dossier to print: PDF in the archive's own fonts: Latin, Cyrillic, Armenian and Arabic script."""

import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import TTFFont

from app.formats import dossier as shapes
from app.formats.dossier import Asserted, Dossier, Quoted
from app.records import Line, Uses
from app.timecode import short

FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
_FILES = {  # variable fonts, each of which begins as its regular weight
    "serif": "source-serif-4-latin-wght-normal",
    "serif-ext": "source-serif-4-latin-ext-wght-normal",
    "serif-cyrillic": "source-serif-4-cyrillic-wght-normal",
    "serif-cyrillic-ext": "source-serif-4-cyrillic-ext-wght-normal",
    "armenian": "noto-serif-armenian-armenian-wght-normal",
    "arabic": "noto-naskh-arabic-arabic-wght-normal",
}
_OF_OTHER_WEIGHTS = {"avar", "fvar", "gvar", "HVAR", "MVAR", "STAT"}
_ALWAYS = 2  # glyphs that fpdf takes of each font: the blank and what stands for none
_TEXT, _SOFT = 10.5, 9.0  # points
_GREY, _BLACK = 95, 20


@cache
def _unpacked() -> tuple[TemporaryDirectory[str], dict[str, Path]]:
    """The fonts as plain TrueType of one weight, once in a process: it takes longer than all the rest."""
    folder = TemporaryDirectory(prefix="fonts-")  # goes with the process
    found = {family: Path(folder.name, f"{name}.ttf") for family, name in _FILES.items()}
    for family, path in found.items():
        with TTFont(FONTS / f"{_FILES[family]}.woff2") as font:
            font.flavor = None
            for table in _OF_OTHER_WEIGHTS & set(font.keys()):
                del font[table]
            font.save(path)
    return folder, found


def page(dossier: Dossier, language: str = "en") -> bytes:
    """The dossier as a PDF of A4 pages."""
    return _Paper(dossier, language).made()


class _Paper(FPDF):
    def __init__(self, dossier: Dossier, language: str) -> None:
        super().__init__(format="A4")
        self.told = dossier
        said = shapes.speaking(language)
        self.said = said
        self.word = shapes.words(said.gettext)
        self.set_margins(22, 20, 22)
        self.set_auto_page_break(True, 22)
        self.set_title(dossier.title)
        self.set_creation_date(datetime.fromisoformat(dossier.made_at))
        self.set_lang(language)
        for family, path in _unpacked()[1].items():
            self.add_font(family, "", path)
        self.set_fallback_fonts([family for family in _FILES if family != "serif"], exact_match=False)
        self.set_text_shaping(True)
        self.add_page()

    def say(self, text: str, **values: object) -> str:
        """What the page says, in its language; the texts are those of ``dossier/page.html``."""
        return str(self.said.gettext(text)) % values

    def footer(self) -> None:
        """The archive, the day and the page at the foot of each page."""
        self.set_y(-14)
        self._write(f"{self.told.archive} · {self.told.made_at[:10]} · {self.page_no()}", _SOFT, _GREY)

    def made(self) -> bytes:
        """All of it."""
        told, say = self.told, self.say
        self._write(f"{say('Dossier')} · {told.archive}", _SOFT, _GREY)
        self._write(told.title, 19, _BLACK, after=2)
        if told.invented:
            self._write(say("Invented for demonstration"), _TEXT)
        whom = say(
            {"public": "everybody", "reading_room": "signed-in readers"}.get(told.audience, "archivists")
        )
        made = say("Made on %(day)s for this audience: %(audience)s.", day=told.made_at[:10], audience=whom)
        self._write(f"{made} {say('The archive says what it holds and gives no verdict.')}", _SOFT, _GREY)
        if told.address:
            self._write(told.address, _SOFT, _GREY, after=3)
        self._changes()
        for claim in told.claims:
            self._claim(claim)
        for passage in told.of(""):
            self._passage(passage)
        self._write(say("Testimonies"), 14, before=5)
        for record in told.testimonies:
            held = [record.title, record.date.words if record.date else "", record.collection]
            self._write(", ".join(filter(None, [*held, record.source, record.rights])), _SOFT)
            if record.uses:
                self._write(f"{say('Its narrator allows')}: {self._uses(record.uses)}", _SOFT, _GREY)
            self.ln(1.5)
        if told.sources:
            self._write(say("Sources"), 14, before=5)
            for source in told.sources:
                said = (source.title, source.asserted_by, source.date, source.note, source.url)
                self._write(", ".join(filter(None, said)), _SOFT, after=1.5)
        for name, font in list(self.fonts.items()):
            if isinstance(font, TTFFont) and len(font.subset) <= _ALWAYS:
                del self.fonts[name]  # nothing is written in it
                font.close()
        return bytes(self.output())

    def _changes(self) -> None:
        changes = self.told.changes
        if changes is None:
            return
        say = self.say
        self._write(say("What changed since the dossier of %(day)s", day=changes.since[:10]), 12, before=2)
        named = (
            (
                "No longer given: passages %(numbers)s of that dossier. They were withheld, withdrawn or are "
                "not tied to it any more.",
                changes.gone,
            ),
            ("They read otherwise now: passages %(numbers)s of this one.", changes.changed),
            ("New: passages %(numbers)s of this one.", changes.added),
        )
        for said, numbers in named:
            if numbers:
                self._write(say(said, numbers=", ".join(map(str, numbers))), _TEXT)
        if not (changes.gone or changes.changed or changes.added):
            self._write(say("Nothing: the same passages in the same words."), _TEXT)

    def _claim(self, claim: Asserted) -> None:
        say = self.say
        self._write(claim.text, 14, before=6, after=1)
        facts = (
            (say("In answer to"), claim.question),
            (say("Attributed to"), claim.attributed_to),
            (say("Source"), claim.source),
            (
                say("Figure"),
                " ".join(filter(None, (claim.figure, f"({claim.counted})" * bool(claim.counted)))),
            ),
            (say("Given as part of"), claim.part_of),
        )
        for name, said in facts:
            if said:
                self._write(f"{name}: {said}", _SOFT, _GREY)
        if claim.note:
            self._write(claim.note, _SOFT, _GREY)
        for passage in self.told.of(claim.identifier):
            self._passage(passage)

    def _passage(self, passage: Quoted) -> None:
        who = ", ".join(passage.narrators) or passage.title
        self._write(f"{self.say('Passage %(number)s', number=passage.number)}: {who}", 12, before=4)
        if passage.stance:
            heard = f": {passage.heard_from}" if passage.heard_from else ""
            self._write(f"{self.word(passage.stance)} · {self.word(passage.basis)}{heard}", _SOFT, _GREY)
        for line in passage.before:
            self._write(self._line(line), _SOFT, _GREY, inset=8)
        for line in passage.lines:
            self._write(self._line(line), _TEXT + 0.5, inset=8, before=0.8)
        for line in passage.after:
            self._write(self._line(line), _SOFT, _GREY, inset=8, before=0.8)
        if passage.start_ms is not None:
            end = f"–{short(passage.end_ms)}" if passage.end_ms is not None else ""
            self._write(f"{short(passage.start_ms)}{end}", _SOFT, _GREY, before=1)
        for said in (passage.note, passage.citation):
            if said:
                self._write(said, _SOFT, _GREY)

    def _uses(self, uses: Uses) -> str:
        """What a narrator allows, as the page says it."""
        allowed = (
            ("reading it here", True),
            ("quoting it", uses.quoting),
            ("teaching with it", uses.teaching),
            ("research with machines", uses.machines),
            ("use by courts and investigators", uses.courts),
        )
        return ", ".join(self.say(words) for words, is_so in allowed if is_so)

    def _line(self, line: Line) -> str:
        if line.withheld:
            return f"[{self.say('withheld')}]"
        mark = f" {self.say('(written by a machine; nobody has checked it)')}" if line.machine else ""
        return f"{line.speaker}: {line.text}{mark}" if line.speaker else f"{line.text}{mark}"

    def _write(
        self,
        text: str,
        size: float,
        grey: int = _BLACK,
        *,
        inset: float = 0,
        before: float = 0,
        after: float = 0,
    ) -> None:
        self.set_font("serif", size=size)
        self.set_text_color(grey)
        if before and self.get_y() > self.t_margin + 1:
            self.ln(before)
        self.set_x(self.l_margin + inset)
        self.multi_cell(self.epw - inset, size * 0.5, text, align=_side(text), new_x="LMARGIN", new_y="NEXT")
        if after:
            self.ln(after)


def _side(text: str) -> str:
    """Where lines of a text begin: right for Arabic script and Hebrew."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return "R" if next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L" else "L"
