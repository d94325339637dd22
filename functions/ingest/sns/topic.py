"""The name of a topic, and the one host that speaks for it."""

import re
from dataclasses import dataclass
from typing import Final, Self

_ARN: Final = re.compile(
    r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?"
)
_CERTIFICATE_PATH: Final = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and where its messages come from."""

    arn: str
    host: str
    """`sns.<region>.amazonaws.com`, in China with `.cn`: made of the ARN, not of what was sent."""

    @classmethod
    def of(cls, arn: str) -> Self | None:
        """Read an ARN; None if it is not that of a topic."""
        found = _ARN.fullmatch(arn)
        if found is None:
            return None
        partition, region = found.groups()
        is_in_china = partition == "aws-cn"
        if is_in_china is not region.startswith("cn-"):
            return None
        return cls(arn, f"sns.{region}.amazonaws.com{'.cn' if is_in_china else ''}")

    def certificate_path(self, url: str) -> str | None:
        """The path of a certificate of this topic's region; None if the address is another.

        The address is compared, not parsed: with a user, a port, a query, a fragment, a dot
        more or an escape it is simply not the same text.
        """
        origin = f"https://{self.host}"
        path = url.removeprefix(origin)
        if path == url or _CERTIFICATE_PATH.fullmatch(path) is None:
            return None
        return path
