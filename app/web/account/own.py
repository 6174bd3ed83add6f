"""The account page: password, second step, passkeys, and where one is signed in."""

from collections.abc import Callable, Sequence

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.errors import ArchiveError, Conflict, Invalid, TooSoon
from app.models import User
from app.services import accounts, guessing, securing, signing_in
from app.web.account import bp, passkeys, security
from app.web.account.entering import local
from app.web.account.words import ROLES, WAYS
from app.web.visitor import actor, archive, browser

Refusals = (Conflict, Invalid, TooSoon)


@bp.get("/account")
def own() -> ResponseReturnValue:
    """One's own account."""
    return _own()


@bp.get("/account/advice")
def advice() -> ResponseReturnValue:
    """Advise whoever may open other people's accounts to add a second step; it can be put off."""
    return render_template("account/advice.html", next=local(request.args.get("next", "")))


@bp.post("/account/password")
def password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""

    def change() -> None:
        securing.change_password(actor(), request.form.get("new", ""), browser())

    return _changed(change, gettext("The password is changed. Everywhere else you are signed out."))


@bp.route("/account/app", methods=["GET", "POST"])
def app() -> ResponseReturnValue:
    """Set up an authenticator app: shown as a drawing, kept once its first code is right."""
    user = accounts.find(actor().identifier)
    secret = session.get("app")
    if request.method == "GET" or not secret:
        secret = session["app"] = security.new_secret()
        return _set_up(user, secret)
    try:
        _prove()
        codes = _keep_app(secret)
    except Refusals as refusal:
        return _set_up(user, secret, refusal)
    session.pop("app")
    return _added(codes)


@bp.post("/account/app/remove")
def remove_app() -> ResponseReturnValue:
    """Ask for no codes of an app any more."""
    return _changed(lambda: securing.drop_app(actor()), gettext("The authenticator app is removed."))


@bp.post("/account/codes")
def codes() -> ResponseReturnValue:
    """Other recovery codes, instead of those from before."""
    try:
        _prove()
        with archive().writing():
            fresh = security.new_codes(accounts.find(actor().identifier))
    except Refusals as refusal:
        return _own(refusal)
    return _show_codes(fresh)


@bp.route("/account/passkey", methods=["GET", "POST"])
def passkey() -> ResponseReturnValue:
    """Add a passkey. The browser makes it, which takes a script."""
    if request.method == "GET":
        return _ask_passkey()
    try:
        made = passkeys.made(request.form.get("credential", ""))
        _prove()
        with archive().writing():
            securing.keep_passkey(actor(), made, request.form.get("name", ""))
            user = accounts.find(actor().identifier)
            fresh = [] if user.mf_recovery_codes else security.new_codes(user)
    except Refusals as refusal:
        return _ask_passkey(refusal)
    return _added(fresh)


@bp.post("/account/passkeys/<identifier>/remove")
def remove_passkey(identifier: str) -> ResponseReturnValue:
    """Remove a passkey."""
    return _changed(lambda: securing.drop_passkey(actor(), identifier), gettext("The passkey is removed."))


@bp.post("/account/sessions/<identifier>")
def name_session(identifier: str) -> ResponseReturnValue:
    """Give a browser a name that its owner knows it by."""
    with archive().writing():
        signing_in.label(actor(), identifier, request.form.get("label", ""))
    flash(gettext("The name is kept."))
    return redirect(url_for("account.own", _anchor="sessions"), 303)


@bp.post("/account/sessions/<identifier>/end")
def end_session(identifier: str) -> ResponseReturnValue:
    """Sign one browser out."""
    with archive().writing():
        signing_in.end(actor(), identifier)
    flash(gettext("That browser is signed out."))
    return redirect(url_for("account.own", _anchor="sessions"), 303)


@bp.post("/account/sessions/end-others")
def end_others() -> ResponseReturnValue:
    """Sign every browser out but this one."""
    with archive().writing():
        count = signing_in.end_others(actor(), browser())
    flash(ngettext("%(num)s browser is signed out.", "%(num)s browsers are signed out.", count))
    return redirect(url_for("account.own", _anchor="sessions"), 303)


def _prove() -> None:
    """The password once more, before anything that keeps the account safe is changed."""
    try:
        accounts.prove(actor(), request.form.get("password", ""))
    except Invalid:
        with archive().writing():
            guessing.wrong("password", accounts.find(actor().identifier).email)
        raise


def _keep_app(secret: str) -> Sequence[str]:
    guessing.refuse_too_many("code", actor().identifier)
    with archive().writing():
        user = accounts.find(actor().identifier)
        fits = security.code_fits(user, secret, request.form.get("code", ""))
        if fits:
            securing.keep_app(actor(), secret)
            return [] if user.mf_recovery_codes else security.new_codes(user)
        guessing.wrong("code", actor().identifier)
    raise Invalid("This code is not right. Look whether the telephone's clock is, and try the next one.")


def _changed(verb: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        _prove()
        with archive().writing():
            verb()
    except Refusals as refusal:
        return _own(refusal)
    flash(done)
    return redirect(url_for("account.own"), 303)


def _own(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    user = accounts.find(actor().identifier)
    if user.has_second_factor:
        session.pop("one_step", None)
    page = render_template(
        "account/own.html",
        user=user,
        role=ROLES[user.role],
        ways=WAYS,
        sessions=signing_in.listed(actor()),
        this=browser(),
        message=str(refusal) if refusal else "",
        shortest=accounts.SHORTEST,
    )
    return page, refusal.status if refusal else 200


def _set_up(user: User, secret: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/app.html", **security.shown(user, secret), message=str(refusal) if refusal else ""
    )
    return _secret(page, refusal.status if refusal else 200)


def _ask_passkey(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/passkey.html",
        options=passkeys.to_make(accounts.find(actor().identifier)),
        name=request.form.get("name", ""),
        message=str(refusal) if refusal else "",
    )
    return page, refusal.status if refusal else 200


def _added(fresh: Sequence[str]) -> ResponseReturnValue:
    """A second step is there: show the recovery codes that came with it, or go back."""
    session.pop("one_step", None)
    if fresh:
        return _show_codes(fresh)
    flash(gettext("The second step is added."))
    return redirect(url_for("account.own"), 303)


def _show_codes(fresh: Sequence[str]) -> ResponseReturnValue:
    return _secret(render_template("account/codes.html", codes=fresh), 200)


def _secret(page: str, status: int) -> Response:
    """A page that no browser keeps: it shows what opens the account."""
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
