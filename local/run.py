"""`make run`: the local stack, with a live view."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from local.stack.prerequisites import LocalStackError
from local.stack.start import Options, Stack, Watchers, start
from local.view.alert_lines import AlertLines
from local.view.live_view import LiveView
from local.view.sent_messages import SentMessages
from local.view.shown_messages import push_of
from local.view.welcome import welcome

DEFAULT_PORT = 8080
NO = {"", "0", "no", "false"}


def main() -> int:
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _run(arguments)
    except LocalStackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or DEFAULT_PORT)
    parser.add_argument("--team", type=Path, help="a team's file, in place of the example team")
    return parser.parse_args()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop in order, once: the terminal and make may both ask."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(arguments: argparse.Namespace) -> None:
    view = LiveView(sys.stdout)
    progress = Progress()
    fresh = os.environ.get("FRESH", "") not in NO
    options = Options(
        port=arguments.port,
        aws_port=int(os.environ.get("AWS_PORT") or arguments.port + 1),
        fresh=fresh,
        has_people=arguments.team is None,
        team=arguments.team,
    )
    watchers = Watchers(
        step=progress.step,
        request=view.request,
        log=view.log,
        push=lambda it: view.message(push_of(it)),
    )
    with start(options, watchers) as stack:
        progress.end()
        print(welcome(stack), flush=True)
        watching = (
            AlertLines(stack.aws, stack.deployment.stream_arn, view.alert, view.sending),
            SentMessages(stack.aws, view.message),
        )
        view.open()
        for each in watching:
            each.start()
        try:
            _until_stopped(stack, view)
        finally:
            for each in watching:
                each.stop()


def _until_stopped(stack: Stack, view: LiveView) -> None:
    try:
        while not stack.ministack.has_ended:
            time.sleep(0.2)
            view.sum_up()
    except KeyboardInterrupt:
        print("\nStopping: what happened is saved, and `make run` goes on from here.", flush=True)
        raise
    raise LocalStackError(
        f"The embedded AWS ended by itself: {stack.places.logs / 'aws.log'} may say why. "
        "What happened since the start is lost; start again with `make run`."
    )


class Progress:
    """A line for each step of the start, with how long it took."""

    def __init__(self) -> None:
        self._began = self._step_began = time.monotonic()
        self._has_step = False

    def step(self, what: str) -> None:
        self._end_step()
        print(f"  {what} ".ljust(60, "."), end="", flush=True)
        self._has_step = True

    def end(self) -> None:
        self._end_step()
        print(f"Ready after {time.monotonic() - self._began:.1f} s.")

    def _end_step(self) -> None:
        now = time.monotonic()
        if self._has_step:
            print(f"{now - self._step_began:6.1f} s", flush=True)
        self._step_began = now


if __name__ == "__main__":
    sys.exit(main())
