"""A few words that Slack shows only to whoever pressed a button."""

import http.client
import json
import ssl
from typing import Final
from urllib.parse import urlsplit

HOSTS: Final = frozenset(("hooks.slack.com", "hooks.slack-gov.com"))
"""Where Slack takes such answers; nothing is ever sent elsewhere, whatever a request says."""
TIMEOUT_SECONDS: Final = 1.0
"""Slack wants the answer to the press itself within 3 s."""


def tell_in_slack(response_url: str, said: str) -> None:
    """Send the words; whether they arrive changes nothing about what was done.

    Raises:
        OSError: Slack could not be reached in time.
        http.client.HTTPException: What came back is no HTTP.
    """
    try:
        url = urlsplit(response_url)
    except ValueError:
        return
    if url.scheme != "https" or url.netloc not in HOSTS or not response_url.isascii():
        return
    message = {"response_type": "ephemeral", "replace_original": False, "text": said}
    connection = http.client.HTTPSConnection(
        url.netloc, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
    )
    try:
        headers = {"content-type": "application/json; charset=utf-8"}
        connection.request("POST", url.path, json.dumps(message).encode(), headers)
        connection.getresponse().read()
    finally:
        connection.close()
