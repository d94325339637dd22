"""Cases of `tocsin test`: what a sender sends, and who is to be told when."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from ruamel.yaml import YAML

from tocsin.bodies.field_errors import problems_of
from tocsin.bodies.model import At, ConfigurationBody, Duration, Name, UserName, within
from tocsin.domain.duration import spelled
from tocsin.domain.instant import read_instant
from tocsin.domain.people import ContactMethod
from tocsin_cli.rehearsal import LONGEST, NotUsableError, Rehearsal
from tocsin_cli.simulated.recorder import Told
from tocsin_cli.yaml_file import FileError, FileProblem, read_yaml

CASES_LIMIT: Final = 1_000
EXPECTED_LIMIT: Final = 100
TOLERANCE: Final = timedelta(seconds=5)
"""How much earlier or later a message may be than was expected."""
_USUAL: Final = timedelta(hours=1)
"""How long a case is watched, unless it expects something later."""
_BEFORE: Final = timedelta(minutes=1)
"""The team is set up this long before the payload comes."""

_After = Annotated[Duration, within(timedelta(), LONGEST)]


class Cases(ConfigurationBody):
    """The file, whose list has no name of its own."""

    cases: list["Case"] = Field(min_length=1, max_length=CASES_LIMIT)


class Expected(ConfigurationBody):
    """One message that is to arrive."""

    user: UserName | None = None
    channel: Name | None = None
    at: _After = Field(description="From the payload on: `0s`, `5m`.")
    by: ContactMethod | None = Field(None, description="Of a user; by default any.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.user is None) == (self.channel is None):
            raise ValueError("must name either a user or a channel")
        if self.by is not None and self.user is None:
            raise ValueError("has `by` only with a user")
        return self

    @property
    def kind(self) -> str:
        return "user" if self.user is not None else "channel"

    @property
    def name(self) -> str:
        return self.user or self.channel or ""

    def is_met_by(self, told: Told, began_at: datetime) -> bool:
        is_method = self.by is None or told.by == self.by
        return is_method and self._is_to(told) and abs(told.at - began_at - self.at) <= TOLERANCE

    def _is_to(self, told: Told) -> bool:
        return (told.kind, told.name.lower()) == (self.kind, self.name.lower())

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        return f"{self.kind} {self.name}{by} at {spelled(self.at)}"


class Act(ConfigurationBody):
    """What happens after the payload."""

    at: _After
    acknowledge: UserName | None = Field(None, description="The person who acknowledges.")
    resolve: UserName | None = Field(None, description="The person who resolves.")
    payload: Any = Field(None, description="What the same sender sends then.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        named = [self.acknowledge is not None, self.resolve is not None, self.payload is not None]
        if sum(named) != 1:
            raise ValueError("must have one of acknowledge, resolve and payload")
        return self


class Case(ConfigurationBody):
    """One payload, and what is to follow from it."""

    _body_of_file: bytes | None = PrivateAttr(default=None)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    at: At = Field(description="When it comes; without an offset it is UTC.")
    integration: Name
    payload: Any = Field(None, description="As the sender sends it: an object, a list or a text.")
    payload_file: Annotated[str, Field(max_length=1_000)] | None = Field(
        None, description="Instead: a file with it, beside the file of the cases."
    )
    headers: dict[str, str] = Field({}, description="Of the sender, where its reading needs them.")
    then: list[Act] = Field([], max_length=EXPECTED_LIMIT)
    expect: list[Expected] = Field(max_length=EXPECTED_LIMIT)
    only: bool = Field(
        default=False, description="Whether nobody else may be told, nor at other times."
    )
    watch: Annotated[Duration, within(timedelta(), LONGEST)] | None = Field(
        None, description="For how long; by default 1 h, or until all that is expected came."
    )

    @model_validator(mode="after")
    def _has_one_payload(self) -> Self:
        if (self.payload is None) == (self.payload_file is None):
            raise ValueError("must have either payload or payload_file")
        return self

    def with_payload_from(self, folder: Path) -> Self:
        """Read `payload_file`. Raises OSError."""
        if self.payload_file is not None:
            self._body_of_file = (folder / self.payload_file).read_bytes()
        return self

    @property
    def body(self) -> bytes:
        return _body(self.payload) if self._body_of_file is None else self._body_of_file

    @property
    def began_at(self) -> datetime:
        return read_instant(self.at)

    @property
    def ends_at(self) -> datetime:
        last = max((each.at for each in self.expect), default=timedelta()) + TOLERANCE
        acts = max((each.at for each in self.then), default=timedelta())
        return self.began_at + max(last, acts, _USUAL if self.watch is None else self.watch)


def read_cases(text: bytes, name: str) -> Sequence[Case]:
    """Read a file of cases, in YAML or JSON.

    Raises:
        FileError: With all that is wrong.
    """
    file = read_yaml(text, name)
    if not isinstance(file.data, list):
        problem = "must be a list of cases, such as - name: disk full at night"
        raise FileError(name, [FileProblem(file.position_of(""), "", problem)])
    typed = _typed(YAML(typ="safe", pure=True).load(text), file.data)
    try:
        cases = Cases.model_validate({"cases": typed}).cases
    except ValidationError as error:
        problems = [
            replace(it, field=it.field.removeprefix("cases")) for it in problems_of(error, Cases)
        ]
        raise FileError(
            name,
            [FileProblem(file.position_of(it.field), it.field, it.problem) for it in problems],
        ) from None
    return [it.with_payload_from(Path(name).parent) for it in cases]


def _typed(typed: Any, text: Any) -> Any:  # noqa: ANN401 - any shape
    """Numbers and flags as YAML reads them, and times as they were written."""
    match typed:
        case dict():
            return {str(name): _typed(it, text.get(str(name))) for name, it in typed.items()}
        case list():
            return [_typed(*pair) for pair in zip(typed, text, strict=True)]
        case date():
            return text
        case _:
            return typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    case: Case
    problems: Sequence[str]
    """Empty: it is as expected."""
    told: Sequence[Told]
    seconds: float = 0

    @property
    def is_good(self) -> bool:
        return not self.problems


def run_case(case: Case, rehearse: Callable[[datetime], Rehearsal]) -> Result:
    """Play a case.

    Args:
        case: Which.
        rehearse: Sets the team up at a time.
    """
    rehearsal = rehearse(case.began_at - _BEFORE)
    if case.integration not in rehearsal.integrations:
        return Result(case=case, problems=[f"there is no integration {case.integration}"], told=())
    rehearsal.run(case.began_at)
    before = len(rehearsal.told)
    problems = list(_play(case, rehearsal))
    told = [it for it in rehearsal.told[before:] if it.is_page]
    return Result(case=case, problems=[*problems, *_differences(case, told)], told=told)


def _play(case: Case, rehearsal: Rehearsal) -> Iterator[str]:
    try:
        headers = {name.lower(): value for name, value in case.headers.items()}
        rehearsal.send(case.integration, case.body, headers)
    except NotUsableError as error:
        yield f"the payload: {error}"
    for act in sorted(case.then, key=lambda act: act.at):
        rehearsal.run(case.began_at + act.at)
        try:
            _do(act, case, rehearsal)
        except NotUsableError as error:
            yield f"at {spelled(act.at)}: {error}"
    rehearsal.run(case.ends_at)


def _do(act: Act, case: Case, rehearsal: Rehearsal) -> None:
    if act.acknowledge is not None:
        rehearsal.acknowledge(act.acknowledge)
    elif act.resolve is not None:
        rehearsal.resolve(act.resolve)
    else:
        rehearsal.send(case.integration, _body(act.payload))


def _differences(case: Case, told: Sequence[Told]) -> Iterator[str]:
    left = list(told)
    for expected in case.expect:
        met = [it for it in left if expected.is_met_by(it, case.began_at)]
        if not met:
            yield f"{expected} was not told"
        # Without a method, all of that time are meant.
        for it in met if expected.by is None else met[:1]:
            left.remove(it)
    if case.only:
        for it in left:
            yield f"{described(it, case.began_at)} was told, and not expected"


def described(told: Told, began_at: datetime) -> str:
    """`user alice by email at 5m`."""
    after = timedelta(seconds=round((told.at - began_at).total_seconds()))
    kind = told.kind if told.kind == told.name else f"{told.kind} {told.name}"
    return f"{kind} by {told.by} at {spelled(after)}"


def _body(payload: object) -> bytes:
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
