"""A PDF as pictures of its pages, and its words; nothing in it that acts is ever run."""

from collections.abc import Callable
from typing import Any, BinaryIO

import pypdfium2  # type: ignore[import-untyped]

from app.derivatives import stills
from app.derivatives.shelf import Shelf
from app.derivatives.variants import LARGEST_TEXT, PAGES

LONG = 1600  # points of a page's longer side
LARGEST = 6.0  # times the size it is printed in, at most


def make(file: BinaryIO, shelf: Shelf, tell: Callable[[int], None]) -> dict[str, Any]:
    """Pictures of the first pages, a small one of the first, the words of them. Returns technical facts."""
    file.seek(0)
    paper = pypdfium2.PdfDocument(file)
    count, words, length = len(paper), list[str](), 0
    for number in range(min(count, PAGES)):
        page = paper[number]
        scale = min(LONG / max(1.0, *page.get_size()), LARGEST)
        image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        data = stills.encoded(image)
        shelf.put("page-webp", data, page=number + 1, width=image.width, height=image.height)
        if number == 0:
            stills.put(shelf, "thumb", image, stills.THUMB)
        if length < LARGEST_TEXT:
            words.append(page.get_textpage().get_text_bounded())
            length += len(words[-1])
        page.close()
        tell(round(100 * (number + 1) / min(count, PAGES)))
    if text := "\n\f\n".join(part.replace("\r\n", "\n").strip() for part in words).strip("\n\f "):
        shelf.put("text", text[:LARGEST_TEXT].encode(errors="replace")[:LARGEST_TEXT])
    return {"format": "PDF", "pages": count}
