"""What waits, of whatever kind: taken in hand, put back, taken note of, tried again, decided."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, format_time, gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app import clock
from app.errors import ArchiveError, Conflict, Invalid
from app.models import BulkAction, BulkState, Doubt, Outcome, Person, Place
from app.policy import Action, may
from app.services import granting, holding, likening, queueing
from app.services.queueing import Kind, Thing, Whose
from app.web.account.entering import local
from app.web.public import asking
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk

KINDS: dict[Kind, LazyString] = {
    Kind.ACCOUNT: _l("Accounts given"),
    Kind.SAID: _l("Said since by tellers"),
    Kind.WITHDRAWAL: _l("Withdrawals"),
    Kind.REQUEST: _l("Requests to read"),
    Kind.READING: _l("Second readings"),
    Kind.PASSAGE: _l("Passages to look at"),
    Kind.BULK: _l("Changes of many"),
    Kind.JOB: _l("Failed jobs"),
}
WHOSE: dict[Whose, LazyString] = {Whose.ALL: _l("All"), Whose.MINE: _l("Mine"), Whose.FREE: _l("Free")}
WITHDRAWN: dict[Outcome, LazyString] = {
    Outcome.STOP: _l("It is no longer to be published."),
    Outcome.RESTRICT: _l("Only people named one by one may read it."),
    Outcome.CLOSE: _l("Nobody may read it for now."),
    Outcome.DESTROY: _l("It was destroyed. Nothing of it is kept."),
    Outcome.PASSAGE: _l("Some lines are withheld, or shown again."),
    Outcome.FILE: _l("A file was taken back."),
    Outcome.CONSENT: _l("It may be used for less than before."),
}
DOUBTS: dict[Doubt, LazyString] = {
    Doubt.GONE: _l("none of its lines is left"),
    Doubt.SHORTER: _l("some of its lines are gone"),
    Doubt.WIDER: _l("a line of it was joined with one outside it"),
    Doubt.REWRITTEN: _l("little of its words is left"),
}
BULK: dict[BulkAction, LazyString] = {
    BulkAction.TAG: _l("A tag is put on many testimonies"),
    BulkAction.UNTAG: _l("A tag is taken off many testimonies"),
    BulkAction.SET_ACCESS: _l("Who may read many testimonies is set"),
    BulkAction.SET_COLLECTION: _l("Many testimonies move to a collection"),
}
STATES: dict[BulkState, LazyString] = {
    BulkState.QUEUED: _l("begins soon"),
    BulkState.RUNNING: _l("is being done"),
    BulkState.UNDOING: _l("is being undone"),
}


@bp.before_request
def tell_what_was_taken_over() -> None:
    """Say at the next page which things others have taken over."""
    whose = actor()
    if request.method != "GET" or not may(whose, Action.REVIEW) or not whose.identifier:
        return
    if lost := holding.lost(whose):
        with archive().writing():
            holding.told(whose)
        for thing, name in lost:
            said = gettext("%(name)s has taken over what you had in hand: %(thing)s", name=name, thing=thing)
            flash(said if name else gettext("What you had in hand was taken over: %(thing)s", thing=thing))


@bp.app_context_processor
def helpers() -> dict[str, Any]:
    """For the menu: how much waits, and what a reader may ask for. For every desk: who has it in hand."""
    return {
        "how_much_waits": lambda: queueing.count(actor()),
        "may_ask_for_access": lambda: may(actor(), Action.ASK),
        "held_by": holding.held_by,
        "held_since": _since,
        "my_identifier": lambda: actor().identifier,
    }


@bp.app_template_filter("moment")
def moment(value: datetime) -> str:
    """A day and a time of day, in the reader's language."""
    return str(format_datetime(value, format="medium", rebase=False))


def _since(value: datetime | None) -> str:
    """Since when somebody has a thing: today the hour alone."""
    if value is None:
        return ""
    if value.date() == clock.today():
        return str(format_time(value, format="short", rebase=False))
    return str(format_datetime(value, format="medium", rebase=False))


@bp.get("/", endpoint="queue")
def queue_page() -> ResponseReturnValue:
    """What waits, oldest first; ``kind`` and ``whose`` narrow it."""
    return show()


