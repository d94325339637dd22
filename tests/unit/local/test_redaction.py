"""Credentials in request paths do not reach terminal and logs."""

import pytest

from local.stack.redaction import redact

TOKEN = "0123456789abcdef0123456789abcdef"
DASHED = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param(f"/i/{TOKEN}", "/i/0123…", id="an integration URL"),
        pytest.param(f"/i/{DASHED}", "/i/0123…", id="an integration URL with dashes"),
        pytest.param(f"/i/{TOKEN.upper()}/", "/i/0123…/", id="a trailing slash"),
        pytest.param("/i/mistyped-token", "/i/mist…", id="a token that was mistyped"),
        pytest.param("/i/abc", "/i/abc…", id="one shorter than what is shown"),
        pytest.param(f"/i/{TOKEN}/api/v2/alerts", "/i/0123…/api/v2/alerts", id="a path below it"),
        pytest.param("/act/QQGcyF_wCg-x", "/act/QQGc…", id="a link of a notification"),
        pytest.param("/verify/QQGcyF_wCg-x", "/verify/QQGc…", id="a link of a test"),
        pytest.param("/s/7HQ2K9XW4MBT", "/s/7HQ2…", id="a short link"),
        pytest.param("//act/QQGcyF_wCg-x", "//act/QQGc…", id="a doubled slash"),
        pytest.param("/i//QQGcyF_wCg-x", "/i//QQGc…", id="a doubled slash before the token"),
        pytest.param("/v2/x?a=b&api_key=hush-hush", "/v2/x?a=b&api_key=hush…", id="a key's name"),
        pytest.param("/x?a=tocsin_hushhush", "/x?a=tocsin_hush…", id="an API key"),
        pytest.param(f"/v2/x?key={TOKEN}&a=b", "/v2/x?key=0123…&a=b", id="a query"),
        pytest.param(
            "/api/v1/alerts/01JD8K3M5N7P9R1T3V5X7Z9B1D/ack",
            "/api/v1/alerts/01JD8K3M5N7P9R1T3V5X7Z9B1D/ack",
            id="an alert's id is no secret",
        ),
    ],
)
def test_a_path_shows_the_first_four_characters_of_a_token_only(path: str, shown: str) -> None:
    assert redact(path) == shown
