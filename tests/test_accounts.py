"""Accounts through their doors: guesses, second steps, sessions, invitations, and who manages users."""

import re
import time
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import func, select, update

from app import clock
from app.cli import cli
from app.cli.base import OPERATOR
from app.errors import Invalid
from app.models import AuditEntry, Guess, Invitation, Role, SignIn, User
from app.services import accounts, inviting, signing_in
from tests.conftest import PASSWORD, post

OTHER = "four unlikely words here"


def enter(app, email: str, password: str = PASSWORD, visitor=None, **more):
    """A browser in front of the sign-in form; and what it was answered."""
    visitor = visitor or app.test_client()
    return visitor, post(visitor, "/sign-in", "/sign-in", email=email, password=password, **more)


def is_in(visitor) -> bool:
    return visitor.get("/account").status_code == 200


def code_of(key: bytes, away: int = 0) -> str:
    """The code of an app: of now, or some half minutes away."""
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()) + 30 * away).decode()


def set_up_app(visitor) -> tuple[bytes, list[str]]:
    """Add an authenticator app through the page; returns its secret and the recovery codes shown."""
    import base64

    page = visitor.get("/account/app").text
    address = unescape(re.search(r'href="(otpauth:[^"]+)"', page)[1])
    letters = parse_qs(urlsplit(address).query)["secret"][0]
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    # With the code of now, so that the tests can go on with the next: half a minute early is early enough.
    fields = {"csrf_token": token, "password": PASSWORD, "code": code_of(key)}
    answer = visitor.post("/account/app", data=fields)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return key, re.findall(r"<code>([0-9a-f-]{14})</code>", answer.text)


def trail(archive) -> list[tuple[str, dict]]:
    with archive.reading() as session:
        rows = session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id))
        return [(action, details) for action, details in rows]


def changed(archive, identifier_or_email: str) -> User:
    with archive.reading() as session:
        return session.scalar(select(User).filter_by(email=identifier_or_email))


# Guessing


def test_after_ten_wrong_passwords_even_the_right_one_must_wait_a_minute(app, sign_in, archive):
    sign_in("archivist")
    visitor = app.test_client()
    for _ in range(10):
        assert enter(app, "archivist@example.org", "not this one", visitor)[1].status_code == 422
    _, answer = enter(app, "archivist@example.org", PASSWORD, visitor)
    assert answer.status_code == 429
    assert "Wait a minute and try again." in answer.text
    assert not is_in(visitor)
    with clock.showing(clock.now() + timedelta(seconds=61)):
        assert enter(app, "archivist@example.org", PASSWORD, visitor)[1].status_code == 303
    with archive.reading() as session:
        assert session.scalars(select(Guess)).all() == []  # the right one wipes the slate


def test_another_account_is_not_slowed_and_an_unknown_address_is_slowed_alike(app, sign_in):
    sign_in("archivist")
    sign_in("reader")
    said = set()
    for email in ("archivist@example.org", "nobody@example.org"):
        answers = [enter(app, email, "not this one")[1] for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        said.add(re.sub(r'(value|data-options|nonce)="[^"]*"', "", answers[-1].text))
    assert len(said) == 1
    assert enter(app, "reader@example.org")[1].status_code == 303


def test_a_password_of_nobody_is_tried_with_as_much_effort(archive, monkeypatch):
    """Counted, since times may not be asserted: one hash of today's parameters, which no password fits."""
    tried: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, kept, password):
            assert not self.check_needs_rehash(kept)
            tried.append(kept)
            return super().verify(kept, password)

    monkeypatch.setattr(accounts, "HASHER", Counting(time_cost=2, memory_cost=16, parallelism=1))
    with archive.writing():
        accounts.add("known@example.org", "reader", PASSWORD, OPERATOR)
    for email in ("known@example.org", "nobody@example.org"):
        with archive.reading(), pytest.raises(Invalid, match="The address or the password is not right"):
            accounts.check(email, "not this one")
    assert len(tried) == 2


