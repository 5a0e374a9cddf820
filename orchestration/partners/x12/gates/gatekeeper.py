"""One gatekeeper: judges the transaction sets it is given until nobody gives it any more.

    python -m orchestration.partners.x12.gates.gatekeeper DESCRIPTOR

Sets come and verdicts go through the socket it inherits, never through a file. When whoever
started it is gone, however that came about, the socket ends and so does the process.
"""

import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from orchestration.partners.x12.gates.judging import judged


def serve(descriptor: int, judge: Callable[..., Any] = judged) -> None:
    """Judge until the other end is closed."""
    with Connection(descriptor) as asked:
        while True:
            try:
                question = asked.recv()
            except EOFError:
                return
            asked.send(judge(*question))


if __name__ == "__main__":
    serve(int(sys.argv[1]))
