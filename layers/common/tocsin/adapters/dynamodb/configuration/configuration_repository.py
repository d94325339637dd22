"""Policies, routes, users and channels: objects without a version of their own."""

from dataclasses import dataclass

from tocsin.adapters.dynamodb.alerts.items import Image, Item
from tocsin.adapters.dynamodb.configuration.named_objects import Kind, NamedObjects
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.ids import instant


@dataclass(frozen=True, slots=True)
class DynamoDBConfiguration[T: Named](NamedObjects[Configured[T]]):
    """Implements `ConfigurationRepository`."""

    kind: Kind[T]

    def from_image(self, image: Image) -> Configured[T]:
        return Configured(
            value=self.kind.read(image),
            created_at=instant(int(image["created_at"]["N"])),
            version=int(image["version"]["N"]),
        )

    def own_attributes(self, stored: Configured[T]) -> Item:
        return self.kind.write(stored.value)