def show(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """The queue, or the queue again with why something could not be done."""
    kind, whose = request.values.get("kind", ""), request.values.get("whose", "")
    with archive().reading():  # afresh: since this request began somebody may have been quicker
        page = render_template(
            "workbench/queue.html",
            queue=queueing.queue(actor(), kind, whose, asking.page_number(request.args)),
            kind=kind,
            whose=whose,
            kinds={k: v for k, v in KINDS.items() if k is not Kind.REQUEST or may(actor(), Action.GRANT)},
            whose_names=WHOSE,
            alike=_alike() if kind == "alike" else (),
            can_merge="workbench.doubles" in current_app.view_functions,
            words={"withdrawn": WITHDRAWN, "doubts": DOUBTS, "bulk": BULK, "states": STATES},
            leads_to=leads_to,
            refusal=str(refusal or ""),
        )
    return _unkept(page, refusal.status if refusal else 200)


def leads_to(thing: Thing) -> str:
    """The page where a thing is dealt with; nothing where there is none, or not for this archivist."""
    about = thing.about or {}
    known = current_app.view_functions
    if thing.kind in (Kind.ACCOUNT, Kind.SAID):
        return url_for("workbench.account", identifier=thing.identifier)
    if thing.kind is Kind.WITHDRAWAL:
        if about.get("there"):
            return url_for("workbench.testimony", identifier=about["there"])
        return url_for("workbench.account", identifier=about["submission"]) if about.get("submission") else ""
    if thing.kind is Kind.REQUEST:
        return url_for("workbench.requests", _anchor=thing.identifier)
    if thing.kind is Kind.READING and "workbench.readings" in known:
        return url_for("workbench.readings", _anchor=thing.identifier)
    if "testimony" in about:
        lines = (about.get("first"), about.get("last"))
        return url_for("workbench.testimony", identifier=about["testimony"], first=lines[0], last=lines[1])
    return ""


def _alike() -> list[tuple[LazyString, int]]:
    return [(_l("People"), len(likening.doubles(Person))), (_l("Places"), len(likening.doubles(Place)))]


@bp.post("/queue/take")
def take_thing() -> ResponseReturnValue:
    """Have a thing in hand; ``over=1`` also when another has it."""
    target, over = request.form.get("target", ""), request.form.get("over") == "1"
    return _do(lambda: holding.take_thing(target, actor(), over=over), gettext("You have this in hand now."))


@bp.post("/queue/put-back")
def put_back_thing() -> ResponseReturnValue:
    """Let others take it."""
    target = request.form.get("target", "")
    return _do(lambda: holding.put_back_thing(target, actor()), gettext("Others can take it now."))


@bp.post("/withdrawals/<identifier>/see")
def see_withdrawal(identifier: str) -> ResponseReturnValue:
    """Take note of what a teller withdrew."""
    return _do(lambda: queueing.see(identifier, actor()), gettext("The trail says that you have seen it."))


@bp.post("/jobs/<int:number>/retry")
def retry_job(number: int) -> ResponseReturnValue:
    """Have a failed job done again."""
    return _do(lambda: queueing.retry(number, actor()), gettext("It is tried again."))


@bp.post("/jobs/<int:number>/drop")
def drop_job(number: int) -> ResponseReturnValue:
    """Put a failed job aside."""
    return _do(
        lambda: queueing.drop(number, actor()), gettext("It is put aside. The trail keeps what it was.")
    )


@bp.get("/requests")
def requests() -> ResponseReturnValue:
    """Who asked to read what is restricted, and what was decided."""
    return _requests()


@bp.post("/requests/<identifier>/decide")
def decide_request(identifier: str) -> ResponseReturnValue:
    """Grant until a day, or refuse with words."""
    form = request.form

    def decide() -> None:
        if form.get("decision") == "grant":
            until = _day(form.get("until", ""))
            granting.grant(identifier, until, desk.version(), actor(), form.get("answer", ""))
        elif form.get("decision") == "refuse":
            granting.refuse(identifier, form.get("answer", ""), desk.version(), actor())
        else:
            raise Invalid("Choose whether they may read it.")

    done = gettext("Decided. Whoever asked reads it on their page.")
    return desk.change(decide, done, _request_at(identifier), lambda e: _requests(e, identifier))


@bp.post("/requests/<identifier>/end")
def end_request(identifier: str) -> ResponseReturnValue:
    """Let somebody in no longer."""
    return desk.change(
        lambda: granting.end(identifier, desk.version(), actor()),
        gettext("They may not read it any more."),
        _request_at(identifier),
        lambda e: _requests(e, identifier),
    )


def _requests(refusal: ArchiveError | None = None, at: str = "") -> ResponseReturnValue:
    with archive().reading():
        state = request.args.get("state", "")
        number = asking.page_number(request.args)
        listed, pages = granting.requests(actor(), state, number)
        page = render_template(
            "workbench/requests.html",
            listed=listed,
            page=number,
            pages=pages,
            state=state,
            today=clock.today(),
            names={one.decided_by: holding.name_of(one.decided_by) for one in listed if one.decided_by},
            refusal=str(refusal or ""),
            refused_at=at,
            written=request.form if refusal else {},
        )
    return _unkept(page, refusal.status if refusal else 200)


def _request_at(identifier: str) -> str:
    return url_for("workbench.requests", _anchor=identifier)


def _do(verb: Callable[[], object], done: str) -> ResponseReturnValue:
    """Carry it out and go back to where the form stood; when it is refused, say so in the queue."""
    try:
        with archive().writing():
            verb()
    except (Conflict, Invalid) as refusal:
        return show(refusal)
    flash(done)
    back = request.form.get("next", "")
    return redirect(local(back) if back else url_for("workbench.queue"), 303)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid("This is not a day of the calendar. Write it as year-month-day: 2031-05-09.") from None


def _unkept(page: str, status: int) -> Response:
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
