"""Harp's REST payload, of checks: their recovery has to last a minute (`resolve_after`)."""

from functions.ingest.senders.rest import SENDER

__all__ = ["SENDER"]
