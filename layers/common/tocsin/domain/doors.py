"""How often the doors of the console may be knocked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Final

from tocsin.domain.ids import instant, milliseconds

_IPV6_PREFIX: Final = 64
"""What one household or office has: each of its devices changes its address within that."""


class Knock(StrEnum):
    """What is counted; of each apart."""

    KEY = "key"
    """API keys that one address tried."""
    LINK = "link"
    """Links that one address asked for."""
    EMAIL = "email"
    """Links that were asked for one e-mail address."""
    CONFIRM = "confirm"
    """Links that one address opened."""
    OIDC = "oidc"
    """Times that one address went to the identity provider, or came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    times: int
    per: timedelta

    def begins(self, at: datetime) -> datetime:
        """The begin of the window in which this is counted."""
        span = self.per // timedelta(milliseconds=1)
        return instant(milliseconds(at) // span * span)

    def ends(self, at: datetime) -> datetime:
        return self.begins(at) + self.per

    def wait_seconds(self, at: datetime) -> int:
        """Until the next window."""
        return max(1, -((at - self.ends(at)) // timedelta(seconds=1)))


LIMITS: Final = {
    Knock.KEY: Limit(times=30, per=timedelta(minutes=5)),
    Knock.LINK: Limit(times=10, per=timedelta(minutes=15)),
    Knock.EMAIL: Limit(times=3, per=timedelta(minutes=15)),
    Knock.CONFIRM: Limit(times=30, per=timedelta(minutes=5)),
    Knock.OIDC: Limit(times=60, per=timedelta(minutes=5)),
}
"""A team behind one address signs in within them; keys and links have 256 random bits or a signature,
so that none is found by trying: they bound what a stranger makes us do and send."""


def neighbourhood(source_ip: str) -> str:
    """What of an address is counted: of IPv6 the first 64 bits; what is no address, as it is."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return source_ip
    if address.version == 4:  # noqa: PLR2004 - of the protocol
        return str(address)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))
