"""What a session may do at the API, and how long."""

from dataclasses import replace

import pytest

from tests.examples import HOUR, MINUTE
from tests.functions.session.browser import (
    HTTP,
    HTTPS,
    Browser,
    only_session,
    person,
    signed_in,
)
from tocsin.domain.configuration import Configured
from tocsin.domain.people import Role, User
from tocsin.domain.session import USE_RESOLUTION


@pytest.fixture
def browser() -> Browser:
    return Browser()


def as_role(browser: Browser, role: Role) -> Browser:
    return signed_in(browser, person(browser.world, role=role))


def stored(browser: Browser, name: str = "alice") -> Configured[User]:
    return browser.world.users.get(name)


def changed(browser: Browser, **changes: object) -> None:
    before = stored(browser)
    after = before.changed(replace(before.value, **changes))  # type: ignore[arg-type]
    browser.world.users.put(before, after, write_id=browser.world.new_write_id())


def test_me_says_who_is_signed_in(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    session = only_session(browser.world)

    me = browser.ask("GET", "/api/v1/me").data

    assert me["user"] == me["name"] == "alice"
    assert (me["key_id"], me["role"], me["time_zone"]) == (None, "responder", "Europe/Berlin")
    assert (me["team"], me["stage"], me["actor"]) == ("tocsin", "dev", "console:alice")
    assert me["scopes"] == [
        *("alerts:read", "alerts:write", "config:read", "incidents", "silences"),
    ]
    assert me["session"] == {
        "id": session.session_id,
        "door": "link",
        "created_at": "2026-03-01T09:00:00.000Z",
        "expires_at": "2026-03-01T21:00:00.000Z",
        "ends_at": "2026-03-08T09:00:00.000Z",
    }


def test_me_of_a_key_has_no_role_and_no_session(browser: Browser) -> None:
    person(browser.world)
    client = browser.api.with_key("alerts")

    me = client.get("/api/v1/me").data

    assert (me["role"], me["session"], me["time_zone"]) == (None, None, "Europe/Berlin")
    assert me["key_id"] == "key-0"


def test_me_of_a_service_has_the_team_s_time_zone(browser: Browser) -> None:
    assert browser.api.with_key("alerts", user=None).get("/api/v1/me").data["time_zone"] == "UTC"


def test_a_person_acts_by_the_console(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    alert_id = browser.world.opened()

    acknowledged = browser.ask("POST", f"/api/v1/alerts/{alert_id}/ack", {}).data

    assert acknowledged["acknowledged_by"] == "alice"
    assert acknowledged["acknowledged_via"] == "console"


def test_a_key_without_a_person_acts_by_the_console_too(browser: Browser) -> None:
    browser.api.add_key("tocsin_ci", "alerts", user=None, key_id="01KCI")
    browser.sign_in("tocsin_ci")
    alert_id = browser.world.opened()

    acknowledged = browser.ask("POST", f"/api/v1/alerts/{alert_id}/ack", {}).data

    assert acknowledged["acknowledged_by"] == "key:01KCI"
    assert acknowledged["acknowledged_via"] == "console"
    timeline = browser.ask("GET", f"/api/v1/alerts/{alert_id}/timeline", query="format=markdown")
    assert "the key 01KCI" in timeline.text


READS = (
    *("alerts", "awake", "channels", "digests/x", "escalation-policies", "heartbeats"),
    *("incidents", "integrations", "keys", "maintenance-windows", "me", "on-call"),
    *("reachability", "routes", "schedules", "sessions", "settings", "silences", "storm", "users"),
)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("what", READS)
def test_each_role_reads_all(browser: Browser, role: Role, what: str) -> None:
    as_role(browser, role)

    status = browser.ask("GET", f"/api/v1/{what}").status

    assert status == (404 if what == "digests/x" else 200)


ACTING: tuple[tuple[str, str, object], ...] = (
    ("POST", "/api/v1/alerts/{id}/ack", {}),
    ("POST", "/api/v1/alerts/{id}/resolve", {}),
    ("POST", "/api/v1/alerts/{id}/notes", {"note": "looking"}),
    ("POST", "/api/v1/me/awake", {"for": "1h"}),
    ("PUT", "/api/v1/silences/quiet", {"match": ["name=x"], "duration": "1h", "reason": "x"}),
    ("POST", "/api/v1/incidents", {"title": "all is down"}),
)
CONFIGURING: tuple[tuple[str, str, object], ...] = (
    ("PUT", "/api/v1/users/bob", {"email": "bob@example.com"}),
    ("PUT", "/api/v1/channels/hook", {"type": "webhook", "url": "https://example.com"}),
    ("DELETE", "/api/v1/users/bob", None),
    ("PUT", "/api/v1/integrations/prod", {"type": "events"}),
)
ADMINISTERING = (("POST", "/api/v1/keys", {"name": "mine", "scopes": ["admin"]}),)


@pytest.mark.parametrize(
    ("role", "may_act", "may_configure"),
    [(Role.VIEWER, False, False), (Role.RESPONDER, True, False), (Role.ADMIN, True, True)],
)
def test_what_a_role_may_do(
    browser: Browser, role: Role, *, may_act: bool, may_configure: bool
) -> None:
    as_role(browser, role)
    alert_id = browser.world.opened()

    def is_allowed(method: str, path: str, body: object) -> bool:
        answer = browser.ask(method, path.replace("{id}", alert_id), body)
        assert answer.status not in {401, 404, 405}, answer.text
        return answer.status != 403

    assert {is_allowed(*each) for each in ACTING} == {may_act}
    assert {is_allowed(*each) for each in (*ADMINISTERING, *CONFIGURING)} == {may_configure}


def test_a_changed_role_counts_at_once(browser: Browser) -> None:
    as_role(browser, Role.VIEWER)
    alert_id = browser.world.opened()
    path = f"/api/v1/alerts/{alert_id}/ack"
    assert browser.ask("POST", path, {}).status == 403

    changed(browser, role=Role.RESPONDER)
    assert browser.ask("POST", path, {}).status == 200

    changed(browser, role=Role.VIEWER)
    assert browser.ask("POST", f"/api/v1/alerts/{alert_id}/resolve", {}).status == 403


def test_a_removed_person_is_signed_out_at_once(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)

    browser.world.users.delete(stored(browser), write_id=browser.world.new_write_id())

    assert browser.ask("GET", "/api/v1/me").status == 401


def test_another_person_of_the_same_name_has_not_their_sessions(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    browser.world.users.delete(stored(browser), write_id=browser.world.new_write_id())
    browser.world.now += MINUTE

    person(browser.world, role=Role.ADMIN)

    assert browser.ask("GET", "/api/v1/me").status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://tocsin.example.com.evil.example"},
        {"origin": "http://tocsin.example.com"},
        {"origin": "null"},
        {"origin": ""},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": ""},
    ],
)
def test_a_page_of_another_site_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    as_role(browser, Role.ADMIN)
    alert_id = browser.world.opened()

    answer = browser.ask("POST", f"/api/v1/alerts/{alert_id}/ack", {}, **headers)

    assert (answer.status, answer.code) == (403, "foreign_origin")
    assert browser.ask("GET", f"/api/v1/alerts/{alert_id}").data["status"] == "firing"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_method_that_changes_something_is_left_out(browser: Browser, method: str) -> None:
    as_role(browser, Role.ADMIN)
    body: object = None if method == "DELETE" else {}

    answer = browser.ask(method, "/api/v1/users/alice", body, origin="https://evil.example")

    assert (answer.status, answer.code) == (403, "foreign_origin")


def test_reading_needs_no_origin(browser: Browser) -> None:
    as_role(browser, Role.VIEWER)

    assert browser.ask("GET", "/api/v1/alerts", origin="").status == 200
    assert browser.ask("HEAD", "/api/v1/alerts", origin="").status == 200


def test_a_key_in_the_headers_goes_before_the_cookie_and_needs_no_origin(browser: Browser) -> None:
    as_role(browser, Role.VIEWER)
    browser.api.add_key("tocsin_ci", "alerts", user=None, key_id="01KCI")
    alert_id = browser.world.opened()

    answer = browser.ask(
        *("POST", f"/api/v1/alerts/{alert_id}/ack", {}),
        origin="https://evil.example",
        authorization="Bearer tocsin_ci",
    )

    assert answer.data["acknowledged_via"] == "api"


def test_a_wrong_key_is_refused_although_there_is_a_cookie(browser: Browser) -> None:
    as_role(browser, Role.ADMIN)

    assert browser.ask("GET", "/api/v1/me", authorization="Bearer tocsin_guess").status == 401


@pytest.mark.parametrize("cookie", ["", "guess", "x" * 5_000, "ä"])
def test_an_unknown_cookie_is_nobody_s(browser: Browser, cookie: str) -> None:
    as_role(browser, Role.ADMIN)
    browser.cookies["__Host-tocsin"] = cookie

    answer = browser.ask("GET", "/api/v1/me")

    assert (answer.status, answer.code) == (401, "unauthorized")


def test_a_cookie_without_the_prefix_is_not_taken_where_the_address_is_https(
    browser: Browser,
) -> None:
    """A neighbouring host could have set it."""
    as_role(browser, Role.ADMIN)
    browser.cookies = {"tocsin": browser.own_cookie}

    assert browser.ask("GET", "/api/v1/me").status == 401


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_on_a_developer_s_machine_the_address_is_http(name: str) -> None:
    browser = Browser(public_url=HTTP)
    as_role(browser, Role.RESPONDER)
    alert_id = browser.world.opened()
    own = {"origin": f"http://{name}:8080", "host": f"{name}:8080"}

    assert browser.cookies.keys() == {"tocsin"}
    assert browser.ask("POST", f"/api/v1/alerts/{alert_id}/ack", {}, **own).status == 200


def test_a_host_that_only_says_it_is_ours_is_foreign() -> None:
    browser = Browser(public_url=HTTP)
    as_role(browser, Role.RESPONDER)
    alert_id = browser.world.opened()
    rebound = {"origin": "http://evil.example:8080", "host": "evil.example:8080"}

    assert browser.ask("POST", f"/api/v1/alerts/{alert_id}/ack", {}, **rebound).status == 403


def test_a_use_is_written_once_in_five_minutes(browser: Browser) -> None:
    as_role(browser, Role.VIEWER)
    opened_at = browser.world.now

    browser.world.now += USE_RESOLUTION - MINUTE
    browser.ask("GET", "/api/v1/me")
    assert only_session(browser.world).used_at == opened_at

    browser.world.now += MINUTE
    browser.ask("GET", "/api/v1/me")
    assert only_session(browser.world).used_at == browser.world.now


def test_sessions_are_one_s_own(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    phone = signed_in(browser.other(), stored(browser))
    bob = signed_in(browser.other(), person(browser.world, "bob", email="bob@example.com"))

    shown = browser.ask("GET", "/api/v1/sessions").json["data"]

    assert [(it["user"], it["is_this"]) for it in shown] == [("alice", False), ("alice", True)]
    assert len(phone.ask("GET", "/api/v1/sessions").json["data"]) == 2
    assert [it["user"] for it in bob.ask("GET", "/api/v1/sessions").json["data"]] == ["bob"]


def test_an_administrator_sees_and_ends_all(browser: Browser) -> None:
    as_role(browser, Role.ADMIN)
    bob = signed_in(browser.other(), person(browser.world, "bob", email="bob@example.com"))
    shown = browser.ask("GET", "/api/v1/sessions").json["data"]
    (bobs,) = [it["id"] for it in shown if it["user"] == "bob"]

    assert browser.ask("DELETE", f"/api/v1/sessions/{bobs}").status == 204

    assert bob.ask("GET", "/api/v1/me").status == 401
    assert browser.ask("GET", "/api/v1/me").status == 200


def test_a_session_ended_elsewhere_is_over_with_its_next_request(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    phone = signed_in(browser.other(), stored(browser))
    assert phone.ask("GET", "/api/v1/me").status == 200
    (other,) = [
        it["id"] for it in browser.ask("GET", "/api/v1/sessions").json["data"] if not it["is_this"]
    ]

    browser.ask("DELETE", f"/api/v1/sessions/{other}")

    assert phone.ask("GET", "/api/v1/me").status == 401


def test_other_people_s_sessions_look_like_none(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    bob = signed_in(browser.other(), person(browser.world, "bob", email="bob@example.com"))
    (bobs,) = [it["id"] for it in bob.ask("GET", "/api/v1/sessions").json["data"]]

    foreign = browser.ask("DELETE", f"/api/v1/sessions/{bobs}")
    unknown = browser.ask("DELETE", "/api/v1/sessions/01KNONE")

    assert foreign.json["error"]["message"] == unknown.json["error"]["message"]
    assert (foreign.status, foreign.code) == (404, "session_not_found")
    assert bob.ask("GET", "/api/v1/me").status == 200


def test_an_ended_session_is_not_listed_while_the_table_still_has_it(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    browser.world.now += 12 * HOUR
    signed_in(browser.other(), stored(browser))
    fresh = signed_in(browser.other(), stored(browser))

    assert len(browser.world.sessions.list()) == 3
    assert len(fresh.ask("GET", "/api/v1/sessions").json["data"]) == 2


def test_no_list_shows_what_a_cookie_could_be_made_of(browser: Browser) -> None:
    as_role(browser, Role.ADMIN)
    session = only_session(browser.world)

    shown = browser.ask("GET", "/api/v1/sessions").text + browser.ask("GET", "/api/v1/me").text

    assert session.secret_hash not in shown
    assert browser.own_cookie not in shown


def test_the_own_shift_is_taken_and_the_own_time_awake_begun(browser: Browser) -> None:
    """Routes that ask whose key it is are told who is signed in."""
    as_role(browser, Role.RESPONDER)
    person(browser.world, "bob", email="bob@example.com")
    admin = browser.api.with_key("config", user=None)
    weekly = {"rotation": "weekly", "handoff": "mon 09:00", "start": "2026-02-23"}
    layers = [{"name": "day", "users": ["bob"], **weekly}]
    made = admin.send(
        *("PUT", "/api/v1/schedules/primary"), body={"time_zone": "UTC", "layers": layers}
    )
    assert made.status in {200, 201}, made.text

    until = "2026-03-01T12:00:00Z"
    taken = browser.ask("POST", "/api/v1/schedules/primary/take", {"until": until})
    awake = browser.ask("POST", "/api/v1/me/awake", {"for": "1h"})
    foreign = browser.ask("POST", "/api/v1/schedules/primary/take", {"user": "bob", "until": until})

    assert (taken.status, taken.data["user"], taken.data["made_by"]) == (201, "alice", "alice")
    assert (awake.status, awake.data["user"]) == (201, "alice")
    assert foreign.status == 403


def test_every_origin_is_the_stack_s_own_or_foreign(browser: Browser) -> None:
    as_role(browser, Role.RESPONDER)
    alert_id = browser.world.opened()
    path = f"/api/v1/alerts/{alert_id}/notes"

    assert browser.ask("POST", path, {"note": "a"}, origin=HTTPS).status == 201
    assert browser.ask("POST", path, {"note": "a"}, origin=HTTPS.upper()).status == 201
