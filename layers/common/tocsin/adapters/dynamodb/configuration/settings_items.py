"""The item of the team's settings: one object of a kind of its own."""

from typing import Final

from tocsin.adapters.dynamodb.alerts.items import Image, Item, number
from tocsin.adapters.dynamodb.configuration.directory_items import notices_from, write_notices
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    manager_of,
    span_from,
    texts_from,
    write_span,
    write_texts,
)
from tocsin.adapters.dynamodb.configuration.policy_items import rule_from, write_rule
from tocsin.domain.errors import NotFoundError
from tocsin.domain.team_settings import TeamSettings


def _write_settings(settings: TeamSettings) -> Item:
    rates = {type_: number(rate) for type_, rate in settings.provider_rates.items()}
    return {
        "bundle": write_span(settings.bundle),
        "storm_labels": write_texts(settings.storm_labels),
        "provider_rates": {"M": rates},
        "flapping": write_rule(settings.flapping),
        **write_notices(settings.notices),
    }


def _settings_from(image: Image) -> TeamSettings:
    rates = image["provider_rates"]["M"]
    return TeamSettings(
        bundle=span_from(image["bundle"]),
        storm_labels=texts_from(image["storm_labels"]),
        provider_rates={type_: int(rate["N"]) for type_, rate in rates.items()},
        flapping=rule_from(image["flapping"]),
        notices=notices_from(image),
        managed_by=manager_of(image),
    )


SETTINGS: Final = Kind[TeamSettings](
    name="settings",
    words="team's settings",
    not_found=NotFoundError,
    write=_write_settings,
    read=_settings_from,
)
