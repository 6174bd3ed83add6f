"""Makes documents for tests in few words."""

from app.search import Document, Utterance


def one(group: str, number: int, text: str, language: str = "en", **facets: str) -> Document:
    """A passage of one utterance."""
    return Document(
        group, number, number, number, (Utterance(text, language),), {k: (v,) for k, v in facets.items()}
    )
