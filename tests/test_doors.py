"""Every door is in the policy table, and what is hidden answers as what does not exist."""

from app.policy import DOORS
from tests.conftest import post, testimony


def test_every_route_is_declared(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes == set(DOORS)


def test_a_route_that_is_not_declared_does_not_exist(app, client):
    app.add_url_rule("/planted", "planted", lambda: "open to all")
    assert client.get("/planted").status_code == 404


def test_strangers_are_sent_to_sign_in_and_readers_see_no_workbench(client, sign_in, keep):
    identifier = keep(testimony("a", "We left at dusk."))
    address = f"/workbench/testimonies/{identifier}/link?first=0"
    assert client.get(address).headers["Location"].startswith("/sign-in")
    assert sign_in("reader").get(address).status_code == 404
    assert sign_in("archivist").get(address).status_code == 200


def test_a_closed_testimony_answers_byte_for_byte_as_a_random_address(client, keep):
    hidden = keep(testimony("a", "Nobody may read this.", access="closed"))
    for kind in ("testimonies", "people", "places", "events", "claims", "questions", "sources", "media"):
        there, nowhere = client.get(f"/{kind}/{hidden}"), client.get(f"/{kind}/0123456789ab")
        assert (there.status_code, there.data) == (404, nowhere.data)
    assert client.get(f"/testimonies/{hidden}.json").data == client.get("/testimonies/0123456789ab.json").data


def test_a_role_taken_away_counts_at_the_next_request(archive, sign_in, keep):
    from sqlalchemy import update

    from app.models import Role, User

    identifier = keep(testimony("a", "For the archivists.", access="closed"))
    visitor = sign_in("archivist")
    assert visitor.get(f"/testimonies/{identifier}").status_code == 200
    with archive.writing() as session:
        session.execute(update(User).values(role=Role.READER))
    assert visitor.get(f"/testimonies/{identifier}").status_code == 404


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client, sign_in):
    sign_in("archivist")
    wrong = post(client, "/sign-in", "/sign-in", email="archivist@example.org", password="something else")
    unknown = post(client, "/sign-in", "/sign-in", email="nobody@example.org", password="something else")
    assert wrong.status_code == unknown.status_code == 422
    assert "The address or the password is not right." in wrong.text
    assert client.get("/workbench/testimonies/x/link").status_code == 302


def test_a_change_without_its_token_is_refused(sign_in, keep):
    identifier = keep(testimony("a", "We left at dusk."))
    answer = sign_in("archivist").post(f"/workbench/testimonies/{identifier}/link", data={"first": 0})
    assert answer.status_code == 400


def test_a_host_that_is_not_ours_is_refused(new_home):
    from dataclasses import replace

    from app import create_app

    app = create_app(replace(new_home("hosted"), trusted_hosts=("archive.example.org",)))
    visitor = app.test_client()
    assert visitor.get("/", headers={"Host": "archive.example.org"}).status_code == 200
    assert visitor.get("/", headers={"Host": "evil.example.org"}).status_code == 400
    app.extensions["archive"].close()


def test_signing_in_never_leads_elsewhere(app, archive):
    from app.cli.base import OPERATOR
    from app.services import accounts

    with archive.writing():
        accounts.add("a@example.org", "archivist", "a long enough password", OPERATOR)
    for elsewhere in ("https://evil.example.org", "//evil.example.org", "/\\evil.example.org"):
        answer = post(
            app.test_client(),
            "/sign-in",
            "/sign-in",
            email="a@example.org",
            password="a long enough password",
            next=elsewhere,
        )
        assert answer.headers["Location"] == "/"


def test_a_forged_host_stands_in_no_address(new_home):
    from dataclasses import replace

    from app import create_app

    app = create_app(replace(new_home("addressed"), base_url="https://archive.example.org"))
    visitor = app.test_client()
    for page in ("/", "/feed.atom", "/sitemap.xml", "/robots.txt", "/about", "/language?to=az"):
        answer = visitor.get(page, headers={"Host": "evil.example.org"})
        assert "evil.example.org" not in answer.text + str(answer.headers)
    assert "https://archive.example.org/sitemap.xml" in visitor.get("/robots.txt").text
    app.extensions["archive"].close()
