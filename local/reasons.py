"""What an answer of the API says went wrong."""

from local.places import Json


def reason(answer: Json) -> str:
    match answer:
        case {"error": {"message": str(message)}} | {"message": str(message)}:
            return message
        case _:
            return "without a reason."
