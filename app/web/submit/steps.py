"""One question a page: shown, saved, and gone on from."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid
from app.given import Account
from app.services import submitting
from app.services.steps import STEPS
from app.web import headers
from app.web.saying import say
from app.web.submit import bp
from app.web.submit.holding import must_hold
from app.web.visitor import archive

ORDER = tuple(STEPS)
ROOM = 4 * 2**20  # bytes of a form: the longest text, where each letter takes up to twelve of them
Typed = Mapping[str, Sequence[str]]


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _: object) -> None:
    # Here, and not before the request: looking for the form's token reads the whole form.
    if endpoint == "submit.step":
        request.max_content_length = request.max_form_memory_size = ROOM


@bp.route(f"/<any({', '.join(STEPS)}):step>", methods=["GET", "POST"])
def step(step: str) -> ResponseReturnValue:
    """Ask one question; save what was answered, whichever way the teller goes on."""
    if request.method == "GET":
        return page(step)
    given = request.form.to_dict(flat=False)
    try:
        with archive().writing():
            submitting.answer(must_hold(), step, given)
    except (Invalid, Conflict) as refusal:
        if _wants_json():
            return jsonify(error=say(str(refusal))), refusal.status
        return page(step, given, str(refusal), refusal.status)
    speak(request.form.get("to", ""))
    onward = _after(step, request.form.get("go", ""))
    return jsonify(next=onward) if _wants_json() else redirect(onward, 303)


def page(step: str, typed: Typed | None = None, message: str = "", status: int = 200) -> Response:
    """The page of a step, with what was saved, or with what was typed when that was refused."""
    account = submitting.account(must_hold())
    if step not in account.changeable and not message:
        raise Conflict("This part of your account cannot be changed here any more.")
    shown = render_template(
        f"submit/steps/{step}.html",
        step=step,
        number=ORDER.index(step) + 1,
        total=len(ORDER),
        account=account,
        given=typed if typed is not None else _saved(account, step),
        message=message,
        status=status,
        before=_before(step, account),
        after=_onward(step, account),
        reviewing=_reviewing(account),
        offered=submitting.choices() if step == "bearing" else ([], []),
    )
    response = make_response(shown, status)
    if step == "files":
        response.headers.update(headers.for_recording())
    return response


def refused(step: str, message: str) -> tuple[str, int]:
    """The page of a step with the reason why something was not taken."""
    return page(step, None, message, 422).get_data(as_text=True), 422


def speak(language: str) -> None:
    """Speak this language from now on: said in the session and nowhere else."""
    from app.web import LOCALES

    if language in LOCALES:
        session["language"] = language


def _saved(account: Account, step: str) -> Typed:
    """A step's answers as a form would send them."""
    if step == "contact":
        return {"contact": [submitting.contact(account.identifier)]}
    answers: Mapping[str, Any] = account.answers.get(step, {})
    return {name: said if isinstance(said, list) else [str(said)] for name, said in answers.items()}


def _after(step: str, went: str) -> str:
    account = submitting.account(must_hold())
    if request.form.get("to"):
        asked_from: dict[str, Any] = {"from": "review"} if request.args.get("from") == "review" else {}
        return url_for("submit.step", step=step, **asked_from)
    return _before(step, account) if went == "back" else _onward(step, account)


def _reviewing(account: Account) -> bool:
    return account.state != "draft" or request.args.get("from") == "review"


def _home(account: Account) -> str:
    """Where a single question was opened from: the page with everything, or how the account stands."""
    if account.state == "draft":
        return url_for("submit.review")
    return url_for("submit.yours", done="saved" if request.method == "POST" else None)


def _before(step: str, account: Account) -> str:
    number = ORDER.index(step)
    if _reviewing(account):
        return _home(account)
    return url_for("submit.step", step=ORDER[number - 1]) if number else url_for("submit.start")


def _onward(step: str, account: Account) -> str:
    number = ORDER.index(step) + 1
    if _reviewing(account) or number == len(ORDER):
        return _home(account)
    return url_for("submit.step", step=ORDER[number])


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