def test_waiting_grows_to_five_minutes_and_no_further(archive):
    with archive.writing():
        from app.errors import TooSoon
        from app.services import guessing

        moment = clock.now()
        with clock.showing(moment):
            for _ in range(30):
                guessing.wrong("password", "a@example.org")
            with pytest.raises(TooSoon, match="Wait 5 minutes"):
                guessing.refuse_too_many("password", "a@example.org")
        with clock.showing(moment + timedelta(minutes=5)):
            guessing.refuse_too_many("password", "a@example.org")


def test_wrong_guesses_name_nobody_in_the_database_and_are_not_in_the_trail(app, archive, settings):
    before = trail(archive)
    enter(app, "somebody.known@example.org", "not this one")
    with archive.reading() as session:
        assert session.scalar(select(func.count()).select_from(Guess)) == 1
    assert trail(archive) == before
    files = [*settings.home.glob("archive.sqlite*")]
    assert files
    assert not any(b"somebody.known" in path.read_bytes() for path in files)


# The second step


def test_with_an_app_the_password_alone_opens_nothing_and_no_code_opens_twice(app, sign_in):
    visitor = sign_in("archivist")
    key, _ = set_up_app(visitor)
    other, answer = enter(app, "archivist@example.org", next="/about")
    assert answer.headers["Location"] == "/sign-in/second-step"
    assert not is_in(other)
    code = code_of(key, 1)
    wrong = post(other, "/sign-in/second-step", "/sign-in/second-step", code="000000")
    assert wrong.status_code == 422
    right = post(other, "/sign-in/second-step", "/sign-in/second-step", code=f"{code[:3]} {code[3:]}")
    assert (right.status_code, right.headers["Location"]) == (303, "/about")
    assert is_in(other)
    third, _ = enter(app, "archivist@example.org")
    again = post(third, "/sign-in/second-step", "/sign-in/second-step", code=code)
    assert again.status_code == 422
    assert not is_in(third)


def test_a_recovery_code_opens_once_however_it_is_written(app, sign_in):
    _, codes = set_up_app(sign_in("archivist"))
    assert len(set(codes)) == 8
    for said, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        visitor, _ = enter(app, "archivist@example.org")
        answer = post(visitor, "/sign-in/second-step", "/sign-in/second-step", code=said)
        assert answer.status_code == status
        assert is_in(visitor) is (status == 303)


def test_codes_cannot_be_guessed_on_and_on(app, sign_in):
    key, _ = set_up_app(sign_in("archivist"))
    visitor, _ = enter(app, "archivist@example.org")
    for _ in range(10):
        assert post(visitor, "/sign-in/second-step", "/sign-in/second-step", code="x").status_code == 422
    answer = post(visitor, "/sign-in/second-step", "/sign-in/second-step", code=code_of(key, 1))
    assert answer.status_code == 429
    assert not is_in(visitor)


def test_half_way_ends_after_ten_minutes_and_with_another_password(app, sign_in):
    first = sign_in("archivist")
    key, _ = set_up_app(first)
    visitor, _ = enter(app, "archivist@example.org")
    with clock.showing(clock.now() + timedelta(minutes=11)):
        assert visitor.get("/sign-in/second-step").headers["Location"] == "/sign-in"
    assert visitor.get("/sign-in/second-step").status_code == 200
    post(first, "/account", "/account/password", password=PASSWORD, new=OTHER)
    answer = visitor.post("/sign-in/second-step", data={"code": code_of(key, 1)})
    assert answer.status_code in (302, 303, 400)
    assert visitor.get("/sign-in/second-step").headers["Location"] == "/sign-in"


