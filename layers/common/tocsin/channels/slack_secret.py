"""The secret of a Slack channel: a bot token, or the URL of an incoming webhook.

A bot token is alone, or in JSON beside the signing secret.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class SlackSecret(NamedTuple):
    """Empty texts for what is missing."""

    bot_token: str
    signing_secret: str
    """Without it, buttons are links."""
    webhook_url: str = ""
    """Takes messages of one channel, in the place of a bot's token."""


def read_slack_secret(written: str) -> SlackSecret:
    """Read the text of the parameter."""
    text = written.strip()
    if text.startswith(("https://", "http://")):
        return SlackSecret(bot_token="", signing_secret="", webhook_url=text)
    fields: Mapping[str, Any] = {"bot_token": text}
    if text.startswith("{"):
        try:
            fields = json.loads(text)
        except ValueError:
            fields = {}
    token, signing = fields.get("bot_token"), fields.get("signing_secret")
    return SlackSecret(
        bot_token=token if isinstance(token, str) else "",
        signing_secret=signing if isinstance(signing, str) else "",
    )
