"""The text of a started stack: addresses, a key, and curl lines that work as printed."""

import json
import shlex

from local.stack.example_people import SECOND_STEP_SECONDS
from local.stack.start import Stack

EXAMPLE = {
    "name": "Disk full",
    "severity": "critical",
    "source": "nagios",
    "object": "db-1",
    "output": "/var is 97% full",
}


def welcome(stack: Stack) -> str:
    integrations = "\n".join(
        f"  {name:<17} {integration.url}" for name, integration in stack.integrations.items()
    )
    rest = stack.integrations["example-rest"].url
    key = f"Authorization: Bearer {stack.api_key}"
    alerts = f"{stack.url}/api/v1/alerts"
    return f"""
  Console           {stack.url}/  (sign in: paste the admin key)
  API               {stack.url}/api/v1
  Documentation     {stack.url}/docs
  Admin key         {stack.api_key}
{integrations}

Send an alert; the answer holds its alert_id. {_who_is_paged(stack)}

  {_post(rest, EXAMPLE)}

See what is open, acknowledge it (with that alert_id), and let the sender say that all is well:

  {shlex.join(["curl", f"{alerts}?status=firing", "-H", key])}
  {shlex.join(["curl", "-X", "POST", f"{alerts}/ALERT_ID/ack", "-H", key])}
  {_post(rest, EXAMPLE | {"severity": "ok"})}

All of this is also in {stack.places.ready}. `make logs` shows what the functions log;
docs/local.md tells more. Ctrl-C stops; what happened is kept, unless you start with FRESH=1.
"""


def _who_is_paged(stack: Stack) -> str:
    if stack.team is not None:
        return f"Who is paged, {stack.team.path}\ndecides; its own integrations are listed above:"
    return (
        f"A page appears below at once, and {SECOND_STEP_SECONDS} seconds later\nthe second step "
        "asks alice by e-mail too, unless you follow a page's acknowledge link first:"
    )


def _post(url: str, body: dict[str, str]) -> str:
    return shlex.join(
        ["curl", "-X", "POST", url, "-H", "Content-Type: application/json", "-d", json.dumps(body)]
    )
