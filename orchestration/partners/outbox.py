"""What a pass has published leaves with it, where no network is between; the rest is exchanged.

A partner that is a folder on this machine has its files when the pass ends. Other partners' files
wait for the next exchange (see ``exchange``), which a slow line cannot make the pass wait for.
"""

from random import SystemRandom

from orchestration.ground.contracts import Examination
from orchestration.partners.exchange import Exchange


def deliver(hop: str, examination: Examination) -> None:
    """Hand out what has been published and may leave.

    The pass's own copies of the files hold people's data and have done their service.
    """
    engine = examination.connection.engine
    Exchange(engine, examination.settings, examination.clock, SystemRandom()).all(local=True)
    for table in ("written_batch", "claim_batch"):
        examination.connection.exec_driver_sql(f"drop table if exists audit.{hop}__{table}")