def test_no_secret_and_no_recovery_code_is_readable_in_database_or_cookie(sign_in, settings, archive):
    import base64
    import zlib

    visitor = sign_in("archivist")
    visitor.get("/account/app")
    cookie = visitor.get_cookie("session").value
    body = cookie.lstrip(".").split(".")[0]
    plain = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    plain = zlib.decompress(plain) if cookie.startswith(".") else plain
    key, codes = set_up_app(visitor)
    letters = base64.b32encode(key).rstrip(b"=")
    bytes_kept = b"".join(path.read_bytes() for path in settings.home.glob("archive.sqlite*"))
    assert b"tf_totp_secret" in bytes_kept
    assert b"enckey" in plain  # the secret is there, and encrypted
    for told in (key, letters, letters.lower(), key.hex().encode(), *(code.encode() for code in codes)):
        assert told not in bytes_kept
    user = changed(archive, "archivist@example.org")
    assert '"enckey"' in user.tf_totp_secret
    assert len(user.mf_recovery_codes) == 8


def test_the_last_second_step_takes_the_recovery_codes_with_it(app, sign_in, archive):
    visitor = sign_in("archivist")
    _, codes = set_up_app(visitor)
    wrong = post(visitor, "/account", "/account/app/remove", password="not this one")
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    assert changed(archive, "archivist@example.org").tf_totp_secret
    assert post(visitor, "/account", "/account/app/remove", password=PASSWORD).status_code == 303
    user = changed(archive, "archivist@example.org")
    assert (user.tf_totp_secret, user.mf_recovery_codes) == (None, [])
    assert enter(app, "archivist@example.org")[1].headers["Location"] == "/"
    told = [action for action, _ in trail(archive)]
    assert told[-3:] == ["user.add_factor", "user.add_factor", "user.remove_factor"]
    assert not any(code in str(trail(archive)) for code in codes)


def test_a_wrong_code_or_password_adds_no_app(sign_in, archive):
    visitor = sign_in("archivist")
    for fields in ({"code": "000000", "password": PASSWORD}, {"code": "000000", "password": "no"}):
        answer = post(visitor, "/account/app", "/account/app", **fields)
        assert answer.status_code == 422
    assert changed(archive, "archivist@example.org").tf_totp_secret is None


def test_a_passkey_that_nobody_was_asked_for_proves_nothing(app, sign_in):
    visitor = sign_in("archivist")
    for credential in ("", "{}", "[]", '{"id": 1}', "no json", '{"id":"a","rawId":"YQ","type":"public-key"}'):
        answer = post(app.test_client(), "/sign-in", "/sign-in/passkey", credential=credential)
        assert answer.status_code == 422
        fields = {"credential": credential, "password": PASSWORD, "name": "mine"}
        assert post(visitor, "/account/passkey", "/account/passkey", **fields).status_code == 422


def test_only_who_may_open_other_accounts_is_asked_to_add_a_second_step(app, sign_in, archive):
    for role, asked in (("archivist", False), ("lead_archivist", True), ("administrator", True)):
        sign_in(role)
        visitor, answer = enter(app, f"{role}@example.org", next="/about")
        assert answer.headers["Location"].startswith("/account/advice") is asked
        assert "add a second step" in visitor.get("/about").text
        if asked:
            assert 'href="/about"' in visitor.get(answer.headers["Location"]).text
    sign_in("reader")
    visitor, answer = enter(app, "reader@example.org")
    assert answer.headers["Location"] == "/"
    assert "add a second step" not in visitor.get("/about").text


# Where one is signed in


def test_a_browser_signed_out_elsewhere_is_out_at_its_next_request(app, sign_in, archive):
    here = sign_in("archivist")
    there, _ = enter(app, "archivist@example.org")
    with archive.reading() as session:
        newest = session.scalars(select(SignIn.identifier).order_by(SignIn.id)).all()[-1]
    assert post(here, "/account", f"/account/sessions/{newest}/end").status_code == 303
    assert there.get("/account").headers["Location"].startswith("/sign-in")
    assert is_in(here)
    assert trail(archive)[-1] == ("session.end", {"count": 1})


