"""The setting `to`, which channels of e-mail and SMS have."""

import re
from typing import Final

from tocsin.channels.spec import Setting
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

ADDRESSES_LIMIT: Final = 50
"""As many as one message of SES may have."""


def address_list(pattern: re.Pattern[str], problem: str) -> Setting:
    """Describe the setting.

    Args:
        pattern: What each address must match.
        problem: What is said of one that does not.
    """

    def problem_of(address: str, _allows_private: bool) -> str | None:  # noqa: FBT001 - see Setting
        return None if pattern.fullmatch(address) else problem

    return Setting(
        name="to",
        about="the addresses",
        max_length=254,
        most=ADDRESSES_LIMIT,
        problem=problem_of,
    )


def addresses_of(channel: Channel) -> list[str]:
    """Read the setting.

    Raises:
        DeliveryFailedError: It has no address.
    """
    to = channel.settings.get("to", ())
    found = [to] if isinstance(to, str) else [str(each) for each in to]  # type: ignore[attr-defined]
    if not found:
        raise DeliveryFailedError("the channel has no address", is_retryable=False)
    return found
