"""Retries events of EventBridge that were given up."""

import json
from dataclasses import dataclass

from ops.dead_letters import Kept, Message
from ops.stack import Client


@dataclass(frozen=True, slots=True)
class Events:
    """Of EventFailuresQueue."""

    functions: Client
    function_name: str

    def hand_over(self, message: Message) -> Kept | None:
        """Call ingest; an event that it took before is a repeat of the same alert.

        A message of EventBridge is the event; one of Lambda has it in `requestPayload`.
        """
        body = json.loads(message["Body"])
        event = body.get("requestPayload", body)
        answer = self.functions.invoke(
            FunctionName=self.function_name, Payload=json.dumps(event).encode()
        )
        if "FunctionError" not in answer:
            return None
        said = json.load(answer["Payload"])
        error = said.get("errorType", answer["FunctionError"])
        return Kept(f"ingest failed again ({error}) on event {event.get('id')}")
