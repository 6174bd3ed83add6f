"""What takes the texts of one field as documents come, and makes arrays of them at the end."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.search.columnar.arrays import Array
from app.search.columnar.buffers import Many
from app.search.columnar.numbering import Spans
from app.search.columnar.sheaves import WORDS, Aside, Sheaf, bound, together
from app.search.columnar.tokenizing import Tokenizing

_TOGETHER = 512  # texts that are taken apart together


class Texts(Many):
    """One field, text by text. What is many goes to a file in the folder (None: it stays in memory)."""

    kind = "positions"

    def __init__(self, tokenizing: Tokenizing, folder: str | Path | None) -> None:
        self._tokenizing, self._names, self._folder = tokenizing, tokenizing.names, folder
        self._documents = Spans()  # whose texts are in no sheaf
        self._texts: list[str] = []
        self._tokens: list[tuple[Array, Array, Array]] = []
        self._waiting = 0  # tokens that are in no sheaf
        self._lengths: list[tuple[Array, Array]] = []
        self._sheaves: list[Sheaf] = []
        self._aside: Aside | None = None

    def extend(self, first: int, texts: Sequence[str]) -> None:
        """The texts of documents ``first``, ``first + 1``, ... Analyzers that may refuse one do so now."""
        self._texts.extend(texts)
        if len(self._texts) >= _TOGETHER or not self._tokenizing.plain:
            self.settle()
        self._documents.extend(first, len(texts))
        if self._waiting > WORDS:
            self._put_aside(self._bound())

    def settle(self) -> None:
        """No text waits for its tokenizing any longer."""
        texts, self._texts = self._texts, []
        if texts:
            tokens = self._tokenizing.tokens(*self._tokenizing.codes(texts))
            self._tokens.append(tokens)
            self._waiting += len(tokens[0])

    def _bound(self) -> list[Sheaf]:
        """What the waiting tokens become."""
        documents = self._documents.all()
        tokens, counts, leads = map(np.concatenate, zip(*self._tokens, strict=True))
        self._lengths.append((documents, counts.astype(np.uint32)))
        self._documents, self._tokens, self._waiting = Spans(), [], 0
        sheaves = bound(tokens, documents, counts, leads)
        self._sheaves += sheaves
        return sheaves

    def _put_aside(self, sheaves: Sequence[Sheaf]) -> None:
        if self._folder is not None:
            self._aside = self._aside or Aside(self._folder)
            for sheaf in sheaves:
                self._aside.put(sheaf)

    def lengths_and_arrays(self, count: int) -> tuple[Array, int, dict[str, Array]]:
        """How long each document is, all together, and the field; to be called once."""
        self.settle()
        if self._tokens:
            self._bound()
        lengths = np.zeros(count, np.int64)
        for documents, counts in self._lengths:
            lengths[documents] = counts
        return lengths, int(lengths.sum()), together(list(self._names), self._sheaves)
