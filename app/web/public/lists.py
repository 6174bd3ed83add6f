"""Passages a reader collects: a list that is its own address, or a file, or kept in an account."""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.formats import webannotation
from app.services import keeping_lists, quoting, reading
from app.services.citing import State
from app.services.keeping_lists import Collected, Item, Shown
from app.web import tables
from app.web.public import bp
from app.web.public.address import root
from app.web.public.testimonies import CITATIONS, cited, permanent
from app.web.visitor import actor, archive, audience

COLUMNS = ("number", "state", "title", "quote", "note", "address")
UNKEPT = {"Cache-Control": "no-store"}
TYPES: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonld": webannotation.TYPE,
    "txt": "text/plain",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl.json": "application/vnd.citationstyles.csl+json",
}


@bp.get("/list")
def one_list() -> ResponseReturnValue:
    """The list that its address holds; what is to be done with it is done, and the address says it."""
    held = _as_kept(asked(request.args), request.args.get("list", ""))
    if any(request.args.get(name) for name in ("up", "down", "remove", "tidy")):
        return redirect(address(_changed(held, request.args), list_id=held.identifier))
    return _page(held)


@bp.get("/list.<path:ext>")
def list_file(ext: str) -> Response:
    """The list to take away: as a file that opens it again, as a table, as annotations or citations."""
    if ext not in TYPES:
        raise NotFound("There is no such page.")
    held = asked(request.args)
    answer = Response(_written(held, ext), content_type=f"{TYPES[ext]}; charset=utf-8")
    if ext == "jsonld":
        answer.content_type = TYPES[ext]
    answer.headers["Content-Disposition"] = f'attachment; filename="list.{ext}"'
    return answer


@bp.post("/list")
def open_list() -> ResponseReturnValue:
    """Open a list from the text of its file."""
    try:
        return redirect(address(keeping_lists.load(request.form.get("file", ""))), 303)
    except Invalid as refusal:
        return _page(Collected(), refusal)


@bp.get("/lists/<identifier>")
def kept_list(identifier: str) -> ResponseReturnValue:
    """A list kept in an account: its owner's, or one that its owner shares."""
    return _page(keeping_lists.find(identifier, actor()))


@bp.get("/lists")
def lists() -> ResponseReturnValue:
    """The lists of an account."""
    return render_template("public/lists.html", lists=keeping_lists.of(actor())), UNKEPT


@bp.post("/lists")
def keep_list() -> ResponseReturnValue:
    """Keep the list in the account, as it stands in the form."""
    held = replace(asked(request.form), identifier=request.form.get("list", ""))
    try:
        if not held.items:
            raise Invalid("A list is kept once there is a passage in it.")
        with archive().writing():
            shared = bool(request.form.get("share"))
            kept = keeping_lists.keep(held, actor(), is_shared=shared).identifier
    except (Conflict, Invalid) as refusal:
        return _page(held, refusal)
    flash(gettext("The list is kept."))
    return redirect(url_for("public.kept_list", identifier=kept), 303)


@bp.post("/lists/<identifier>/delete")
def delete_list(identifier: str) -> ResponseReturnValue:
    """Delete one of one's own lists."""
    with archive().writing():
        keeping_lists.delete(identifier, actor())
    flash(gettext("The list is deleted."))
    return redirect(url_for("public.lists"), 303)


def address(held: Collected, endpoint: str = "public.one_list", list_id: str = "", **more: str) -> str:
    """The address that holds a list; ``list_id`` for its owner alone: which of the kept ones it is."""
    items = [("p", item.ref) for item in held.items]
    notes = [("n", item.note) for item in held.items] if any(item.note for item in held.items) else []
    own = [("list", list_id)] if list_id else []
    said = urlencode([*([("t", held.title)] if held.title else []), *items, *notes, *own])
    return url_for(endpoint, _external=True, **more) + (f"?{said}" if said else "")


def asked(given: MultiDict[str, str]) -> Collected:
    """The list that an address or a form holds."""
    refs = [*given.getlist("p"), *(ref for ref in given.get("add", "").split() if ref)]
    return keeping_lists.read(refs, given.getlist("n"), given.get("t", ""))


def _as_kept(held: Collected, identifier: str) -> Collected:
    """The list as a change of the one in the visitor's account that it was opened from, if there is one."""
    try:
        kept = keeping_lists.find(identifier, actor())
    except NotFound:
        return held
    if not kept.is_own:
        return held
    return replace(held, identifier=kept.identifier, is_shared=kept.is_shared, is_own=True)


def _changed(held: Collected, asked: MultiDict[str, str]) -> Collected:
    """The list with one passage moved or taken out: ``up``, ``down`` and ``remove`` name its place."""
    items = list(held.items)
    for name, step in (("up", -1), ("down", 1)):
        place = asked.get(name, type=int)
        if place is not None and 0 <= place < len(items) and 0 <= place + step < len(items):
            items[place], items[place + step] = items[place + step], items[place]
    place = asked.get("remove", type=int)
    if place is not None and 0 <= place < len(items):
        del items[place]
    return replace(held, items=tuple(items))


def _page(held: Collected, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "public/list.html",
        held=held,
        shown=keeping_lists.shown(held.items, audience()),
        address=address(held),
        files={ext: address(held, "public.list_file", ext=ext) for ext in TYPES},
        refusal=str(refusal or ""),
        most=keeping_lists.MOST,
    )
    return page, refusal.status if refusal else 200, UNKEPT


def _written(held: Collected, ext: str) -> str:
    if ext == "json":
        return keeping_lists.dump(held)
    shown = keeping_lists.shown(held.items, audience())
    if ext == "csv":
        return "\ufeff" + "".join(map(tables.row, [COLUMNS, *_rows(shown)]))
    if ext == "jsonld":
        told = [_annotation(one) for one in shown]
        label = held.title or gettext("List of passages")
        return json.dumps(webannotation.collected(told, address(held), label), ensure_ascii=False, indent=1)
    return _citations([one for one in shown if one.found and one.found.now], ext)


def _rows(shown: list[Shown]) -> list[tuple[object, ...]]:
    return [
        (
            number,
            one.found.state.value if one.found else "",
            one.testimony.title if one.testimony else "",
            quoting.spoken(one.found.now) if one.found else "",
            one.item.note,
            _address(one.item),
        )
        for number, one in enumerate(shown, 1)
    ]


def _address(item: Item) -> str:
    return permanent(item.testimony, item.first, item.last, item.revision)


def _annotation(one: Shown) -> dict[str, object]:
    item, found = one.item, one.found
    told: dict[str, object] = {"id": _address(item), "type": "Annotation", "motivation": "bookmarking"}
    if item.note:
        told["body"] = {"type": "TextualBody", "purpose": "commenting", "value": item.note}
    if found is None or found.first is None or found.last is None or found.state is State.WITHHELD:
        return told | {"target": f"{root()}/testimonies/{item.testimony}"}
    text = quoting.Text(reading.find(item.testimony, audience()))
    where, said = text.where(found.first, found.last), text.said(found.first, found.last)
    place = (item.testimony, found.current, found.first, found.last)
    return told | {"target": webannotation.target(root(), *place, said, where)}


def _citations(shown: list[Shown], ext: str) -> str:
    _, form = CITATIONS["json" if ext == "csl.json" else ext]
    said = [
        cited(reading.whole(one.item.testimony, audience()), form, one.found.first, one.found.last)
        for one in shown
        if one.found
    ]
    if ext == "csl.json":
        return json.dumps([item for text in said for item in json.loads(text)], ensure_ascii=False, indent=2)
    return "\n".join(said) + ("\n" if ext == "txt" else "")
