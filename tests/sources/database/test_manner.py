"""How gently a server is asked: pauses between statements, replicas in its place, other databases left alone."""

from __future__ import annotations

import pickle
from itertools import count

import pytest

from pii_audit.errors import UsageError
from pii_audit.model.asset import Asset
from pii_audit.sources.database import session
from pii_audit.sources.interface import Sampling

pytestmark = pytest.mark.service
NOWHERE = "postgresql://postgres@127.0.0.1:1/none"


@pytest.fixture
def rests(monkeypatch):
    """The seconds of every pause, where a clock that is looked at has gone on by one second."""
    taken = []
    clock = count()
    monkeypatch.setattr(session.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(session.time, "sleep", taken.append)
    return taken


@pytest.fixture
def tables(postgresql):
    postgresql.run(
        "CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 50)", "CREATE VIEW v AS SELECT * FROM t"
    )
    return postgresql


def test_a_quarter_of_the_time_means_three_seconds_of_rest_after_one_of_work(tables, opened, read_table, rests):
    table = read_table(opened(tables.url(), max_load=25), "public.t")
    assert len(table.rows) == 50
    assert len(rests) >= 3
    assert set(rests) == {3.0}


def test_a_long_statement_rests_on_the_way(tables, opened, read_table, rests):
    source = opened(tables.url(), max_load=50)
    list(source.assets())
    rests.clear()
    assert len(read_table(source, "public.v").rows) == 50
    assert len(rests) > 50


def test_without_a_limit_there_is_no_rest(tables, opened, read_table, rests):
    for max_load in (None, 100):
        read_table(opened(tables.url(), max_load=max_load), "public.t")
    assert rests == []


def test_the_replica_is_read_and_the_server_itself_is_left_alone(tables, opened):
    source = opened(NOWHERE, replicas=(tables.url(),))
    assert [one.name for one in source.assets() if isinstance(one, Asset)] == ["public.t", "public.v"]


def test_a_replica_that_cannot_be_used_is_told_and_the_next_is_read(tables, opened, read_table):
    source = opened(tables.url(), replicas=(NOWHERE, tables.url(database="no_such_database")))
    told = {row.asset: row.reason.en for row in source.assets() if not isinstance(row, Asset)}
    assert set(told) == {"replicas[1]", "replicas[2]"}
    assert told["replicas[1]"].startswith("could not be used, the next was read: the server cannot be reached")
    assert "no such database" in told["replicas[2]"]
    assert len(read_table(source, "public.t").rows) == 50


def test_a_replica_of_another_kind_is_refused(tables, opened):
    with pytest.raises(UsageError, match="another kind"):
        opened(tables.url(), replicas=("mysql://root@127.0.0.1/x",))


def test_the_manner_goes_to_another_process_too(tables, opened):
    source = opened(tables.url(), replicas=(tables.url(),), max_load=30)
    copy = pickle.loads(pickle.dumps(source))
    assert copy.session.manner == source.session.manner
    [asset, _] = copy.assets()
    [(_, reading)] = copy.open(asset, Sampling())
    assert sum(len(chunk.rows) for chunk in reading) == 50
    copy.close()


def test_other_databases_of_the_server_are_named_and_not_read(postgresql, mariadb, opened):
    assert "postgres" in opened(postgresql.url()).others()
    assert postgresql.database not in opened(postgresql.url()).others()
    more = f"{mariadb.database}_more"
    mariadb.run(f"CREATE DATABASE {more}")
    assert more in opened(mariadb.url()).others()
    assert more not in opened(mariadb.url(), include=(f"{more}.*",)).others()
