"""The only reader of the environment.

| variable | meaning | default |
|---|---|---|
| CAREHOPS_HOME | where the database, landed bytes and drop folder live | .carehops |
| CAREHOPS_DATABASE_URL | any PostgreSQL 16 or newer, instead of the embedded one | embedded |
| CAREHOPS_AGENCY | folder of the agency's own facts | the sample agency's |
| CAREHOPS_UI_PORT | where the UI listens, on loopback | 3210 |

`CAREHOPS_DAGSTER_URL` is set by `carehops ui` for the programs it starts when the database URL has
a password, so that the password is in no file; nobody else needs it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.failures import SetUpFailure
from orchestration.ground.sql import SQL_FOLDER


@dataclass(frozen=True)
class Settings:
    """What the surroundings say.

    Args:
        home: Folder of everything that is kept.
        database_url: A server to use instead of the embedded one, or None.
        agency_folder: The agency's facts, owners, calendar.
        ui_port: Port of the UI on loopback.
        environ: The surroundings themselves, for those few that start programs.
    """

    home: Path
    database_url: str | None
    agency_folder: Path
    ui_port: int
    environ: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def drop(self) -> Path:
        """Where outside systems leave files."""
        return self.home / "drop"

    @property
    def kept(self) -> Path:
        """Where received bytes are kept, by sha256."""
        return self.home / "kept"

    @property
    def outbox(self) -> Path:
        """Where outgoing batches are left for the transport."""
        return self.home / "outbox"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own folder."""
        return self.home / "dagster"

    @property
    def secrets(self) -> Path:
        """Where secrets may lie instead of in variables, one file each, readable by us only."""
        return self.home / "secrets"

    def secret(self, name: str) -> str | None:
        """A secret, by the name of the variable or file it is in.

        None when there is none, and when others may read its file: it is no secret then.
        """
        said = self.environ.get(name, "").strip()
        path = self.secrets / Path(name).name
        if said or not path.is_file() or is_open(path):
            return said or None
        return path.read_text().strip() or None


def is_open(path: Path) -> bool:
    """Whether others on this machine may read or change it."""
    return bool(path.stat().st_mode & 0o077)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment.

    Raises:
        SetUpFailure: a value is wrong; the message names the variable.
    """
    environ = os.environ if environ is None else environ
    url = environ.get("CAREHOPS_DATABASE_URL") or None
    if url is not None:
        try:
            backend = sa.make_url(url).get_backend_name()
        except sa.exc.ArgumentError:
            backend = "unreadable"
        if backend not in {"postgresql", "postgres"}:
            raise SetUpFailure(
                "CAREHOPS_DATABASE_URL must look like postgresql://account@host/database"
            )
    port = environ.get("CAREHOPS_UI_PORT", "3210")
    if not port.isdigit():
        raise SetUpFailure("CAREHOPS_UI_PORT must be a port number")
    return Settings(
        home=Path(environ.get("CAREHOPS_HOME") or ".carehops").absolute(),
        database_url=url,
        agency_folder=Path(environ.get("CAREHOPS_AGENCY") or SQL_FOLDER / "agency").absolute(),
        ui_port=int(port),
        environ=dict(environ),
    )
