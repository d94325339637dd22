"""Who is on call in a source, said a second time: by the source's own rules, simple and slow.

Nothing here asks the domain, or looks at what the import made. A reading takes an instant and
answers with people, each spelled by `Spell` as the file spells them, so that both can be compared.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

type Spell = Callable[..., str]
"""Takes ids and addresses of a person; answers the user's name in the file, or the last of them."""
type Reading = Callable[[datetime], frozenset[str]]
"""Of one schedule."""
type Readings = Mapping[str, Reading]
"""By the source's id of the schedule."""
