"""What the engine is known to do wrong, and so is not asked for until it is mended."""

from tests.faults.plans import Kind

KINDS: dict[Kind, str] = {}
INVARIANTS: dict[str, str] = {}
COUNTS_DRIFT = False
STORIES: dict[str, str] = {}
