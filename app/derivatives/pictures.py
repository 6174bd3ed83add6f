"""Pictures: opened as the one format they begin like, decoded once, so that a cut-off one is told."""

import warnings
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError

from app.derivatives.kinds import MAX_POINTS, PICTURES, Refusal, Refused


def look(file: BinaryIO, name: str) -> dict[str, Any]:
    """Size and kind of a picture. Raises Refused."""
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    warnings.simplefilter("ignore")
    if name == "HEIF":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    try:
        with Image.open(file, formats=[name]) as image:
            width, height = image.size
            if width * height > MAX_POINTS:
                raise Refused(Refusal.TOO_LARGE)
            image.draft("RGB", (512, 512))
            image.load()
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError:
        raise Refused(Refusal.DAMAGED) from None
    except Exception:  # what Pillow raises for a bad file is of any kind
        raise Refused(Refusal.DAMAGED) from None
    return {"kind": "image", "mimetype": PICTURES[name], "width": width, "height": height}
