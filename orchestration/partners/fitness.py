"""What is wrong with the way to partners, for ``carehops doctor``: what, where, mend.

It only looks: no partner is reached; what the last exchange met is the database's to say.
"""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from orchestration.ground.failures import ContractFailure, FileRefused
from orchestration.ground.settings import Settings, is_open
from orchestration.ground.toml_file import read_text
from orchestration.partners.routes import Route, read_route
from orchestration.partners.sending import sending_files

Finding = tuple[str, str, str]
"""What is wrong, where, and how to mend it."""


def line_findings(settings: Settings, today: date) -> Iterator[Finding]:
    """Everything that would keep files from partners: set-up, secrets, folders, agreements."""
    try:
        paths = list(sending_files(settings.agency_folder))
    except ContractFailure:
        return  # said already
    for path in paths:
        try:
            route = read_route(path, read_text(path))
        except FileRefused as refused:
            for fault in refused.faults:
                yield fault.what, f"{fault.path}:{fault.line}", fault.mend
        else:
            yield from _route_findings(settings, route, path, today)


def _route_findings(settings: Settings, route: Route, path: Path, today: date) -> Iterator[Finding]:
    agreement, partner = route.sending.agreement, route.sending.partner
    where = f"{path}, [{route.sending.table.section}]"
    if agreement is None or not agreement.holds(today):
        what = f"no signed agreement with {partner} is in force: nothing leaves"
        yield what, where, f"Write [{route.sending.table.section}.agreement] with signed_on."
    elif route.sending.usage == "P" and not agreement.production:
        what = f"the connection to {partner} is for production, which is not agreed"
        yield what, where, "Agree to it and write production = true, or write usage = T."
    for name in route.transport.secrets():
        yield from _secret_findings(settings, name, where)
    if route.transport.is_local:
        yield from _folder_findings(settings, route)


def _secret_findings(settings: Settings, name: str, where: str) -> Iterator[Finding]:
    path = settings.secrets / name
    if path.is_file() and is_open(path):
        yield "others on this machine may read a secret", str(path), f"chmod 600 {path}"
    elif settings.secret(name) is None:
        mend = f"Set the variable {name}, or lay the secret into {path} (mode 0600)."
        yield f"secret {name} is missing", where, mend


def _folder_findings(settings: Settings, route: Route) -> Iterator[Finding]:
    transport = route.transport
    for name in (transport.out, transport.replies, *(transport.processed or ())):
        folder = settings.home / name
        if name and folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            what = f"the folder of {route.sending.partner} cannot be written to"
            yield what, str(folder), "Give it to the account Carehops runs as."
