"""Runs ministack until told to stop, or until the process that started it is gone.

Started by ministack.py with the interpreter of .venv-stack; standard input is a pipe from the
starting process. However that one ends, the pipe closes, and ministack stops and saves its state.
"""

import os
import runpy
import signal
import sys
import threading


def stop_at_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")
