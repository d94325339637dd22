"""A team that a test makes for itself, through the API: hooks, policies, and who sends alerts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.stack.client import Client, Sender, eventually
from tests.stack.webhook_receiver import Hook, WebhookReceiver

type Row = dict[str, Any]
LONG = "1h"
"""A delay that no test waits for."""


@dataclass(frozen=True, slots=True)
class Team:
    """Everything it makes has a name of its own."""

    api: Client
    receiver: WebhookReceiver
    new_name: Callable[[str], str]
    new_integration: Callable[..., Sender]

    def name(self, what: str) -> str:
        return self.new_name(what).replace(" ", "-")

    def hook(self, **settings: object) -> Hook:
        """A channel of type webhook that leads to this machine."""
        hook = self.receiver.hook(self.name("hook"))
        body = {"type": "webhook", "url": hook.url, **settings}
        made = self.api.put(f"/api/v1/channels/{hook.name}", body).expect(201).data
        hook.secret = made["signing_secret"]
        return hook

    def policy(self, *steps: tuple[Sequence[Hook | Mapping[str, str]], str], **more: object) -> str:
        """Steps are their targets and their delay."""
        name = self.name("policy")
        body = {
            "steps": [
                {
                    "name": f"step-{number}",
                    "targets": [
                        {"channel": target.name} if isinstance(target, Hook) else dict(target)
                        for target in targets
                    ],
                    "delay": delay,
                }
                for number, (targets, delay) in enumerate(steps, 1)
            ],
            **more,
        }
        self.api.put(f"/api/v1/escalation-policies/{name}", body).expect(201)
        return name

    def sender(
        self, *steps: tuple[Sequence[Hook | Mapping[str, str]], str], **more: object
    ) -> Sender:
        """An integration with a policy of its own."""
        return self.new_integration(escalation_policy=self.policy(*steps, **more))

    def opened(self, sender: Sender, **body: object) -> str:
        """The alert that a critical event opens."""
        event = {"name": self.new_name("Disk full"), "severity": "critical", **body}
        return str(sender.send(**event)["alert_id"])

    def notifications(self, alert_id: str) -> list[Row]:
        rows = self.api.get(f"/api/v1/alerts/{alert_id}/notifications?limit=200").expect(200).data
        assert isinstance(rows, list)
        return rows

    def told(self, alert_id: str, *types: str, seconds: float = 20.0) -> list[Row]:
        """The timeline, once it has entries of all these types, as often as they are named."""

        def has_all(entries: list[Row]) -> bool:
            found = [entry["type"] for entry in entries]
            return all(found.count(each) >= types.count(each) for each in types)

        return eventually(lambda: self.api.timeline(alert_id), has_all, seconds=seconds)


def of_type(entries: Sequence[Row], *types: str) -> list[Row]:
    return [entry for entry in entries if entry["type"] in types]