def test_all_others_are_ended_at_once_and_a_password_ends_them_too(app, sign_in):
    here = sign_in("archivist")
    others = [enter(app, "archivist@example.org")[0] for _ in range(3)]
    post(here, "/account", "/account/sessions/end-others")
    assert [is_in(one) for one in (here, *others)] == [True, False, False, False]
    there, _ = enter(app, "archivist@example.org")
    assert post(here, "/account", "/account/password", password=PASSWORD, new=OTHER).status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)
    assert enter(app, "archivist@example.org", PASSWORD)[1].status_code == 422
    assert enter(app, "archivist@example.org", OTHER)[1].status_code == 303


def test_nobody_ends_or_names_the_browser_of_somebody_else(sign_in, archive):
    mine, theirs = sign_in("archivist"), sign_in("reader")
    with archive.reading() as session:
        first = session.scalars(select(SignIn.identifier).order_by(SignIn.id)).first()
    for what in ("", "/end"):
        assert post(theirs, "/account", f"/account/sessions/{first}{what}", label="x").status_code == 404
    assert is_in(mine)


def test_a_name_is_kept_and_nothing_of_the_browser(sign_in, archive):
    visitor = sign_in("archivist")
    visitor.environ_base |= {"HTTP_USER_AGENT": "Peculiar/1.0", "REMOTE_ADDR": "203.0.113.9"}
    with archive.reading() as session:
        identifier = session.scalar(select(SignIn.identifier))
    post(visitor, "/account", f"/account/sessions/{identifier}", label=" the office computer ")
    assert "the office computer" in visitor.get("/account").text
    home = archive.settings.home
    bytes_kept = b"".join(path.read_bytes() for path in home.glob("archive.sqlite*"))
    assert b"the office computer" in bytes_kept
    assert b"Peculiar" not in bytes_kept
    assert b"203.0.113.9" not in bytes_kept


def test_a_browser_unused_for_thirty_days_is_out_and_one_that_is_used_stays(app, sign_in, archive):
    away, used = sign_in("archivist"), enter(app, "archivist@example.org")[0]
    day = clock.now()
    for days in (20, 40):
        with clock.showing(day + timedelta(days=days)):
            assert is_in(used)
    with clock.showing(day + timedelta(days=40)):
        assert not is_in(away)
        with archive.reading() as session:
            last = session.scalars(select(SignIn.last_used_on).order_by(SignIn.id)).all()[-1]
        assert last == clock.today()


def test_signing_out_ends_it_for_a_copied_cookie_too(sign_in, app):
    visitor = sign_in("archivist")
    copied = visitor.get_cookie("session").value
    post(visitor, "/account", "/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert not is_in(thief)


def test_what_a_browser_held_before_signing_in_holds_nothing_after(app, sign_in, archive):
    sign_in("archivist")
    visitor = app.test_client()
    visitor.get("/sign-in")
    planted = visitor.get_cookie("session").value
    with visitor.session_transaction() as held:
        held["planted"], token = "by somebody", held["csrf_token"]
    _, answer = enter(app, "archivist@example.org", visitor=visitor)
    assert answer.status_code == 303
    with visitor.session_transaction() as held:
        assert "planted" not in held
        assert held.get("csrf_token") != token
        word = held["sign_in"]
    other = app.test_client()
    other.set_cookie("session", planted)
    assert not is_in(other)
    with archive.reading() as session:
        assert word not in session.scalars(select(SignIn.digest)).all()


def test_signing_in_as_somebody_else_ends_what_was(app, sign_in, archive):
    visitor = sign_in("archivist")
    sign_in("reader")
    enter(app, "reader@example.org", visitor=visitor)
    with archive.reading() as session:
        owners = session.scalars(select(User.email).join(SignIn, SignIn.user_id == User.id)).all()
    assert owners == ["reader@example.org", "reader@example.org"]


def test_every_change_of_an_account_needs_its_token(app, sign_in):
    visitor = sign_in("administrator")
    rules = [r for r in app.url_map.iter_rules() if "POST" in r.methods and r.endpoint.startswith("account.")]
    assert len(rules) > 10
    for rule in rules:
        address = re.sub("<[^>]+>", "0123456789ab", rule.rule)
        assert visitor.post(address, data={"password": PASSWORD}).status_code == 400, address
    assert is_in(visitor)


def test_a_stranger_is_led_to_sign_in_from_every_page_of_an_account(client):
    for address in ("/account", "/account/app", "/account/passkey", "/workbench/users"):
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
    assert client.get("/sign-in/second-step").headers["Location"] == "/sign-in"


def test_the_advice_leads_nowhere_else(sign_in):
    page = sign_in("administrator").get("/account/advice?next=//evil.example.org").text
    assert "evil" not in page.partition("<main")[2].partition("</main>")[0]


# Passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "A password has at least 12 characters."),
        ("aaaaaaaaaaaabbbb", "the same few characters"),
        ("archivist@example.org", "little more than your name"),
        ("Archivist2024!", "little more than your name"),
        ("x" * 501, "at most 500"),
    ],
)
def test_a_password_that_is_none_is_refused_with_why(sign_in, password, why):
    visitor = sign_in("archivist")
    answer = post(visitor, "/account", "/account/password", password=PASSWORD, new=password)
    assert answer.status_code == 422
    assert why in answer.text
    assert f'value="{password}' not in answer.text  # never shown again


