"""Xapian, as the comparison asks it (Debian's ``python3-xapian``, with Debian's own Python)."""

from typing import Any

import xapian

from tests.benchmarks.peers.passages import FACETS, read

PREFIXES = {"pid": "Q", "tid": "XT", **{name: f"XF{name[0].upper()}" for name in FACETS}}
SLOTS = {name: slot for slot, name in enumerate(FACETS)}
DATE = len(FACETS)


class Engine:
    def __init__(self, folder: str) -> None:
        self.folder = f"{folder}/xapian"
        self.generator = xapian.TermGenerator()
        self.writer: Any = None

    def _document(self, passage: dict[str, Any]) -> Any:
        made = xapian.Document()
        self.generator.set_document(made)
        self.generator.set_termpos(0)
        self.generator.index_text(passage["text"])
        made.set_data(passage["pid"])
        for name, prefix in PREFIXES.items():
            made.add_boolean_term(prefix + passage[name][:200])
        for name, slot in SLOTS.items():
            made.add_value(slot, passage[name])
        made.add_value(DATE, xapian.sortable_serialise(passage["date"]))
        return made

    def build(self, file: str, count: int, processes: int) -> None:
        database = xapian.WritableDatabase(self.folder, xapian.DB_CREATE_OR_OVERWRITE)
        for number, passage in enumerate(read(file, count), 1):
            database.add_document(self._document(passage))
            if number % 50_000 == 0:
                database.commit()
        database.commit()
        database.close()

    def open(self) -> None:
        self.database = xapian.Database(self.folder)
        self.enquire = xapian.Enquire(self.database)
        self.enquire.set_weighting_scheme(xapian.BM25Weight(1.2, 0, 1, 0.75, 0.5))

    def ask(self, question: dict[str, Any], limit: int) -> tuple[int, list[str], Any]:
        make, words = xapian.Query, question["words"]
        match question["kind"]:
            case "phrase":
                asked = make(make.OP_PHRASE, words, len(words))
            case "prefix":
                asked = make(make.OP_WILDCARD, words[0], 0, make.WILDCARD_LIMIT_ERROR)
            case kind:
                asked = make(make.OP_OR if kind == "or" else make.OP_AND, words)
        for name, value in question.get("filters", {}).items():
            asked = make(make.OP_FILTER, asked, make(PREFIXES[name] + value[:200]))
        self.enquire.set_query(asked)
        if question.get("sort"):
            self.enquire.set_sort_by_value(DATE, True)
        else:
            self.enquire.set_sort_by_relevance()
        self.enquire.clear_matchspies()
        spies = {}
        if question.get("facets"):
            spies = {name: xapian.ValueCountMatchSpy(slot) for name, slot in SLOTS.items()}
            for spy in spies.values():
                self.enquire.add_matchspy(spy)
        found = self.enquire.get_mset(0, limit, self.database.get_doccount())
        hits = [hit.document.get_data().decode() for hit in found]
        counts = {
            name: {one.term.decode(): one.termfreq for one in spy.values()} for name, spy in spies.items()
        }
        return found.get_matches_estimated(), hits, counts or None

    def put(self, tid: str, passages: list[dict[str, Any]]) -> None:
        if self.writer is None:
            self.writer = xapian.WritableDatabase(self.folder, xapian.DB_OPEN)
        self.writer.delete_document(PREFIXES["tid"] + tid)
        for passage in passages:
            self.writer.add_document(self._document(passage))
        self.writer.commit()
        self.database.reopen()

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
