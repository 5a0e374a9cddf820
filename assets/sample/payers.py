"""Who pays the sample agency, and for what; every payer is invented.

The terms are read from the sample agency's contract files, so that the truth is told by what the
agency wrote. Each year has its own, and at the turn to 2027 one payer changes the way minutes
become units.
"""

from dataclasses import dataclass
from datetime import date

from assets.feeds.payer_contracts import PAYER_CONTRACT
from assets.sample.times import Row
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.payers.landing import terms_of
from orchestration.partners.payers.reading import read_contract
from orchestration.partners.payers.rows import rows_of

NURSING = frozenset({"T1002", "T1001", "G0299"})
RESPITE = ("S5150", "-")
FILES = SQL_FOLDER / "agency" / "payers"


@dataclass(frozen=True)
class Payer:
    """A payer, as far as other systems know it.

    Args:
        payer_id: The payer.
        source: The EVV system its visits come through.
        programs: The programme clients are in, and one more of the same payer.
        services: Service and modifiers: the usual one first, respite, then the rarer ones.
        week_starts_on: First day of its authorization week, 0 is Sunday.
        filing_limit_days: Days from service to the last filing day.
        is_billed: Whether anything is billed at all.
    """

    payer_id: str
    source: str
    programs: tuple[str, str]
    services: tuple[tuple[str, str], ...]
    week_starts_on: int
    filing_limit_days: int
    is_billed: bool = True


PAYERS = (
    Payer(
        payer_id="BUCKEYE-FICTIVE",
        source="sandata",
        programs=("HCBS-WAIVER", "STATE-PLAN"),
        services=(("T1019", "-"), RESPITE, ("S5125", "U2;U7"), ("T1002", "TD")),
        week_starts_on=0,
        filing_limit_days=365,
    ),
    Payer(
        payer_id="HARBOR-FICTIVE",
        source="hhax",
        programs=("LTSS", "LTSS-PLUS"),
        services=(("T1019", "U1"), RESPITE, ("S5125", "U2;U7"), ("G0299", "-")),
        week_starts_on=1,
        filing_limit_days=95,
    ),
    Payer(
        payer_id="MAPLE-FICTIVE",
        source="carebridge",
        programs=("MCO-LTC", "MCO-DUAL"),
        services=(("T1019", "-"), RESPITE, ("S5125", "U2;U7"), ("T1001", "-")),
        week_starts_on=0,
        filing_limit_days=180,
    ),
    Payer(
        payer_id="PRIVATE-FICTIVE",
        source="hhax",
        programs=("SELF-PAY", "SELF-PAY-B"),
        services=(("S5135", "-"),),
        week_starts_on=0,
        filing_limit_days=365,
        is_billed=False,
    ),
)

BY_ID = {payer.payer_id: payer for payer in PAYERS}


def contract_rows() -> list[Row]:
    """Terms of every service of every programme, from day to day."""
    terms = terms_of(PAYER_CONTRACT)
    return [
        row
        for path in sorted(FILES.glob("*.toml"))
        for row in rows_of(read_contract(terms, path, path.read_text()))
    ]


def contract_on(contracts: list[Row], row: Row, modifiers: str, day: date) -> Row | None:
    """The terms of a visit's payer, programme, service and modifiers that hold on a day."""
    wanted = (row["payer_id"], row["payer_program"], row["service_code"], modifiers)
    for contract in contracts:
        have = tuple(
            contract[name] for name in ("payer_id", "payer_program", "service_code", "modifiers")
        )
        first, last = contract["valid_from"], contract["valid_to"]
        begun = isinstance(first, date) and first <= day
        over = isinstance(last, date) and last < day
        if have == wanted and begun and not over:
            return contract
    return None