def test_a_password_is_the_same_however_a_keyboard_writes_it(app, archive):
    with archive.writing():
        accounts.add("a@example.org", "reader", "Ünlü bir şifre daha", OPERATOR)
    decomposed = "U\u0308nlu\u0308 bir s\u0327ifre daha"
    assert decomposed != "Ünlü bir şifre daha"
    assert enter(app, "a@example.org", decomposed)[1].status_code == 303


# Invitations


def invited(visitor, **fields) -> str:
    """Invite through the page; returns the path of the link it shows."""
    answer = post(visitor, "/workbench/users", "/workbench/users/invite", **fields)
    assert answer.status_code == 200, answer.text
    return urlsplit(re.search(r">(http[^<]+/join/[^<]+)<", answer.text)[1]).path


def test_an_invitation_opens_an_account_once(app, sign_in, archive, settings):
    link = invited(sign_in("administrator"), email="New@Example.org", name="Nina New", role="archivist")
    guest = app.test_client()
    page = guest.get(link)
    assert "new@example.org" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert post(guest, link, link, password=OTHER, again="something else").status_code == 422
    assert post(guest, link, link, password="Nina New 12", again="Nina New 12").status_code == 422
    answer = post(guest, link, link, password=OTHER, again=OTHER, name="Nina N.")
    assert answer.status_code == 303
    assert "Nina N." in guest.get("/account").text
    assert app.test_client().get(link).status_code == 410
    second = post(app.test_client(), "/sign-in", link, password=PASSWORD, again=PASSWORD)
    assert second.status_code == 410
    assert enter(app, "new@example.org", OTHER)[1].status_code == 303
    assert [action for action, _ in trail(archive)][-2:] == ["user.invite", "user.accept_invitation"]
    word = link.rpartition("/")[2].encode()
    assert not any(word in path.read_bytes() for path in settings.home.glob("archive.sqlite*"))


def test_an_invitation_is_good_for_a_week_and_the_newest_counts(app, archive, client):
    with archive.writing():
        first = inviting.invite("a@example.org", "", "reader", OPERATOR)
        second = inviting.invite("a@example.org", "", "reader", OPERATOR)
    assert [client.get(f"/join/{word}").status_code for word in (first, second)] == [410, 200]
    with clock.showing(clock.now() + timedelta(days=6, hours=23)):
        assert client.get(f"/join/{second}").status_code == 200
    with clock.showing(clock.now() + timedelta(days=7)):
        gone, never = client.get(f"/join/{second}"), client.get("/join/never-was")
        assert (gone.status_code, never.status_code) == (410, 410)


