"""A gatekeeper that dies over one claim and hangs over another; for the tests only."""

import os
import sys
import time
from typing import Any

from orchestration.partners.x12.gates.document import SetText
from orchestration.partners.x12.gates.gatekeeper import serve
from orchestration.partners.x12.gates.judging import judged


def judge(one: SetText, *options: Any) -> object:
    text = "~".join(one.segments)
    if "CLM*V000666*" in text or "NM1*IL*1*DEADLY*" in text:
        os._exit(9)
    if "CLM*V000777*" in text:
        time.sleep(3600)
    return judged(one, *options)


if __name__ == "__main__":
    serve(int(sys.argv[1]), judge)
