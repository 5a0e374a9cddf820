"""A bench to exchange files on: batches that are owed, a partner's file, a clock that is moved on.

exchanges.owe("B000000001", b"ISA...")
exchanges.run().sent
"""

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.exchange import Exchange, Exchanged
from tests.sftp_partner import HOST, USER, SftpPartner

PARTNER = "some_plan"
SECRET = "CAREHOPS_SOME_PLAN"
SFTP = {"out": "in", "replies": "out", "quiet_seconds": 60, "timeout_seconds": 5}
SIGNED = "[sending.agreement]\nsigned_on = 2026-01-02\n"


@dataclass
class Exchanges:
    """One database, one agency, one partner."""

    database: Database
    folder: Path
    now: datetime = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    environ: dict[str, str] = field(default_factory=lambda: {SECRET: "geheim"})

    def __post_init__(self) -> None:
        self.agency = self.folder / "agency"
        self.agency.mkdir()
        shutil.copy(SQL_FOLDER / "agency" / "agency.toml", self.agency)
        (self.agency / "partners").mkdir()

    @property
    def settings(self) -> Any:
        home = {"CAREHOPS_HOME": str(self.folder / "home"), "CAREHOPS_AGENCY": str(self.agency)}
        return read_settings({**home, **self.environ})

    def agree(self, partner: SftpPartner, **options: Any) -> None:
        """Write the partner's file, agreement and all."""
        sftp = {
            "host": HOST,
            "port": partner.port,
            "user": USER,
            "password": SECRET,
            "host_keys": [partner.host_key],
            **SFTP,
            **options,
        }
        self.write("sftp", sftp)

    def write(self, transport: str, options: dict[str, Any], rest: str = SIGNED) -> None:
        lines = [f"{key} = {_toml(value)}" for key, value in options.items() if value is not None]
        (self.agency / "partners" / f"{PARTNER}.toml").write_text(
            f'payers = ["P1"]\nowner = "EDI analyst"\n[sending]\nreceiver_id = "PLAN"\n'
            f'name = "SOME PLAN"\nusage = "T"\ntransport = "{transport}"\n{rest}'
            f"[sending.{transport}]\n" + "\n".join(lines) + "\n"
        )

    def owe(self, number: int, content: bytes = b"ISA*", usage: str = "T") -> str:
        """Publish a batch; answers with its file's name."""
        name = f"B{number:09d}.837"
        content += str(number).encode()
        with self.database.transaction() as connection:
            told = {"no": name[:-4], "name": name, "content": content, "usage": usage}
            connection.execute(_OWE, told | {"n": number, "now": self.now})
        return name

    def run(self, *, after: timedelta = timedelta(minutes=31)) -> Exchanged:
        """Exchange with the partner, some time later."""
        self.now += after
        (done,) = self.exchange().all(PARTNER)
        return done

    def exchange(self) -> Exchange:
        clock = FixedClock(self.now)
        return Exchange(self.database.engine, self.settings, clock, Random(1))

    def states(self) -> list[str]:
        return [row.state for row in self.deliveries()]

    def reasons(self) -> list[str | None]:
        return [row.reason for row in self.deliveries()]

    def deliveries(self) -> Any:
        return self.all("select * from core.delivery order by batch_no")

    def all(self, sql: str, **values: Any) -> Any:
        with self.database.engine.connect() as connection:
            return connection.execute(sa.text(sql), values).all()

    def dropped(self) -> dict[str, bytes]:
        drop = self.settings.drop
        return {path.name: path.read_bytes() for path in sorted(drop.glob("*"))}

    def beside(self, folder: Path) -> "Exchanges":
        return replace(self, folder=folder)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value) if isinstance(value, int | date) else f'"{value}"'


_OWE = sa.text("""
insert into core.claim_batch (batch_no, payer_id, partner, receiver_id, interchange_control
    , group_control, file_name, sha256, claim_count, total_cents, usage, content, batch_id
    , published_at)
values (:no, 'P1', 'some_plan', 'PLAN', lpad(cast(:n as text), 9, '0'), cast(:n as text), :name
    , encode(sha256(:content), 'hex'), 1, 100, :usage, :content, 1, :now)
""")
