"""The truth again, by another way: every rule asked in plain Python of the files as they read back.

What the sample plants by construction must be what anybody finds who knows only the files.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from assets.sample.payers import contract_rows
from assets.sample.write import write_sample
from tests.reading_of_feeds import ZONE, Landed, read_folder
from tests.recheck_of_papers import Papers

Row = dict[str, Any]
USABLE = ("approved", "partial", "reduced")


def within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def holds_on(day: date, auth: Row) -> bool:
    """Whether an authorization covers a day and is not blacked out on it."""
    for span in (auth["blackout"] or "").split(";"):
        first, _, last = span.partition("/")
        if first and within(day, date.fromisoformat(first), date.fromisoformat(last or first)):
            return False
    return within(day, auth["period_from"], auth["period_to"])


@dataclass
class Facts:
    """The newest rows, ready to be looked up."""

    landed: Landed
    now: datetime

    def __post_init__(self) -> None:
        self.clients = {row["client_id"]: row for row in self.landed.now("client")}
        self.carers = {row["caregiver_id"]: row for row in self.landed.now("caregiver")}
        self.plans = {row["schedule_id"]: row for row in self.landed.now("schedule")}
        self.terms = contract_rows()
        self.rights = self.landed.now("role_right")
        self.stays = self.landed.now("inpatient_stay")
        self.live_ins = self.landed.now("live_in")
        self.restrictions = self.landed.now("caregiver_restriction")
        self.auths = defaultdict(list)
        for row in self.landed.now("service_auth"):
            if row["status"] in USABLE:
                self.auths[self.auth_key(row)].append(row)
        self.enrolled = self.landed.now("provider_enrolment")
        self.read_cover()
        self.notes = set()
        self.orders = defaultdict(list)
        self.early, self.rewritten = set(), set()
        newest = {row["document_id"]: row for row in self.landed.now("document")}
        for row in self.landed.versions["document"]:
            now, of_visit = newest[row["document_id"]], (row["visit_source"], row["visit_id"])
            same_signature = row["signed_at"] == now["signed_at"]
            if row["status"] in ("signed", "locked") and same_signature:
                self.rewritten |= (
                    {of_visit} if row["content_hash"] != now["content_hash"] else set()
                )
        for row in newest.values():
            if (
                row["status"] == "locked"
                and row["locked_at"]
                and row["locked_at"] < row["signed_at"]
            ):
                self.early.add((row["visit_source"], row["visit_id"]))
        for row in newest.values():
            if row["status"] in ("signed", "locked"):
                self.notes.add((row["visit_source"], row["visit_id"]))
                self.orders[row["client_id"]] += [row] if row["document_kind"] == "order" else []
        self.papers = Papers(self.landed.versions["document"], self.landed.versions["care_plan"])
        self.visits = [self.visit(row) for row in self.landed.now("evv_visit")]
        self.alike = defaultdict(list)
        self.begun_on = defaultdict(list)
        self.of_client = defaultdict(list)
        for visit in self.visits:
            self.of_client[visit["client_id"]].append(visit)
            self.alike[twin_key(visit)].append(visit)
            self.begun_on[visit["day"]].append(visit)

    def read_cover(self) -> None:
        """What payers say of clients, shifts and days."""
        self.rosters = self.landed.now("eligibility")
        self.answers = {
            (row["source_system"], row["visit_id"]): row
            for row in self.landed.now("primary_answer")
        }
        self.incident_days = {
            (row["client_id"], row["occurred_at"].astimezone(ZONE).date())
            for row in self.landed.now("incident")
            if row["status"] == "open"
        }
        self.shares = defaultdict(dict)
        for row in self.landed.now("funding_share"):
            self.shares[row["schedule_id"]][row["payer_id"], row["payer_program"]] = row["minutes"]

    def roster_of(self, visit: Row) -> Row | None:
        names = ("client_id", "payer_id", "payer_program")
        return next(
            (
                row
                for row in self.rosters
                if all(row[name] == visit[name] for name in names)
                and within(visit["day"], row["covered_from"], row["covered_to"])
            ),
            None,
        )

    def auths_of(self, visit: Row) -> tuple[list[Row], list[Row]]:
        """Authorizations for the visit's service as given, and for it given otherwise."""
        key = self.auth_key(visit)
        unit = {"PER_VISIT": "visit"}.get(visit["terms"].get("unit_rule"), "15min")
        alike = [auth for other in self.auths if other[:4] == key[:4] for auth in self.auths[other]]
        fit = [auth for auth in alike if self.auth_key(auth) == key and auth["unit_type"] == unit]
        return fit, [auth for auth in alike if auth not in fit]

    def is_ours(self, auth: Row) -> bool:
        return auth["provider_npi"] is None or any(
            row["npi"] == auth["provider_npi"]
            and all(row[name] == auth[name] for name in ("payer_id", "payer_program"))
            for row in self.enrolled
        )

    @staticmethod
    def auth_key(row: Row) -> tuple[Any, ...]:
        names = ("payer_id", "payer_program", "client_id", "service_code")
        return (*(row[name] for name in names), frozenset((row["modifiers"] or "-").split(";")))

    def visit(self, row: Row) -> Row:
        start = row["adjusted_in_at"] or row["call_in_at"]
        end = row["adjusted_out_at"] or row["call_out_at"]
        sent = [row[f"modifier{place}"] for place in (1, 2, 3, 4)]
        visit = {
            **row,
            "record": f"{row['source_system']}/{row['visit_id']}",
            "start": start,
            "end": end,
            "modifiers": ";".join(one for one in sent if one) or "-",
            "day": start.astimezone(ZONE).date() if start else None,
            "minutes": int((end - start).total_seconds() // 60) if start and end else None,
        }
        return {**visit, "terms": self.terms_on(visit, visit["day"])}

    def terms_on(self, visit: Row, day: date | None) -> Row:
        names = ("payer_id", "payer_program", "service_code", "modifiers")
        for row in self.terms:
            same = all(row[name] == visit[name] for name in names)
            if same and day and within(day, row["valid_from"], row["valid_to"]):
                return row
        return {}


def spelled(row: Row) -> tuple[str, str]:
    return row["payer_id"], row["payer_program"]


def plainly(row: Row) -> tuple[str, ...]:
    return tuple(word.lower().replace(" ", "").lstrip("0") for word in spelled(row))


def codes_at_hop_1(facts: Facts, visit: Row) -> Iterator[str]:
    if visit["action"] == "cancel":
        yield "EVV-CANCELLED"
        return
    start, end, terms = visit["start"], visit["end"], visit["terms"]
    client = facts.clients.get(visit["client_id"])
    programs = {spelled(row) for row in facts.terms}
    plain = {plainly(row) for row in facts.terms}
    stamped = bool(visit["adjusted_in_at"] or visit["adjusted_out_at"])
    by_hand = "Manual" in (visit["call_in_type"], visit["call_out_type"]) or stamped
    status = visit["aggregator_status"]
    rules = {
        "EVV-UNKNOWN-CLIENT": client is None,
        "EVV-UNKNOWN-STAFF": visit["caregiver_id"] not in facts.carers,
        "MAP-PAYER": spelled(visit) not in programs and plainly(visit) not in plain,
        "MAP-NEAR-MISS": spelled(visit) not in programs and plainly(visit) in plain,
        "EVV-NO-SERVICE": visit["service_code"] is None,
        "EVV-NO-IN": start is None,
        "EVV-NO-OUT": end is None,
        "EVV-TIME-ORDER": bool(start and end and end <= start),
        "EVV-TOO-LONG": (visit["minutes"] or 0) > terms.get("max_visit_minutes", 1500),
        "EVV-NO-MEDICAID-ID": client is not None
        and not (client["medicaid_id"] or visit["client_medicaid_id"])
        and terms.get("is_billed", True),
        "EVV-MANUAL-NO-REASON": by_hand
        and not (visit["change_reason_code"] and visit["change_attested"]),
        "PERM-VISIT-EDIT": (by_hand or visit["sequence_id"] > 1) and not may_edit(facts, visit),
        "EVV-NOT-VERIFIED": bool(
            terms.get("needs_verified_visit") and status in (None, "In Process")
        ),
        "EVV-REFUSED": bool(terms.get("needs_verified_visit") and status in ("Incomplete", "Omit")),
        "EVV-DUP": any(
            other["record"] < visit["record"] and other["action"] == "upsert"
            for other in facts.alike[twin_key(visit)]
            if start and end
        ),
        "EVV-GPS": is_away(facts, visit) and terms.get("gps_is_held", True),
        "EVV-BILLTIME-WIDENED": is_widened(visit) and terms.get("widened_time_is_held", True),
        "EVV-PHONE-UNLINKED": client is not None
        and visit["location_type"] == "home"
        and any(
            visit[f"call_{call}_type"] == "Telephony"
            and (call == "in" or visit["call_out_at"])
            and visit[f"call_{call}_phone"] != client["phone"]
            for call in ("in", "out")
        ),
        "EVV-EXTRANEOUS": bool(start) != bool(end)
        and any(
            other["start"] <= (start or end) <= other["end"]
            for other in beside(facts, visit)
            if other["client_id"] == visit["client_id"]
        ),
        "EVV-UNAUTH-SERVICE": bool(terms.get("needs_service_auth"))
        and visit["schedule_id"] in facts.plans
        and facts.plans[visit["schedule_id"]]["service_code"] != visit["service_code"]
        and not any(
            row["client_id"] == visit["client_id"] and row["service_code"] == visit["service_code"]
            for rows in facts.auths.values()
            for row in rows
        ),
        "OVLP-INPATIENT": visit["day"] is not None
        and any(
            row["client_id"] == visit["client_id"]
            and not row["is_void"]
            and row["admitted_on"] < visit["day"] < (row["discharged_on"] or date.max)
            for row in facts.stays
        ),
        "LIVEIN-ATTEST": visit["day"] is not None
        and any(
            (row["caregiver_id"], row["client_id"]) == (visit["caregiver_id"], visit["client_id"])
            and within(visit["day"], row["lives_in_from"], row["lives_in_to"])
            and not (
                terms.get("live_in_allowed")
                and row["attested_on"]
                and timedelta() <= visit["day"] - row["attested_on"] < timedelta(days=365)
            )
            for row in facts.live_ins
        ),
        "EVV-WINDOW-CLOSED": visit["sequence_id"] > 1
        and visit["day"] is not None
        and 0
        < terms.get("visit_maintenance_days", 0)
        < (visit["source_updated_at"].astimezone(ZONE).date() - visit["day"]).days,
        "GROUP-RATIO": visit["group_code"] is not None and crowd(facts, visit) > 3,
    }
    yield from (code for code, broken in rules.items() if broken)


def twin_key(visit: Row) -> tuple[Any, ...]:
    return tuple(visit[k] for k in ("client_id", "caregiver_id", "service_code", "start", "end"))


def may_edit(facts: Facts, visit: Row) -> bool:
    day = visit["source_updated_at"].astimezone(ZONE).date()
    return any(
        row["role"] == visit["updated_by_role"]
        and row["right_code"] == "visit_edit"
        and within(day, row["valid_from"], row["valid_to"])
        for row in facts.rights
    )


def beside(facts: Facts, visit: Row) -> Iterator[Row]:
    """Whole visits of the same caregiver that begin the day before, that day, or the day after."""
    day = (visit["start"] or visit["end"]).astimezone(ZONE).date()
    for days in (-1, 0, 1):
        for other in facts.begun_on[day + timedelta(days=days)]:
            whole = other["end"] and other["end"] > other["start"] and other["action"] == "upsert"
            if whole and other["caregiver_id"] == visit["caregiver_id"] and other is not visit:
                yield other


def crowd(facts: Facts, visit: Row) -> int:
    if not (visit["start"] and visit["end"]):
        return 0
    return 1 + len(
        {
            other["client_id"]
            for other in beside(facts, visit)
            if other["group_code"] == visit["group_code"]
            and other["start"] < visit["end"]
            and visit["start"] < other["end"]
        }
        - {visit["client_id"]}
    )


def is_away(facts: Facts, visit: Row) -> bool:
    client, terms = facts.clients.get(visit["client_id"]), visit["terms"]
    if not client or (visit["call_in_type"], visit["location_type"]) != ("Mobile", "home"):
        return False
    if visit["call_in_latitude"] is None:
        return True
    return bool(terms) and metres(visit, client) > terms["gps_limit_metres"]


def typed(visit: Row) -> bool:
    calls = (visit["call_in_type"], visit["call_out_type"])
    return "Manual" in calls or bool(visit["adjusted_in_at"] or visit["adjusted_out_at"])


def trips(facts: Facts, visit: Row) -> Iterator[tuple[Row, Row]]:
    """The way to a visit from the one before, and from it to the one after."""
    around = sorted((visit, *beside(facts, visit)), key=lambda one: (one["start"], one["record"]))
    for one, other in pairwise(around):
        if visit is one or visit is other:
            yield one, other


def flown(visit: Row, one: Row, other: Row) -> bool:
    seconds = (other["start"] - one["end"]).total_seconds()
    ends = (one["call_out_latitude"], one["call_out_longitude"])
    begins = (other["call_in_latitude"], other["call_in_longitude"])
    if seconds < 0 or None in (*ends, *begins):
        return False
    # 90 miles an hour
    return apart(ends, begins) > visit["terms"]["gps_limit_metres"] + 90 * 0.44704 * seconds


def is_widened(visit: Row) -> bool:
    called, typed = (
        [visit[f"{kind}_{way}_at"] for way in ("in", "out")] for kind in ("call", "adjusted")
    )
    early = typed[0] and called[0] and typed[0] < called[0]
    late = typed[1] and called[1] and typed[1] > called[1]
    return bool(early or late)


def metres(visit: Row, client: Row) -> float:
    ends = (visit["call_in_latitude"], visit["call_in_longitude"])
    home = (client["home_latitude"], client["home_longitude"])
    return apart(ends, home)


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    (a, b), (c, d) = ([math.radians(part) for part in place] for place in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(half))


def warnings_at_hop_1(facts: Facts, visit: Row) -> Iterator[str]:
    if visit["action"] == "cancel":
        return
    if is_away(facts, visit) and not visit["terms"].get("gps_is_held", True):
        yield "EVV-GPS-WARN"
    if is_widened(visit) and not visit["terms"].get("widened_time_is_held", True):
        yield "EVV-BILLTIME-WIDENED-WARN"
    whole = visit["start"] and visit["end"] and visit["end"] > visit["start"]
    if whole and visit["terms"] and any(flown(visit, *trip) for trip in trips(facts, visit)):
        yield "OVLP-TRAVEL"
    if visit["terms"] and typed(visit) and visit["caregiver_id"]:
        window = [
            typed(other)
            for days in range(28)
            for other in facts.begun_on[visit["day"] - timedelta(days=days)]
            if other["caregiver_id"] == visit["caregiver_id"] and other["action"] == "upsert"
        ]
        if len(window) >= 10 and sum(window) / len(window) > 0.15:
            yield "EVV-MANUAL-RATE"
    if visit["end"] and visit["source_updated_at"] - visit["end"] > timedelta(hours=24):
        yield "EVV-LATE-SUBMIT"


UNITS = {
    "CMS_8MIN": lambda minutes: (minutes + 7) // 15 if minutes >= 8 else 0,
    "NEAREST_QUARTER_VISIT": lambda minutes: math.floor(minutes / 15 + 0.5),
    "FLOOR_15": lambda minutes: minutes // 15,
    "PER_VISIT": lambda _: 1,
}


def lines_of(facts: Facts, visit: Row) -> list[tuple[date, int, int, int]]:
    """Date, minutes, units, cents of every line, lines of no unit included."""
    start, end = visit["start"].astimezone(ZONE), visit["end"].astimezone(ZONE)
    midnight = datetime(*(start.date() + timedelta(days=1)).timetuple()[:3], tzinfo=ZONE)
    parts = [(visit["day"], visit["minutes"])]
    if visit["terms"].get("splits_at_midnight") and visit["end"] > midnight.astimezone(UTC):
        first = int((midnight.astimezone(UTC) - visit["start"]).total_seconds() // 60)
        parts = [(visit["day"], first), (end.date(), visit["minutes"] - first)]
    lines = []
    for day, minutes in parts:
        terms = facts.terms_on(visit, day)
        units = UNITS[terms["unit_rule"]](minutes) if terms else 0
        lines.append((day, minutes, units, units * terms.get("rate_cents", 0)))
    return lines


def codes_at_hop_3(facts: Facts, visit: Row, moved: set[str]) -> Iterator[str]:
    terms, day = visit["terms"], visit["day"]
    client, carer = facts.clients[visit["client_id"]], facts.carers[visit["caregiver_id"]]
    today = facts.now.astimezone(ZONE).date()
    auths, others = facts.auths_of(visit)
    roster = facts.roster_of(visit) or {}
    plan = facts.plans.get(visit["schedule_id"])
    answer = facts.answers.get((visit["source_system"], visit["visit_id"]))
    needs_auth = bool(terms.get("needs_service_auth"))
    dates = [line[0] for line in lines_of(facts, visit)] if terms else []
    near = [
        other
        for days in (-1, 0, 1)
        for other in facts.begun_on[day + timedelta(days=days)]
        if other["record"] in moved and other is not visit
    ]
    meeting = [
        other for other in near if other["start"] < visit["end"] and visit["start"] < other["end"]
    ]
    grouped = visit["group_code"]
    of_visit = visit["source_system"], visit["visit_id"]
    unsigned = bool(terms.get("needs_signed_note")) and of_visit not in facts.notes
    rules = {
        "NOT-BILLED": not terms.get("is_billed", True),
        "RECON-TODAY": day >= today,
        "DOC-NOTE-UNSIGNED": unsigned and facts.now - visit["end"] >= timedelta(hours=48),
        "DOC-NOTE-NOT-DUE": unsigned and facts.now - visit["end"] < timedelta(hours=48),
        "DOC-ORDER-UNSIGNED": bool(terms.get("needs_signed_order"))
        and not any(
            within(day, order["covers_from"], order["covers_to"])
            for order in facts.orders[client["client_id"]]
        ),
        "MAP-SERVICE": not terms and not near_miss(facts, visit),
        "MAP-NEAR-MISS": not terms and near_miss(facts, visit),
        "MAP-LOCATION": bool(terms)
        and visit["location_type"] == "community"
        and not terms.get("place_of_service_community"),
        "MAP-DISCIPLINE": bool(terms)
        and carer["discipline"] not in terms["disciplines"].split(";"),
        "ELIG-INACTIVE": not within(day, client["eligible_from"], client["eligible_to"])
        or roster.get("share_of_cost_cents", 0) > roster.get("share_met_cents", 0),
        "ELIG-DEMOG": bool(roster) and roster["birth_date"] != client["birth_date"],
        "SPLIT-PAYER": visit["schedule_id"] in facts.shares
        and facts.shares[visit["schedule_id"]]
        != {(visit["payer_id"], visit["payer_program"]): visit["minutes"]},
        "COB-PRIMARY-FIRST": bool(roster.get("other_payer_id")) and answer is None,
        "COB-SECONDARY-DATA": bool(roster.get("other_payer_id"))
        and answer is not None
        and None in (answer["paid_cents"], answer["adjustments"], answer["paid_on"]),
        "RECON-PLANNED-DELIVERED": plan is not None
        and (
            plan["status"] == "cancelled"
            or plan["client_id"] != visit["client_id"]
            or abs(plan["start_at"] - visit["start"]) > timedelta(hours=12)
        ),
        "RECON-DELIVERED-BILLED": (client["client_id"], day) in facts.incident_days,
        "ELIG-PLAN-CHANGED": (client["payer_id"], client["payer_program"])
        != (visit["payer_id"], visit["payer_program"]),
        "ELIG-ID-FORMAT": bool(terms)
        and not re.fullmatch(terms["member_id_pattern"], client["medicaid_id"] or ""),
        "AUTH-NONE": needs_auth and not auths and not any(holds_on(day, one) for one in others),
        "AUTH-SERVICE-MISMATCH": needs_auth
        and not auths
        and any(holds_on(day, one) for one in others),
        "AUTH-PROVIDER": needs_auth
        and any(holds_on(day, one) and not facts.is_ours(one) for one in auths),
        "AUTH-PERIOD": needs_auth
        and bool(auths)
        and not all(any(holds_on(line, auth) for auth in auths) for line in dates),
        "UNIT-ZERO": bool(terms) and sum(line[2] for line in lines_of(facts, visit)) == 0,
        "OVLP-CAREGIVER": any(
            other["caregiver_id"] == visit["caregiver_id"]
            and other["client_id"] != visit["client_id"]
            and not (grouped and grouped == other["group_code"])
            for other in meeting
        ),
        "OVLP-CLIENT": any(
            other["client_id"] == visit["client_id"]
            and other["caregiver_id"] != visit["caregiver_id"]
            and other["service_code"] == visit["service_code"]
            for other in meeting
        ),
        "OVLP-SAME-VISIT": any(twin_key(other)[:3] == twin_key(visit)[:3] for other in meeting),
        "EVV-NO-SCHEDULE": visit["schedule_id"] not in facts.plans,
        "PROV-CAREGIVER-INELIG": carer["is_excluded"]
        or not within(day, carer["hired_on"], carer["ended_on"])
        or not within(day, None, carer["credential_expires_on"])
        or any(
            (row["caregiver_id"], row["client_id"]) == (visit["caregiver_id"], visit["client_id"])
            and within(day, row["restricted_from"], row["restricted_to"])
            for row in facts.restrictions
        ),
        "DOC-NOTE-CHANGED": (visit["source_system"], visit["visit_id"]) in facts.rewritten,
        "DOC-LOCKED-EARLY": (visit["source_system"], visit["visit_id"]) in facts.early,
        "CLM-TIMELY": bool(terms) and day + timedelta(days=terms["filing_limit_days"]) < today,
    }
    yield from (code for code, broken in rules.items() if broken)
    mine = [other for other in facts.of_client[visit["client_id"]] if other["record"] in moved]
    yield from facts.papers.codes(visit, carer["discipline"], mine)


def judged_at_hop_3(facts: Facts) -> tuple[dict[str, set[str]], list[Row]]:
    """Codes of every visit that came from hop 1, and the visits that have none."""
    moved = [visit for visit in facts.visits if not list(codes_at_hop_1(facts, visit))]
    names = {visit["record"] for visit in moved}
    found = {visit["record"]: set(codes_at_hop_3(facts, visit, names)) for visit in moved}
    return found, [visit for visit in moved if not found[visit["record"]]]


def near_miss(facts: Facts, visit: Row) -> bool:
    names = ("payer_id", "payer_program", "service_code")
    return any(
        all(row[name] == visit[name] for name in names)
        and set(row["modifiers"].split(";")) == set(visit["modifiers"].split(";"))
        for row in facts.terms
    )


def over_their_authorization(
    facts: Facts, clean: list[Row]
) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Running sums over the visits nothing else is wrong with, oldest first.

    Returns:
        The caps a visit is over, and the units over where its payer takes the rest.
    """
    total: dict[str, int] = defaultdict(int)
    weekly: dict[tuple[str, date], int] = defaultdict(int)
    shorter: dict[tuple[str, str], int] = defaultdict(int)
    over: dict[str, set[str]] = defaultdict(set)
    parts: dict[str, int] = {}
    for visit in sorted(clean, key=lambda visit: (visit["day"], visit["start"], visit["record"])):
        for day, _, units, _ in lines_of(facts, visit):
            fit = [auth for auth in facts.auths_of(visit)[0] if holds_on(day, auth)]
            if not fit:
                continue
            auth = min(fit, key=lambda auth: (auth["period_to"], auth["auth_id"]))
            back = (day.isoweekday() % 7 - auth["week_starts_on"]) % 7
            week = (auth["auth_id"], day - timedelta(days=back))
            weekly[week] += units
            total[auth["auth_id"]] += units
            room = auth["cap_day"]
            if visit["terms"].get("partial_units_pass") and room is not None and units > room > 0:
                parts[visit["record"]] = units - room
                continue
            for cap, span in (("DAY", day.isoformat()), ("MONTH", f"{day:%Y-%m}")):
                most = auth[f"cap_{cap.lower()}"]
                shorter[auth["auth_id"], span] += units
                if most is not None and shorter[auth["auth_id"], span] > most:
                    over[visit["record"]].add(f"AUTH-OVER-{cap}")
            if auth["cap_week"] is not None and weekly[week] > auth["cap_week"]:
                over[visit["record"]].add("AUTH-OVER-WEEK")
            if total[auth["auth_id"]] > auth["units_total"]:
                over[visit["record"]].add("AUTH-OVER-TOTAL")
    return over, parts


@pytest.fixture(
    scope="module",
    params=[(1, 70, 28, date(2026, 11, 20)), (2, 50, 21, date(2027, 1, 9))],
    ids=["over the change to winter time", "over New Year"],
)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Facts, list[Row]]:
    seed, clients, days, end = request.param
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, seed=seed, clients=clients, days=days, end=end)
    told = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    landed = read_folder(folder / "feeds", [line for line in told if "verdict" in line])
    now = datetime.strptime(told[0]["as_of"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return Facts(landed, now), told


def told_at(told: list[Row], hop: str, word: str) -> dict[str, Any]:
    return {line["record"]: line[word] for line in told if line.get("hop") == hop}


def test_what_is_told_of_the_first_hop_is_what_the_files_say(
    sample: tuple[Facts, list[Row]],
) -> None:
    facts, told = sample
    found = {visit["record"]: sorted(codes_at_hop_1(facts, visit)) for visit in facts.visits}
    assert found == told_at(told, "evv_to_coordination", "codes")
    shown = {visit["record"]: sorted(warnings_at_hop_1(facts, visit)) for visit in facts.visits}
    assert shown == told_at(told, "evv_to_coordination", "warnings")


def test_what_is_told_of_billing_is_what_the_files_say(sample: tuple[Facts, list[Row]]) -> None:
    facts, told = sample
    found, clean = judged_at_hop_3(facts)
    over, parts = over_their_authorization(facts, clean)
    for record, codes in over.items():
        found[record] |= codes
    listed = {record: sorted(codes) for record, codes in found.items()}
    assert listed == told_at(told, "delivery_to_billing", "codes")
    shown = told_at(told, "delivery_to_billing", "warnings")
    assert {record for record, codes in shown.items() if "AUTH-PARTIAL" in codes} == parts.keys()


def test_minutes_units_and_money_are_what_the_terms_say(sample: tuple[Facts, list[Row]]) -> None:
    facts, told = sample
    visits = {visit["record"]: visit for visit in facts.visits}
    _, parts = over_their_authorization(facts, judged_at_hop_3(facts)[1])
    lines = {line["record"]: line["billable_lines"] for line in told if "billable_lines" in line}
    for record, priced in lines.items():
        wanted = [
            [number, day.isoformat(), *rest]
            for number, (day, *rest) in enumerate(lines_of(facts, visits[record]), start=1)
            if rest[1]
        ]
        if record in parts:
            (line,) = wanted
            rate = visits[record]["terms"]["rate_cents"]
            wanted = [[*line[:3], line[3] - parts[record], line[4] - parts[record] * rate]]
        assert priced == wanted


def test_what_deviates_from_the_plan_is_what_the_files_say(
    sample: tuple[Facts, list[Row]],
) -> None:
    facts, told = sample
    found: set[tuple[str, str]] = set()
    for visit in facts.visits:
        if visit["concern_codes"] and visit["action"] == "upsert":
            found.add(("risk_flag", visit["record"]))
        if list(codes_at_hop_1(facts, visit)):
            continue
        plan = facts.plans.get(visit["schedule_id"])
        if plan is None:
            found.add(("unscheduled", visit["record"]))
            continue
        planned = (plan["end_at"] - plan["start_at"]).total_seconds() // 60
        allowed = visit["terms"].get("schedule_tolerance_minutes", 15)
        if visit["minutes"] < planned - allowed:
            found.add(("shortened", visit["record"]))
        if visit["start"] > plan["start_at"] + timedelta(minutes=15):
            found.add(("late", visit["record"]))
    named = {visit["schedule_id"] for visit in facts.visits if visit["action"] == "upsert"}
    for plan in facts.plans.values():
        over = facts.now - timedelta(days=35) <= plan["end_at"] < facts.now
        if plan["status"] == "planned" and over and plan["schedule_id"] not in named:
            found.add(("missed", f"schedule/{plan['schedule_id']}"))
    assert found == {(line["deviation"], line["subject"]) for line in told if "deviation" in line}
