"""Copies of a picture: turned as it was held, in the colours of the web, made anew of nothing but points.

What a camera, a telephone or a program wrote beside the points (EXIF with the place, XMP, comments, colour
profiles with their texts, thumbnails of what was cropped away) cannot be in a copy: it is never carried over.
"""

import io
import warnings
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps

from app.derivatives.kinds import MAX_POINTS, Refusal, Refused
from app.derivatives.shelf import Shelf

LARGE, THUMB = 2048, 400  # points of the longer side
_WEBP = {"format": "WEBP", "quality": 80, "method": 4}
_JPEG = {"format": "JPEG", "quality": 82, "optimize": True}
PAPER = (255, 255, 255)  # what shows through a picture that is transparent


def make(file: BinaryIO, name: str, edits: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """A page-size picture and a small one. Returns the technical facts of the original. Raises Refused."""
    with opened(file, name) as image:
        facts = {"format": name, "mode": image.mode, "width": image.width, "height": image.height}
        facts["frames"] = int(getattr(image, "n_frames", 1))
        if name == "JPEG":
            image.draft("RGB", (2 * LARGE, 2 * LARGE))
        image.seek(0)
        plain = upright(image)
    if edits:
        from app.derivatives import editing

        plain = editing.still(plain, edits)
    put(shelf, "large", plain, LARGE)
    put(shelf, "thumb", plain, THUMB)
    return facts


def opened(file: BinaryIO, name: str) -> Image.Image:
    """A picture, as the one format it begins like. Raises Refused for one of too many points."""
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    warnings.simplefilter("ignore")
    if name == "HEIF":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    file.seek(0)
    image = Image.open(file, formats=[name])
    if image.width * image.height > MAX_POINTS:
        raise Refused(Refusal.TOO_LARGE)
    return image


def upright(image: Image.Image) -> Image.Image:
    """Its points alone, as red, green and blue of the web, small enough for a page, the right side up."""
    profile, turned = image.info.get("icc_profile"), image.getexif().get(0x0112, 1)
    small = _small(_eight_bits(image))
    plain = _on_paper(small) if _is_transparent(small) else _in_colour(small, profile)
    flat = Image.frombytes("RGB", plain.size, plain.tobytes())
    if turned in range(2, 9):
        flat.getexif()[0x0112] = turned
        flat = ImageOps.exif_transpose(flat)
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def put(shelf: Shelf, name: str, image: Image.Image, longest: int) -> None:
    """A picture in both formats that browsers read, no larger than it is."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    for kind, how in (("webp", _WEBP), ("jpeg", _JPEG)):
        shelf.put(f"{name}-{kind}", encoded(small, how), width=small.width, height=small.height)


def encoded(image: Image.Image, how: Mapping[str, Any] = _WEBP) -> bytes:
    """A picture as a file, with nothing in it but its points."""
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, **how)
    return out.getvalue()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits a point, and numbers of any size, as eight."""
    if not image.mode.startswith(("I", "F")):
        return image
    points = np.asarray(image, dtype=np.float32)
    low, high = float(points.min()), float(points.max())
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high < 65536):
        low, high = 0.0, 65535.0
    return Image.fromarray(((points - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))


def _small(image: Image.Image) -> Image.Image:
    """No larger than a page shows; one in colours of a table gets them first."""
    if image.mode == "1":
        image = image.convert("L")
    if image.mode in ("P", "PA", "La", "RGBa"):
        image = image.convert("RGBA" if "transparency" in image.info or "a" in image.mode.lower() else "RGB")
    if max(image.size) <= LARGE:
        image.load()
        return image
    scale = LARGE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA") or "transparency" in image.info


def _on_paper(image: Image.Image) -> Image.Image:
    clear = image.convert("RGBA")
    paper = Image.new("RGBA", clear.size, (*PAPER, 255))
    return Image.alpha_composite(paper, clear).convert("RGB")


def _in_colour(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours of the web, by its profile where it has one that can be read."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            seen = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if seen is not None:
                return seen
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")
