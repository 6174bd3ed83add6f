"""A dossier on paper: every script is drawn in a font of its own, and no font comes along for nothing."""

import pypdfium2
import pytest

from app.formats import dossier_pdf
from app.formats.dossier import Dossier

DAY = "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "words", ["The bells rang.", "Şəhərdə zənglər", "Колокола звонили", "Զանգերը", "راس"]
)
def test_each_script_is_drawn(words):
    made = dossier_pdf.page(Dossier(words, "claim", "c", "public", "Archive", "", DAY))
    with pypdfium2.PdfDocument(made) as paper:
        said = paper[0].get_textpage().get_text_range()
    assert words in said
    alone = dossier_pdf.page(Dossier("The bells", "claim", "c", "public", "Archive", "", DAY))
    assert alone.count(b"/FontFile2") == 1
    assert len(made) < 40_000
