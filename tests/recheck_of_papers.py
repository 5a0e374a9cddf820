"""What the clinical record says against a visit, asked in plain Python of the files."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
SIGNED = ("signed", "locked")


def within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


class Papers:
    """Papers and plans by client, and visits by client to be counted."""

    def __init__(self, documents: Iterable[Row], plans: Iterable[Row]) -> None:
        self.of_client: dict[str, list[Row]] = defaultdict(list)
        self.versions: dict[str, list[Row]] = defaultdict(list)
        self.plans: dict[str, list[Row]] = defaultdict(list)
        for row in documents:
            self.versions[row["document_id"]].append(row)
        for versions in self.versions.values():
            newest = max(versions, key=lambda row: row["document_version"])
            self.of_client[newest["client_id"]].append(newest)
        for row in plans:
            self.plans[row["client_id"]].append(row)

    def codes(self, visit: Row, discipline: str, of_client: list[Row]) -> Iterator[str]:
        """Blocking codes; ``of_client`` are the client's visits that count."""
        terms, day = visit["terms"], visit["day"]
        if not terms:
            return
        mine = self.of_client[visit["client_id"]]
        valid = [row for row in mine if within(day, row["covers_from"], row["covers_to"])]
        kinds = defaultdict(list)
        for row in valid:
            kinds[row["document_kind"]].append(row)
        plans = self.plans[visit["client_id"]]
        yield from ("DOC-ASSESS-INCOMPLETE",) * any(
            row["status"] == "draft" for row in kinds["assessment"]
        )
        if review := terms.get("plan_review_days"):
            covered = any(within(day, row["effective_from"], row["effective_to"]) for row in plans)
            fresh = any(
                row["change_type"] in ("new", "recert", "resume")
                and 0 <= (day - row["effective_from"]).days < review
                for row in plans
            )
            yield from ("DOC-PLAN-EXPIRED",) * (not (covered and fresh))
        if terms.get("oasis_needed"):
            locked = any(row["status"] == "locked" for row in kinds["oasis"])
            yield from ("DOC-OASIS-OPEN",) * (not locked)
            differs = any(
                old["content_hash"] != row["content_hash"]
                and old["status"] == "locked"
                and old["locked_at"] == row["locked_at"]
                for row in kinds["oasis"]
                for old in self.versions[row["document_id"]]
            )
            yield from ("DOC-OASIS-LOCKED-DIFF",) * differs
        if terms.get("noa_needed"):
            accepted = any(row["accepted_at"] for row in kinds["admission_notice"])
            yield from ("DOC-NOA-MISSING",) * (not accepted)
        if terms.get("face_to_face_needed"):
            seen = any(
                -90 <= (row["happened_on"] - row["covers_from"]).days <= 30
                for row in kinds["face_to_face"]
                if row["status"] in SIGNED
            )
            yield from ("DOC-F2F-MISSING",) * (not seen)
        orders = [row for row in kinds["order"] if row["status"] in SIGNED]
        yield from ("DOC-SUPERVISION",) * _is_unsupervised(
            terms.get("supervision_days_skilled" if orders else "supervision_days", 0)
            if discipline in ("aide", "attendant")
            else 0,
            day,
            [row["happened_on"] for row in mine if row["document_kind"] == "supervision"],
            [row["effective_from"] for row in plans],
        )
        yield from self._of_the_note(visit, mine, plans)
        for order in orders:
            if order["weekly_visits_most"] is not None:
                first = day - timedelta(days=(day.isoweekday() - terms["week_starts_on"]) % 7)
                earlier = [
                    other
                    for other in of_client
                    if first <= other["day"] and other["start"] <= visit["start"]
                ]
                yield from ("FREQ-ORDER",) * (len(earlier) > order["weekly_visits_most"])

    @staticmethod
    def _of_the_note(visit: Row, mine: list[Row], plans: list[Row]) -> Iterator[str]:
        terms = visit["terms"]
        of_visit = visit["source_system"], visit["visit_id"]
        note = next(
            (row for row in mine if (row["visit_source"], row["visit_id"]) == of_visit), None
        )
        if terms.get("client_signature_needed") and not (note and note["client_signed_at"]):
            yield "DOC-CLIENT-SIGNATURE"
        if terms.get("duties_needed"):
            told = {task.partition(":")[0] for task in (visit["tasks"] or "").split(";")}
            known = [
                row
                for row in plans
                if row["entered_at"] <= visit["start"]
                and within(visit["day"], row["effective_from"], row["effective_to"])
                and visit["service_code"] in row["service_codes"].split(";")
            ]
            plan = max(known, key=lambda row: row["plan_version"], default={"tasks": ""})
            needed = {
                name
                for name, _, need in (task.partition(":") for task in plan["tasks"].split(";"))
                if need == "required"
            }
            took = (note["duty_minutes"] if note else None) or 0
            short = took * 100 < visit["minutes"] * terms.get("duty_minutes_percent", 0)
            if needed - told or short:
                yield "DOC-DUTIES"


def _is_unsupervised(days: int, day: date, seen: list[date], begun: list[date]) -> bool:
    known = [one for one in (*seen, min(begun, default=date.max)) if one <= day]
    return bool(days) and (not known or (day - max(known)).days > days)
