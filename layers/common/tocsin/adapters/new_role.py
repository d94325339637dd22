"""IAM needs some seconds before it knows a new role everywhere."""

import time
from collections.abc import Callable
from typing import Final

from tocsin.adapters.aws_json import AwsError

WAITS_SECONDS: Final = (1, 2, 3, 4, 5, 5)


def once_allowed[R](act: Callable[[], R]) -> R:
    """Do what a role that was made a moment ago may not do yet."""
    for seconds in WAITS_SECONDS:
        try:
            return act()
        except AwsError as error:
            if not is_denied(error):
                raise
        time.sleep(seconds)
    return act()


def is_denied(error: AwsError) -> bool:
    return error.code.startswith("AccessDenied")
