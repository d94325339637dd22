"""An answer that Slack shows only to the person who pressed a button."""

import http.client
import json
import ssl
from typing import Final
from urllib.parse import urlsplit

HOSTS: Final = frozenset(("hooks.slack.com", "hooks.slack-gov.com"))
"""Slack's hosts for such answers; nothing is sent elsewhere."""
TIMEOUT_SECONDS: Final = 1.0
"""Slack wants the answer to the press itself within 3 s."""


def tell_in_slack(response_url: str, said: str) -> None:
    """Send the answer; the action is done either way.

    Raises:
        OSError: Slack could not be reached in time.
        http.client.HTTPException: The answer is not HTTP.
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
