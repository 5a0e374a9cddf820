"""Who pays the sample agency, for what, on which terms; every payer is invented.

Terms are rows with dates: each year has its own, and at the turn to 2027 one payer changes the way
minutes become units.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from assets.sample.times import Period, Row, local

NURSING = frozenset({"T1002", "T1001", "G0299"})
RESPITE = ("S5150", "-")
NEW_UNIT_RULE_FROM = 2027


@dataclass(frozen=True)
class Payer:
    """A payer and the terms all its services share.

    Args:
        payer_id: The payer.
        name: As it goes on claims.
        edi_id: Its id at the clearinghouse.
        source: The EVV system its visits come through.
        programs: The programme clients are in, and one more of the same payer.
        services: Service and modifiers: the usual one first, respite, then the rarer ones.
        unit_rule: How minutes become units.
        later_unit_rule: The same from 2027 on.
        week_starts_on: First day of its authorization week, 0 is Sunday.
        rate_cents: Price of a quarter hour in the first year.
        gps_limit_metres: Farthest clock-in from the home.
        filing_limit_days: Days from service to the last filing day.
        splits_at_midnight: Whether a night becomes two lines.
        is_billed: Whether anything is billed at all.
    """

    payer_id: str
    name: str
    edi_id: str
    source: str
    programs: tuple[str, str]
    services: tuple[tuple[str, str], ...]
    unit_rule: str
    later_unit_rule: str
    week_starts_on: int
    rate_cents: int
    gps_limit_metres: int
    filing_limit_days: int
    splits_at_midnight: bool
    is_billed: bool = True


PAYERS = (
    Payer(
        payer_id="BUCKEYE-FICTIVE",
        name="Buckeye Fictive Medicaid",
        edi_id="BUCKFICT",
        source="sandata",
        programs=("HCBS-WAIVER", "STATE-PLAN"),
        services=(("T1019", "-"), RESPITE, ("S5125", "U2;U7"), ("T1002", "TD")),
        unit_rule="CMS_8MIN",
        later_unit_rule="FLOOR_15",
        week_starts_on=0,
        rate_cents=612,
        gps_limit_metres=1609,
        filing_limit_days=365,
        splits_at_midnight=False,
    ),
    Payer(
        payer_id="HARBOR-FICTIVE",
        name="Harbor Fictive Health Plan",
        edi_id="HARBFICT",
        source="hhax",
        programs=("LTSS", "LTSS-PLUS"),
        services=(("T1019", "U1"), RESPITE, ("S5125", "U2;U7"), ("G0299", "-")),
        unit_rule="FLOOR_15",
        later_unit_rule="FLOOR_15",
        week_starts_on=1,
        rate_cents=655,
        gps_limit_metres=400,
        filing_limit_days=95,
        splits_at_midnight=True,
    ),
    Payer(
        payer_id="MAPLE-FICTIVE",
        name="Maple Fictive Care Plan",
        edi_id="MAPLFICT",
        source="carebridge",
        programs=("MCO-LTC", "MCO-DUAL"),
        services=(("T1019", "-"), RESPITE, ("S5125", "U2;U7"), ("T1001", "-")),
        unit_rule="NEAREST_QUARTER_VISIT",
        later_unit_rule="NEAREST_QUARTER_VISIT",
        week_starts_on=0,
        rate_cents=598,
        gps_limit_metres=800,
        filing_limit_days=180,
        splits_at_midnight=False,
    ),
    Payer(
        payer_id="PRIVATE-FICTIVE",
        name="Private pay",
        edi_id="PRIVFICT",
        source="hhax",
        programs=("SELF-PAY", "SELF-PAY-B"),
        services=(("S5135", "-"),),
        unit_rule="FLOOR_15",
        later_unit_rule="FLOOR_15",
        week_starts_on=0,
        rate_cents=800,
        gps_limit_metres=1609,
        filing_limit_days=365,
        splits_at_midnight=False,
        is_billed=False,
    ),
)

BY_ID = {payer.payer_id: payer for payer in PAYERS}


def contract_rows(period: Period) -> list[Row]:
    """Terms of every service of every programme, year by year."""
    return [
        _contract(payer, program, service, year, period)
        for payer in PAYERS
        for program in payer.programs
        for service in payer.services
        for year in range(period.start.year - 1, period.end.year + 2)
    ]


def _contract(
    payer: Payer, program: str, agreed: tuple[str, str], year: int, period: Period
) -> Row:
    service, modifiers = agreed
    rule = payer.unit_rule if year < NEW_UNIT_RULE_FROM else payer.later_unit_rule
    rate = payer.rate_cents + 17 * (year - 2025)
    if service in NURSING:
        rate *= 3
    if service == "T1001":
        rule, rate = "PER_VISIT", 9_500
    # one payer's terms for one service should have been looked at again inside the window
    overdue = payer.payer_id == "MAPLE-FICTIVE" and service == "S5125"
    middle = period.start + (period.end - period.start) / 2
    return {
        "payer_id": payer.payer_id,
        "payer_program": program,
        "service_code": service,
        "modifiers": modifiers,
        "valid_from": date(year, 1, 1),
        "contract_version": 1,
        "valid_to": date(year, 12, 31) if year <= period.end.year else None,
        "payer_name": payer.name,
        "payer_edi_id": payer.edi_id,
        "claim_filing_code": "MC" if payer.is_billed else "09",
        "is_billed": payer.is_billed,
        "unit_rule": rule,
        "rate_cents": rate,
        "splits_at_midnight": payer.splits_at_midnight,
        "max_visit_minutes": 1500,
        "schedule_tolerance_minutes": 15,
        "gps_limit_metres": payer.gps_limit_metres,
        "needs_verified_visit": payer.is_billed,
        "needs_signed_note": payer.is_billed,
        "needs_signed_order": service in NURSING,
        "needs_service_auth": payer.is_billed,
        "member_id_pattern": "0{6}[0-9]{6}" if payer.is_billed else ".*",
        "filing_limit_days": payer.filing_limit_days,
        "last_validated_on": period.start - timedelta(days=30),
        "review_on": middle if overdue else period.end + timedelta(days=180),
        "source_updated_at": local(period.start - timedelta(days=30), 10),
        "updated_by": "contracts01",
    }


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
