"""Signing in, by password and a second step or by passkey, and out."""

from datetime import datetime, timedelta

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import ArchiveError, Invalid, TooSoon
from app.models import Role, User, Way
from app.services import accounts, guessing, securing, signing_in
from app.web.account import bp, passkeys, security
from app.web.visitor import archive

HALF_WAY = timedelta(minutes=10)  # between the password and the second step
ASKED = (Role.LEAD_ARCHIVIST, Role.ADMINISTRATOR)  # whose account opens other people's


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; a wrong one is told without saying which."""
    if request.method == "GET":
        return _ask_password()
    try:
        actor = accounts.check(request.form.get("email", ""), request.form.get("password", ""))
    except Invalid as refusal:
        with archive().writing():
            guessing.wrong("password", request.form.get("email", "").strip().lower())
        return _ask_password(refusal)
    except TooSoon as refusal:
        return _ask_password(refusal)
    user, onward = accounts.find(actor.identifier), request.form.get("next", "")
    if not user.has_second_factor:
        return enter(user, Way.PASSWORD, onward)
    _forget()
    session["half_way"] = {"user": user.fs_uniquifier, "at": clock.now().isoformat(), "next": onward}
    return redirect(url_for("account.second"), 303)


@bp.post("/sign-in/passkey")
def passkey_in() -> ResponseReturnValue:
    """Sign in with a passkey alone: the device has made sure who holds it."""
    try:
        passkey, count = passkeys.shown(request.form.get("credential", ""))
    except Invalid as refusal:
        return _ask_password(refusal)
    with archive().writing():
        securing.used_passkey(passkey.credential_id, count)
    return enter(passkey.user, Way.PASSKEY, request.form.get("next", ""))


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
def second() -> ResponseReturnValue:
    """After the password: a code, a recovery code, or a passkey."""
    user = _half_way()
    if user is None:
        return redirect(url_for("account.sign_in"), 303)
    if request.method == "GET":
        return _ask_second(user)
    onward = session["half_way"]["next"]
    try:
        way = _by_passkey(user) if request.form.get("credential") else _by_code(user)
    except (Invalid, TooSoon) as refusal:
        return _ask_second(user, refusal)
    return enter(user, way, onward)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Forget who it was."""
    _forget()
    return redirect(url_for("public.home"), 303)


def enter(user: User, way: Way, onward: str) -> ResponseReturnValue:
    """Sign this browser in, under a value it never held before, and lead on."""
    _forget()
    with archive().writing():
        session["sign_in"] = signing_in.begin(user, way)
        guessing.right("password", user.email)
        guessing.right("code", user.identifier)
        takes_more = accounts.find(user.identifier).has_second_factor
    is_staff = accounts.actor_of(user).audience == "staff"
    if archive().settings.demonstration or takes_more or not is_staff:
        return redirect(local(onward), 303)
    session["one_step"] = True  # every page reminds of it
    if user.role in ASKED:
        return redirect(url_for("account.advice", next=local(onward)), 303)
    return redirect(local(onward), 303)


def local(address: str) -> str:
    """The address when it is a path of this archive, else the first page: nobody is sent elsewhere."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside else url_for("public.home")


def _forget() -> None:
    """Nothing that the cookie held before goes on: whoever planted it holds nothing."""
    if word := session.get("sign_in"):
        with archive().writing():
            signing_in.leave(word)
    session.clear()


def _half_way() -> User | None:
    """Whose password was given here a short while ago, unless it has changed since."""
    held = session.get("half_way")
    if not held or clock.now() - datetime.fromisoformat(held["at"]) > HALF_WAY:
        return None
    user: User | None = current_app.extensions["security"].datastore.find_user(fs_uniquifier=held["user"])
    return user if user and user.is_active else None


def _by_code(user: User) -> Way:
    guessing.refuse_too_many("code", user.identifier)
    with archive().writing():
        way = security.way_in(accounts.find(user.identifier), request.form.get("code", ""))
        if way is None:
            guessing.wrong("code", user.identifier)
    if way is None:
        raise Invalid("This code is not right, or was used already.")
    return way


def _by_passkey(user: User) -> Way:
    passkey, count = passkeys.shown(request.form["credential"], user)
    with archive().writing():
        securing.used_passkey(passkey.credential_id, count)
    return Way.PASSKEY


def _ask_password(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/sign_in.html",
        message=str(refusal) if refusal else "",
        next=request.values.get("next", ""),
        options=passkeys.to_show(),
    )
    return page, refusal.status if refusal else 200


def _ask_second(user: User, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/second.html",
        message=str(refusal) if refusal else "",
        has_app=bool(user.tf_totp_secret),
        has_codes=bool(user.mf_recovery_codes),
        options=passkeys.to_show(user) if user.webauthn else "",
    )
    return page, refusal.status if refusal else 200
