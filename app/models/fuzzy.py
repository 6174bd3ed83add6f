"""Columns for dates as exactly or as vaguely as they are known (EDTF with the words used)."""

from sqlalchemy import String
from sqlalchemy.orm import Composite, composite, mapped_column

from app.records import FuzzyDate


def fuzzy_date(name: str) -> Composite[FuzzyDate]:
    """Four text columns, ``<name>_words``, ``_edtf``, ``_lower`` and ``_upper``, read as one FuzzyDate."""
    return composite(
        FuzzyDate,
        *(
            mapped_column(f"{name}_{part}", String, default="", nullable=False)
            for part in ("words", "edtf", "lower", "upper")
        ),
    )


def known(date: FuzzyDate | None) -> FuzzyDate | None:
    """The date, or None where nothing was said."""
    return date if date and date.words else None