def test_an_invitation_taken_back_opens_nothing(app, sign_in, archive, client):
    administrator = sign_in("administrator")
    link = invited(administrator, email="a@example.org", name="", role="reader")
    with archive.reading() as session:
        identifier = session.scalar(select(Invitation.identifier))
    to = f"/workbench/users/invitations/{identifier}/take-back"
    assert post(administrator, "/workbench/users", to).status_code == 303
    assert client.get(link).status_code == 410
    assert link not in administrator.get("/workbench/users").text


def test_a_lead_invites_archivists_and_nobody_above_and_sees_no_users(sign_in, archive):
    lead = sign_in("lead_archivist")
    sign_in("administrator")
    for role in ("lead_archivist", "administrator"):
        fields = {"email": "x@example.org", "name": "", "role": role}
        answer = post(lead, "/workbench/users", "/workbench/users/invite", **fields)
        assert answer.status_code == 403
    with archive.writing():
        inviting.invite("above@example.org", "", "administrator", OPERATOR)
    page = lead.get("/workbench/users").text
    assert "above@example.org" not in page
    assert "administrator@example.org" not in page
    fields = {"email": "above@example.org", "name": "", "role": "reader"}  # would take the other's place
    assert post(lead, "/workbench/users", "/workbench/users/invite", **fields).status_code == 403
    assert invited(lead, email="x@example.org", name="", role="archivist")
    with archive.reading() as session:
        user = session.scalar(select(User).filter_by(email="lead_archivist@example.org"))
    for what in ("role", "deactivate", "reactivate", "reset"):
        to = f"/workbench/users/{user.identifier}/{what}"
        assert post(lead, "/workbench/users", to, role="administrator", version=1).status_code == 404
    assert sign_in("archivist").get("/workbench/users").status_code == 404


def test_a_new_password_by_link_ends_everything_and_can_take_the_second_step_along(app, sign_in, archive):
    administrator, visitor = sign_in("administrator"), sign_in("archivist")
    set_up_app(visitor)
    user = changed(archive, "archivist@example.org")
    to = f"/workbench/users/{user.identifier}/reset"
    for frees in ({}, {"frees": "1"}):
        page = post(administrator, "/workbench/users", to, **frees).text
        link = urlsplit(re.search(r">(http[^<]+/join/[^<]+)<", page)[1]).path
        guest = app.test_client()
        answer = post(guest, link, link, password=OTHER, again=OTHER)
        assert answer.status_code == 303
        assert is_in(guest) is bool(frees)  # with a second step left, the link alone opens nothing
        assert not is_in(visitor)
        assert bool(changed(archive, "archivist@example.org").tf_totp_secret) is not bool(frees)
    assert enter(app, "archivist@example.org", OTHER)[1].headers["Location"] == "/"


def test_whoever_is_closed_by_another_hand_is_out_at_the_next_request(sign_in, archive):
    visitor = sign_in("archivist")
    assert is_in(visitor)
    with archive.writing() as session:
        session.execute(update(User).values(is_active=False))
    assert not is_in(visitor)


# Users


def test_the_last_administrator_stays_one(app, sign_in, archive):
    administrator = sign_in("administrator")
    user = changed(archive, "administrator@example.org")
    base = f"/workbench/users/{user.identifier}"
    fields = {"role": "reader", "version": user.version, "was_role": "administrator"}
    for to, more in ((f"{base}/role", fields), (f"{base}/deactivate", {})):
        answer = post(administrator, "/workbench/users", to, **more)
        assert answer.status_code == 409
        assert "This is the last administrator." in answer.text
    with archive.writing():
        accounts.add("second@example.org", "administrator", PASSWORD, OPERATOR)
    assert post(administrator, "/workbench/users", f"{base}/deactivate").status_code == 303
    assert not is_in(administrator)
    assert enter(app, "administrator@example.org")[1].status_code == 422


