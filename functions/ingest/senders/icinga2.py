"""Icinga 2: the macros of Nagios, by a notification command of its own."""

from dataclasses import replace
from typing import Final

from functions.ingest.senders import Sender
from functions.ingest.senders.nagios import SENDER as NAGIOS

SENDER: Final[Sender] = replace(
    NAGIOS,
    product="Icinga 2, by a notification command",
    dedup_key="`HOSTNAME` + `SERVICENAME`",
    episode_start="`SERVICELASTSTATECHANGE` or `HOSTLASTSTATECHANGE`",
)
