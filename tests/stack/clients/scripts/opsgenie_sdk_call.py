"""One call of Opsgenie's own SDK.

`opsgenie_sdk_call.py HOST KEY API METHOD ARGUMENTS`, the last as JSON; an argument
{"CreateAlertPayload": {…}} is a payload of that class.
"""

import json
import sys

import opsgenie_sdk


def value(said: object) -> object:
    match said:
        case dict() if len(said) == 1 and (name := next(iter(said))).endswith("Payload"):
            return getattr(opsgenie_sdk, name)(**said[name])
        case _:
            return said


host, key, api, method, arguments = sys.argv[1:]
configuration = opsgenie_sdk.Configuration()
configuration.host = host
configuration.api_key["Authorization"] = key
client = getattr(opsgenie_sdk, api)(opsgenie_sdk.ApiClient(configuration=configuration))
answer = getattr(client, method)(
    **{name: value(said) for name, said in json.loads(arguments).items()}
)
read = answer.to_dict() if hasattr(answer, "to_dict") else {}
sys.stdout.write(json.dumps(read, default=str))
