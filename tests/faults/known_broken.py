"""What the engine is known to do wrong, and so is not asked for until it is mended.

Each entry names what is wrong. `test_known_broken.py` fails for an entry that is not true any
more: it is to be removed. In the end nothing is left here, and this module goes.
"""

from tests.faults.plans import Kind

KINDS: dict[Kind, str] = {
    Kind.WRITE_CONFLICT: "the client does not try TransactionConflictException again",
    Kind.STORAGE_OUT: "the stream gives records up after ten attempts, queues after five",
    Kind.QUEUES_OUT: "the stream gives records up after ten attempts",
}
INVARIANTS: dict[str, str] = {
    "The newest message that can be rewritten is true": (
        "a page in flight at an acknowledgement is never taken back, and slow updates overtake"
    ),
    "No step is asked before the delay of the one before": (
        "a step's clock starts when it is written, not when its messages went out"
    ),
    "The last page of a timeline names no other": "a timeline of exactly `limit` has a next page",
}
COUNTS_DRIFT = True
"""Counts that lost a record are never corrected."""
STORIES: dict[str, str] = {
    "first posts of two": "an alert with bodies of lost races beside it cannot be read",
    "acknowledged by two among repeats": (
        "an alert with bodies of lost races beside it cannot be read"
    ),
    "first posts of two with values": "an alert with bodies of lost races beside it cannot be read",
    "first posts of three": "an alert with bodies of lost races beside it cannot be read",
    "first posts of five with values": (
        "an alert with bodies of lost races beside it cannot be read"
    ),
    "reopened by three at once": "an alert with bodies of lost races beside it cannot be read",
    "acknowledged while the provider is slow": (
        "a page in flight at an acknowledgement is never taken back"
    ),
    "the step that was asked is removed": (
        "the next step is a number, whatever the policy is by then"
    ),
    "a step is added behind the last": (
        "that a policy has no further step is decided before it is due"
    ),
    "a step is put before the first": (
        "the stream's reader pages the step that has the number in an older policy"
    ),
    "the policy is removed": "the policy that takes over begins at the number of the one before",
    "the policy becomes another": (
        "the policy that takes over begins at the number of the one before"
    ),
    "the policy becomes shorter while somebody has it": (
        "an acknowledgement that times out goes to a step that is not there"
    ),
    "a user leaves": "the next step is a number, whatever the policy is by then",
    "many warnings on one channel": "a step runs from its write, while its page waits in line",
    "many criticals on one channel": (
        "critical pages have no place in line, and all ask again each second"
    ),
    "storage is away for two hours": (
        "the stream gives records up after ten attempts, queues after five"
    ),
    "queues are away for two hours": (
        "the stream gives records up after ten attempts, queues after five"
    ),
    "nobody reads the stream for a while": (
        "a step runs from its write, while its record waits in the stream"
    ),
    "a provider refuses for a moment": "runs begin at once where nobody was reached",
    "a text after more than a run": "a rule with a delay ends with the run of the policy",
    "a severity that goes up and down": "each rise restarts the escalation",
    "snoozed mild over and bad": "a snooze goes on in the next episode, whatever its severity",
    "snoozed bad milder and bad again": (
        "a snooze does not remember the severity that it was made against"
    ),
    "acknowledged what opened asleep": (
        "the timeout of acknowledgements is learnt with the first step"
    ),
    "flapped once and stable for hours": "an episode that lasted is not taken for stable",
    "flapping while the provider fails": "quiet although nobody was told that it flaps",
    "a rule that waits is not forgotten": "the sweep takes what waits for forgotten",
    "the record of a later step is lost": "the sweep looks for pages of the first step only",
    "a message is lost after its claim": "the sweep takes a claimed message for one that is known",
    "counts lose a record": "counts that lost a record are never corrected",
    "closed for the start that was seen last": "repeats do not renew the start of the source",
    "a heartbeat made anew": "a heartbeat made anew does not know the alert of its namesake",
    "a channel that is called email": "a contact method is told from a channel by name alone",
    "closed and fires again at once": (
        "a page that is counted while the next episode takes the slot is not counted"
    ),
}
