"""The trail: who did what to which record, and when; all of it, of one record, and to take away."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app.errors import Invalid
from app.services import recounting
from app.services.recounting import Asked, Entry
from app.web import tables
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk, trail_words

FILTERS = ("who", "what", "record", "from", "to")
COLUMNS = ("number", "at", "actor", "name", "action", "sentence", "target", "about", "details", "chain")
TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


@bp.get("/trail", endpoint="trail")
def trail_page() -> ResponseReturnValue:
    """Entries, newest first; ``below`` leads to older ones."""
    below = desk.number("below", 0) or None
    listed, older = recounting.entries(actor(), _asked(), below)
    page = render_template(
        "workbench/trail.html",
        listed=listed,
        asked={name: request.args.get(name, "") for name in FILTERS},
        older=_to("workbench.trail", below=older) if older else "",
        newest=_to("workbench.trail") if below else "",
        exports={form: _to("workbench.trail_export", form=form) for form in TYPES},
        words=trail_words,
    )
    return Response(page, headers={"Cache-Control": "no-store"}, mimetype="text/html")


@bp.get("/trail/export.<form>")
def trail_export(form: str) -> ResponseReturnValue:
    """The same entries as a file, a batch at a time."""
    asked, whose = _asked(), actor()
    if form not in TYPES:
        raise Invalid("The trail is handed over as CSV or as JSON Lines.")

    def lines() -> Iterator[str]:
        below: int | None = None
        if form == "csv":
            yield tables.row(COLUMNS)
        while True:
            with archive().reading():  # the request's own session has ended when this is read
                batch = recounting.batch(whose, asked, below)
            if not batch:
                return
            yield "".join(_line(entry, form) for entry in batch)
            below = batch[-1].number

    answer = Response(stream_with_context(lines()), content_type=f"{TYPES[form]}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="trail.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def panel(identifier: str) -> dict[str, object]:
    """The last changes of one testimony."""
    return {
        "listed": recounting.of(identifier, actor()),
        "words": trail_words,
        "all": url_for("workbench.trail", record=identifier),
    }


def _asked() -> Asked:
    what = request.args.get("what", "")
    actions = tuple(one for one in trail_words.SENTENCES if one == what or one.startswith(f"{what}."))
    asked = Asked(
        who=request.args.get("who", "").strip(),
        record=request.args.get("record", "").strip().rpartition("/")[2],
        first=_day("from"),
        last=_day("to"),
    )
    # What nobody has words for yet can still be asked for.
    return replace(asked, actions=actions or (what,)) if what else asked


def _day(name: str) -> date | None:
    said = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid("This is not a day of the calendar. Write it as year-month-day: 2031-05-09.") from None


def _to(endpoint: str, **more: object) -> str:
    kept = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for(endpoint, **(kept | more))  # type: ignore[arg-type]


def _line(entry: Entry, form: str) -> str:
    said = {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "name": trail_words.who(entry.actor, entry.name),
        "action": entry.action,
        "sentence": trail_words.sentence(entry.action, entry.details),
        "target": entry.target,
        "about": entry.about,
        "details": entry.details,
        "chain": entry.chain,
    }
    if form == "jsonl":
        return json.dumps(said, ensure_ascii=False) + "\n"
    return tables.row(said.values())
