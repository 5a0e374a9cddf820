"""Run a program that ends when the one that started it ends, however that ends.

    python -m orchestration.graph.tethered PARENT_PID program argument ...

Only Linux can do this; elsewhere the program just runs.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: str, *command: str) -> None:
    """Tie this process to its parent, then become the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit(1)  # the parent died before the knot was tied
    os.execv(command[0], command)  # noqa: S606 - our own programs, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
