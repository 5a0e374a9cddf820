"""Where the server's files lie: in its home, or in a shelter when its account cannot go there.

Lives here: the server's folder, its data's and its socket's place. Not here: what the data is.
"""

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from orchestration.ground.embedded_postgres.account import Account, can, name_of, own
from orchestration.ground.failures import SetUpFailure

SOCKET = ".s.PGSQL.5432"  # the port is only part of a name: no network is listened on
# Where root shelters what the server's account cannot reach. /var/lib comes first because many
# systems sweep /var/tmp of files that nobody touched for 30 days, cold tables included.
SHELTERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - names there are made or checked
SHORT_PLACE = Path("/tmp")  # noqa: S108 - ownership is checked in own


def data_folder(home: Path) -> Path:
    """Where the cluster of a home lies, or will."""
    return (home / "postgres").resolve() / "data"


def server_folder(home: Path, account: Account | None) -> Path:
    """The server's own folder; sheltered, with a link to it, if its account cannot reach home."""
    link = home / "postgres"
    folder = link.resolve()
    if link.is_symlink() and not folder.exists():
        message = f"{link} points to {folder}, which has gone. Restore it, or remove the link."
        raise SetUpFailure(message)
    own(folder, account)
    if account is None or can(account, "/bin/sh", "-c", 'cd "$0"', folder):
        return folder
    if (folder / "data").exists():
        message = f"{name_of(account.uid)}, who owns {folder}, cannot reach it: a parent is closed."
        raise SetUpFailure(message)
    folder.rmdir()
    # A name of its own each time: a home that was removed and made again begins empty.
    folder = Path(tempfile.mkdtemp(prefix=f"carehops-{digest(home)}-", dir=shelter()))
    own(folder, account)
    link.symlink_to(folder)
    return folder


def socket_folder(folder: Path, account: Account | None) -> Path:
    """Beside the data; in /tmp if the path is too long or, as on shared disks, holds no socket."""
    near, far = folder / "socket", SHORT_PLACE / f"carehops-{digest(folder)}"
    own(near, account)
    (near / SOCKET).unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as trial:
            trial.bind(str(near / SOCKET))
    except OSError:
        own(far, account)
        return far
    return near


def shelter() -> Path:
    """Where root puts what the server's account could not reach elsewhere."""
    return next((place for place in SHELTERS if os.access(place, os.W_OK)), SHELTERS[-1])


def digest(path: Path) -> str:
    """Twelve characters that stand for a path in the name of another."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
