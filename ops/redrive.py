"""`make redrive`: retry messages and changes that were given up, once their cause is gone.

Each retry may be repeated: the functions pass over what is done already.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from ops.dead_letters import Kept, Message, drop, send_to, take_all, waiting
from ops.events import Events
from ops.samconfig import OperationError
from ops.stack import DeployedStack
from ops.table_changes import TableChanges

NO = {"", "0", "no", "false"}
DEAD_LETTERS = {
    "TimersDeadLetterQueue": "TimersQueue",
    "DeliveriesDeadLetterQueue": "DeliveriesQueue",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A queue of messages that were given up."""

    queue: str
    what: str
    work: Callable[[Message], Kept | None]


def main() -> int:
    arguments = _arguments()
    try:
        stack = DeployedStack.named(arguments.env, arguments.stack or None)
        is_whole = redrive(stack, is_applied=arguments.apply not in NO)
    except (OperationError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if is_whole else 1


def redrive(stack: DeployedStack, *, is_applied: bool) -> bool:
    """Print the messages, or retry them.

    Returns:
        False if a message failed again and stays.
    """
    print(f"Given up in the stack {stack.name}:")
    if not is_applied:
        for job in _jobs(stack):
            _show(stack, job)
        print("Nothing was changed: APPLY=1 does it.")
        return True
    staying = sum(_do(stack, job) for job in _jobs(stack))
    return staying == 0


def _jobs(stack: DeployedStack) -> Iterator[Job]:
    sqs = stack.client("sqs")
    for dead_letters, queue in DEAD_LETTERS.items():
        yield Job(dead_letters, "put back", send_to(sqs, stack.physical_id(queue)))
    changes = TableChanges(
        streams=stack.client("dynamodbstreams"),
        functions=stack.client("lambda"),
        function_name=stack.physical_id("TableChangeFunction"),
    )
    yield Job("TableChangeFailuresQueue", "followed again", changes.follow)
    events = Events(stack.client("lambda"), stack.physical_id("IngestFunction"))
    yield Job("EventFailuresQueue", "taken in again", events.hand_over)
    yield Job("TickFailuresQueue", "dropped, as later ticks did their work", drop)


def _show(stack: DeployedStack, job: Job) -> None:
    count = waiting(stack.client("sqs"), stack.physical_id(job.queue))
    print(f"  {job.queue:<26} {count:>5} to be {job.what}")


def _do(stack: DeployedStack, job: Job) -> int:
    """Returns: How many messages failed again and stay."""
    outcome = take_all(stack.client("sqs"), stack.physical_id(job.queue), job.work)
    print(f"  {job.queue:<26} {outcome.done:>5} {job.what}")
    for reason in outcome.kept:
        print(f"  {'':<26}     1 stays: {reason}")
    return len(outcome.kept)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", default="default", help="section of samconfig.toml")
    parser.add_argument("--stack", default="", help="name of the stack, if it is another")
    parser.add_argument("--apply", default=os.environ.get("APPLY", ""), help="1 to do it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