def test_a_role_given_counts_at_the_next_request_and_ends_nothing(sign_in, archive):
    administrator, visitor = sign_in("administrator"), sign_in("archivist")
    user = changed(archive, "archivist@example.org")
    fields = {"role": "reader", "version": user.version, "was_role": "archivist"}
    assert visitor.get("/workbench/accounts").status_code == 200
    to = f"/workbench/users/{user.identifier}/role"
    assert post(administrator, "/workbench/users", to, **fields).status_code == 303
    assert visitor.get("/workbench/accounts").status_code == 404
    assert is_in(visitor)
    assert trail(archive)[-1] == ("user.set_role", {"before": "archivist", "after": "reader"})


def test_two_who_change_a_role_at_once_lose_nothing(sign_in, archive):
    administrator = sign_in("administrator")
    sign_in("archivist")
    user = changed(archive, "archivist@example.org")
    to = f"/workbench/users/{user.identifier}/role"
    read = {"version": user.version, "was_role": "archivist"}
    assert post(administrator, "/workbench/users", to, role="reader", **read).status_code == 303
    late = post(administrator, "/workbench/users", to, role="lead_archivist", **read)
    assert late.status_code == 409
    assert changed(archive, "archivist@example.org").role is Role.READER
    assert "lead_archivist" in late.text


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(app, sign_in, archive):
    administrator, visitor = sign_in("administrator"), sign_in("archivist")
    user = changed(archive, "archivist@example.org")
    base = f"/workbench/users/{user.identifier}"
    assert post(administrator, "/workbench/users", f"{base}/deactivate").status_code == 303
    assert not is_in(visitor)
    assert enter(app, "archivist@example.org")[1].status_code == 422
    assert post(administrator, "/workbench/users", f"{base}/reset").status_code == 409
    assert post(administrator, "/workbench/users", f"{base}/reactivate").status_code == 303
    assert enter(app, "archivist@example.org")[1].status_code == 303
    actions = [action for action, _ in trail(archive)]
    assert actions[-2:] == ["user.deactivate", "user.reactivate"]


def test_users_are_found_and_listed_with_what_an_administrator_needs(sign_in, archive):
    administrator = sign_in("administrator")
    set_up_app(sign_in("archivist"))
    with archive.writing():
        for number in range(60):
            accounts.make(f"u{number}@example.org", f"User {number:02}", Role.READER, PASSWORD)
    page = administrator.get("/workbench/users?q=archivist").text
    assert "second step: yes" in page
    assert "administrator@example.org" not in page.partition("<main")[2]
    assert "Page 1 of 2" in administrator.get("/workbench/users").text
    assert "User 59" in administrator.get("/workbench/users?page=2").text


# The command line


def test_accounts_from_the_command_line(archive, settings, client):
    environment = {"ARCHIVE_HOME": str(settings.home), "BASE_URL": "https://archive.example.org"}

    def run(*words: str):
        return CliRunner().invoke(cli, ["user", *words], env=environment)

    made = run("invite", "a@example.org", "--role", "administrator", "--name", "Ada")
    assert made.exit_code == 0, made.output
    link = made.output.splitlines()[0]
    assert link.startswith("https://archive.example.org/join/")
    path = urlsplit(link).path
    assert post(client, path, path, password=OTHER, again=OTHER).status_code == 303
    assert "a@example.org\tadministrator\tpassword only\tsigned in in 1" in run("list").output
    reset = run("reset", "a@example.org")
    assert reset.output.startswith("https://archive.example.org/join/")
    assert run("deactivate", "a@example.org").exit_code == 1  # the last administrator
    assert run("add", "b@example.org", "--role", "administrator", "--password", PASSWORD).exit_code == 0
    assert run("deactivate", "a@example.org").exit_code == 0
    assert "a@example.org\tclosed" in run("list").output
    assert not is_in(client)
    with archive.reading():
        assert signing_in.counts() == {}
