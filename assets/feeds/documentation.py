"""Where notes, orders and assessments stand: status and dates, never their text."""

from datetime import time, timedelta

from orchestration.ground.business_time import Night
from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

DOCUMENT = Table(
    name="document",
    key=("document_id",),
    version="document_version",
    event_at="source_updated_at",
    meaning="One version of a document's status.",
    columns=(
        Column("document_id", "text", "The document.", required=True, identifies="document"),
        Column("document_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column(
            "document_kind",
            "text",
            "What it is.",
            required=True,
            one_of=(
                "note",
                "order",
                "assessment",
                "oasis",
                "admission_notice",
                "face_to_face",
                "supervision",
            ),
        ),
        Column("client_id", "text", "Whose.", required=True, identifies="client"),
        Column("visit_source", "text", "For a note: the EVV system of its visit."),
        Column("visit_id", "text", "For a note: its visit.", identifies="visit"),
        Column(
            "status",
            "text",
            "How far it is.",
            required=True,
            one_of=("draft", "complete", "signed", "locked"),
        ),
        Column("covers_from", "date", "For what holds for a while: first day it covers."),
        Column("covers_to", "date", "For what holds for a while: last day it covers."),
        Column(
            "happened_on", "date", "For a face-to-face encounter or supervisory visit: its day."
        ),
        Column(
            "service_codes",
            "text",
            "For an order: services it is for, joined by semicolons; empty is all.",
            pattern=r"[A-Z0-9]{2,5}(;[A-Z0-9]{2,5})*",
        ),
        Column("weekly_visits_most", "integer", "For an order: most visits in a week.", at_least=0),
        Column("is_as_needed", "boolean", "For an order: more visits as needed.", default=False),
        Column(
            "as_needed_visits_most",
            "integer",
            "For an order with visits as needed: most of them in a week.",
            at_least=0,
        ),
        Column(
            "duty_minutes", "integer", "For a note: minutes its recorded tasks took.", at_least=0
        ),
        Column("client_signed_at", "instant", "For a note: when the client signed the visit."),
        Column("completed_at", "instant", "When it was completed."),
        Column("signed_at", "instant", "When it was signed."),
        Column("locked_at", "instant", "When it was locked against change."),
        Column(
            "accepted_at",
            "instant",
            "For an OASIS assessment or admission notice: when who it was sent to accepted it.",
        ),
        Column("content_hash", "text", "Changes when the text changes.", pattern=r"[0-9a-f]{8,64}"),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
        Column("updated_by", "text", "Who changed it.", required=True),
    ),
)

DOCUMENTATION = Feed(
    name="documentation",
    meaning="Documentation status from the clinical record.",
    system="clinical_record",
    table=DOCUMENT,
    files="documentation_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(hours=1),
    owner="Clinical supervisor",
    warn_after=timedelta(hours=2),
    fail_after=timedelta(hours=6),
    old_after=timedelta(hours=50),
    night=Night(begins=time(22), ends=time(6), slower=3),
    sources={column.name: Source(column.name) for column in DOCUMENT.columns},
)

FEEDS = (DOCUMENTATION,)
