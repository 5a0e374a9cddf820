"""The cluster in the data folder: made whole or not at all, of one major version, tuned.

Lives here: initdb, the check of versions, the settings. Not here: running a server on it.
"""

import os
import shutil
import sys
from pathlib import Path

from orchestration.ground.embedded_postgres.account import Account, run
from orchestration.ground.embedded_postgres.binaries import major_of, version_of
from orchestration.ground.failures import SetUpFailure

GIGABYTE = 2**30
FIRST_WITH_BUILTIN_LOCALE = 17


def create(folder: Path, binaries: Path, account: Account | None) -> None:
    """Make the cluster under another name and rename it when it is whole."""
    data = folder / "data"
    if data.exists() and any(data.iterdir()):
        message = f"{data} holds files but no database. Move them away, or use another home."
        raise SetUpFailure(message)
    # Our pid is in the name because a killed start's initdb may still be writing its own.
    fresh = folder / f"data.new-{os.getpid()}"
    for cut_short in folder.glob("data.new*"):
        shutil.rmtree(cut_short, ignore_errors=True)
    kind = ("-D", fresh, "-U", "postgres", "-E", "UTF8", "--data-checksums")
    trust = ("--auth-local=trust", "--auth-host=reject")
    builtin = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    older = (("--locale=C.UTF-8",), ("--locale=C",))  # not every system knows C.UTF-8
    has_builtin = major_of(version_of(binaries)) >= FIRST_WITH_BUILTIN_LOCALE
    for locale in (builtin,) if has_builtin else older:
        made = run(binaries / "initdb", *kind, *trust, *locale, account=account)
        if made.returncode == 0:
            break
    else:
        message = f"PostgreSQL could not make a database in {folder}: {made.stderr.strip()}"
        raise SetUpFailure(message)
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'carehops.conf'  # what you set below this line wins\n")
    fresh.rename(data)
    renamed = os.open(folder, os.O_RDONLY)  # onto the disk: a data.new would be thrown away
    os.fsync(renamed)
    os.close(renamed)


def refuse_other_major(data: Path, binaries: Path) -> None:
    """Say what to do about data that these binaries cannot read."""
    made_by, version = (data / "PG_VERSION").read_text().strip(), version_of(binaries)
    if major_of(made_by) != major_of(version):
        message = (
            f"The data in {data} was made by PostgreSQL {made_by}, but {binaries} holds "
            f"PostgreSQL {version}, which cannot read it. Set CAREHOPS_POSTGRES_BIN to the bin "
            f"folder of a PostgreSQL {made_by}; to move on, dump the data with the newer "
            "pg_dump and restore it into a new home."
        )
        raise SetUpFailure(message)


def carehops_conf(sockets: Path) -> str:
    """Our settings, written at every start: a later release tunes a server it did not make."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    quoted = str(sockets).replace('"', '""').replace("'", "''")
    return f"""\
# Carehops writes this file at every start. Your own settings: the end of postgresql.conf.
listen_addresses = ''
port = 5432
unix_socket_directories = '"{quoted}"'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = {"512MB" if memory > 8 * GIGABYTE else "256MB"}
work_mem = 64MB
maintenance_work_mem = 256MB
dynamic_shared_memory_type = {"mmap" if _shm_is_small() else "posix"}
max_wal_size = 4GB
fsync = on
synchronous_commit = on  # off lost a committed table when the server was killed
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# An error quotes the row that caused it: its client gets it, the log does not.
log_min_messages = log
log_error_verbosity = terse
log_checkpoints = off
"""


def _shm_is_small() -> bool:
    """Docker gives 64 MB unless told otherwise, in which a parallel join dies."""
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108 - only measured
    except OSError:
        return sys.platform == "linux"
    return shm.f_bavail * shm.f_frsize < GIGABYTE
