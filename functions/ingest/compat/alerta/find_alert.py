"""Which alert a client means; its tables show the first eight characters of an id."""

from datetime import timedelta
from typing import Final

from functions.ingest.compat.integration_alerts import IntegrationAlerts
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.ids import ALPHABET, ULID_LENGTH, is_ulid, time_of

SHORT_ID: Final = 8
_MILLISECOND: Final = timedelta(milliseconds=1)


def find(own: IntegrationAlerts, text: str) -> Alert:
    """Find an alert by its id, or by the beginning of it if no other begins so.

    Raises:
        AlertNotFoundError: There is none, or several.
    """
    wanted = text.upper()
    if not SHORT_ID <= len(wanted) < ULID_LENGTH:
        return own.get(wanted)
    first, last = (wanted.ljust(ULID_LENGTH, pad) for pad in (ALPHABET[0], ALPHABET[-1]))
    if not is_ulid(first) or not is_ulid(last):
        raise AlertNotFoundError
    # Ids begin with the time.
    try:
        query = AlertQuery(fired_from=time_of(first), fired_to=time_of(last) + _MILLISECOND)
    except OverflowError:
        raise AlertNotFoundError from None
    found = own.newest(query, wanted=lambda alert: alert.alert_id.startswith(wanted), limit=2)
    if len(found) != 1:
        raise AlertNotFoundError
    return own.get(found[0].alert_id)
