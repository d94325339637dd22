"""Providers without limits, and messages without links."""

from datetime import datetime

from tocsin.domain.digest_message import DigestLinks
from tocsin.domain.gate import Passage
from tocsin.domain.link import Links
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Channel, ContactMethod, User


class OpenGate:
    """Implements `ChannelGate`: everybody may pass."""

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:  # noqa: ARG002
        return Passage(failures=0)

    def return_to(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:  # noqa: ARG002
        return Passage(failures=0)

    def note_success(self, channel: Channel) -> None:
        """Nothing is counted."""

    def note_failure(self, channel: Channel, *, failures: int, at: datetime) -> None:
        """Nothing is counted."""


class NoLinks:
    """Implements `LinkMaker`: there is no key."""

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:  # noqa: ARG002
        return None

    def digest_links(self, delivery: Delivery, *, at: datetime) -> DigestLinks | None:  # noqa: ARG002
        return None

    def swap(self, delivery: Delivery, *, at: datetime) -> str | None:  # noqa: ARG002
        return None

    def sign_in(self, delivery: Delivery, user: User) -> str | None:  # noqa: ARG002
        return None

    def verification(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:  # noqa: ARG002
        return None
