from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlglot.errors import SqlglotError

from orchestration.ground.column_lineage import hop_lineage, select_lineage
from orchestration.ground.contracts import Hop, Target, Timing
from orchestration.ground.sql import SqlLibrary

SHAPES = {
    "landing.visit_now": ("visit_id", "in_at", "out_at", "payer_id"),
    "landing.payer_now": ("payer_id", "rate_cents", "name"),
}


def test_a_renamed_column_is_followed_through_a_common_table_expression():
    sql = "with a as (select v.in_at as start_at from landing.visit_now as v) select a.* from a"
    assert select_lineage(sql, SHAPES) == {"start_at": {("landing.visit_now", "in_at")}}


def test_what_is_only_compared_is_no_source():
    sql = """
        select v.visit_id, p.rate_cents as rate
        from landing.visit_now as v
        inner join landing.payer_now as p on v.payer_id = p.payer_id
        where v.in_at is not null
    """
    assert select_lineage(sql, SHAPES) == {
        "visit_id": {("landing.visit_now", "visit_id")},
        "rate": {("landing.payer_now", "rate_cents")},
    }


def test_a_lateral_query_gives_the_columns_it_computes_from():
    sql = """
        select v.visit_id, c.minutes
        from landing.visit_now as v
        cross join lateral (select extract(epoch from v.out_at - v.in_at) / 60 as minutes) as c
    """
    assert select_lineage(sql, SHAPES)["minutes"] == {
        ("landing.visit_now", "in_at"),
        ("landing.visit_now", "out_at"),
    }


def test_a_question_to_another_table_gives_what_it_selects():
    sql = """
        select
            (select p.name from landing.payer_now as p where p.payer_id = v.payer_id) as payer
            , exists(select 1 from landing.payer_now as p) as is_known
        from landing.visit_now as v
    """
    assert select_lineage(sql, SHAPES) == {
        "payer": {("landing.payer_now", "name")},
        "is_known": frozenset(),
    }


def test_both_arms_of_a_union_are_sources_by_place():
    sql = """
        select v.visit_id as subject from landing.visit_now as v
        union all
        select p.payer_id from landing.payer_now as p
    """
    assert select_lineage(sql, SHAPES)["subject"] == {
        ("landing.visit_now", "visit_id"),
        ("landing.payer_now", "payer_id"),
    }


def test_a_query_that_looks_at_itself_ends():
    sql = """
        with recursive chain as (
            select v.visit_id as id from landing.visit_now as v
            union all
            select chain.id from chain
        )
        select chain.id from chain
    """
    assert select_lineage(sql, SHAPES)["id"] == {("landing.visit_now", "visit_id")}


def test_text_that_is_no_select_is_refused():
    with pytest.raises(SqlglotError):
        select_lineage("select from where (", SHAPES)


@pytest.fixture
def hop() -> Hop:
    hour = timedelta(hours=1)
    return Hop(
        name="visits_to_lines",
        meaning="Visits become lines.",
        record="visit",
        takes=("landing.visit",),
        reads=("landing.payer",),
        targets=(Target("line", ("record_id",), "One line."),),
        minimum_dataset=(),
        checkpoints=("V01",),
        timing=Timing("0 * * * *", hour, 2 * hour, hour),
        owner="Billing specialist",
    )


def _library(folder: Path, **models: str) -> SqlLibrary:
    place = folder / "models" / "visits_to_lines"
    place.mkdir(parents=True)
    for name, sql in models.items():
        (place / f"{name}.sql").write_text(sql)
    return SqlLibrary(frozenset({"line"}), frozenset({"visit", "payer"}), folder)


MODELS = {
    "intake": "select v.visit_id as record_id from {{ ref('visit') }} as v"
    " where v.file_id = :batch_id",
    "candidate": "select work.record_id, v.in_at as start_at, p.rate_cents"
    " from {{ ref('work') }} as work"
    " left join {{ ref('visit_now') }} as v on work.record_id = v.visit_id"
    " left join {{ ref('payer_now') }} as p on v.payer_id = p.payer_id",
    "line": "select passed.*, 'T' as usage from {{ ref('passed') }} as passed",
}


def test_a_hops_target_is_followed_back_to_what_others_made(tmp_path, hop):
    (line,) = hop_lineage(_library(tmp_path, **MODELS), hop, SHAPES)
    assert line.table == "core.line"
    assert line.sources == {
        "record_id": {("landing.visit", "visit_id")},
        "start_at": {("landing.visit_now", "in_at")},
        "rate_cents": {("landing.payer_now", "rate_cents")},
        "usage": frozenset(),
    }


def test_a_target_that_keeps_what_was_there_is_not_its_own_source(tmp_path, hop):
    models = MODELS | {
        "line": "select passed.record_id, coalesce(old.start_at, passed.start_at) as start_at"
        " from {{ ref('passed') }} as passed"
        " left join {{ ref('line') }} as old on passed.record_id = old.record_id"
    }
    (line,) = hop_lineage(_library(tmp_path, **models), hop, SHAPES)
    assert line.sources["start_at"] == {("landing.visit_now", "in_at")}


def test_sql_that_cannot_be_read_leaves_its_target_out(tmp_path, hop):
    models = MODELS | {"line": "select from where ("}
    assert hop_lineage(_library(tmp_path, **models), hop, SHAPES) == ()


def test_a_hop_without_models_has_no_lineage(tmp_path, hop):
    assert hop_lineage(_library(tmp_path), replace(hop, targets=()), SHAPES) == ()
