"""Gate 1: would the implementation guide let these bytes through?

``guide_findings`` asks pyx12's validator about a finished 837. It decides nothing: no findings
means nothing was found.

The validator writes data, names included, into its log and its exceptions. So its log is
silenced and an exception of its becomes a finding; its report is reduced by ``guide_report``.
"""

import functools
import io
import logging
from typing import Final, TextIO

import pyx12.map_if
from pyx12.errors import EngineError
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.guide_report import guide_finding, reported_findings
from orchestration.partners.x12.gates.witness import Witness

STOPPED: Final = "validator_stopped"
_BEFORE_THE_GROUP: Final = frozenset({"", "ISA"})


def guide_findings(document: TextIO | bytes) -> list[Finding]:
    """Everything pyx12's validator holds against a finished 837, in the order of the file.

    Reads the document once. It never raises over what the document holds, and what it returns
    and logs holds nothing of it but claim ids and control numbers.
    """
    if isinstance(document, bytes):
        if not document.isascii():
            return [guide_finding("not_ascii")]
        document = io.StringIO(document.decode("ascii"), newline="")
    keep_maps()
    _silence_validator()
    witness = Witness()
    report = io.StringIO()
    accepted, stop = _validate(document, report, witness)
    found = [*witness.findings(), *reported_findings(report.getvalue(), witness.claim_at)]
    if stop:
        found.append(guide_finding(stop, witness.segment, position=witness.position))
    elif not accepted and not witness.segment:
        found.append(guide_finding("not_x12"))
    elif not accepted and not found:
        segment, position = witness.first_refused
        found.append(guide_finding("validator_gave_no_reason", segment, position=position))
    return sorted(found, key=lambda one: (one.set_control, one.position))


def _validate(document: TextIO, report: TextIO, witness: Witness) -> tuple[bool, str]:
    try:
        return x12n_document(
            _parameters(), document, None, None, fd_json=report, callback=witness
        ), ""
    except UnicodeDecodeError:
        return False, "not_ascii"
    except EngineError:
        no_map = witness.segment in _BEFORE_THE_GROUP
        return False, "guide_not_known" if no_map else STOPPED
    except Exception:
        # The library breaks on broken structure in many ways, and the text of what it raises
        # may quote the file: only the place is passed on.
        return False, STOPPED


@functools.cache
def keep_maps() -> None:
    """Let the validator read each of its maps once in this process, not once a document.

    It offers no such thing itself. A map says what may stand where and is not changed by a walk.
    """
    pyx12.map_if.load_map_file = functools.cache(pyx12.map_if.load_map_file)


_parameters = functools.cache(ParamsBase)  # one for all documents: maps are kept by it


def _silence_validator() -> None:
    """Let none of the validator's log records out.

    A filter on each of its loggers, put back at every call: unlike a level or ``disabled``, it
    survives any later logging configuration and is not lifted when another thread is done.
    """
    logging.getLogger("pyx12").addFilter(_nothing)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("pyx12."):
            logging.getLogger(name).addFilter(_nothing)


def _nothing(_record: logging.LogRecord) -> bool:
    return False
