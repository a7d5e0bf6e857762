"""Large schemas and tables: crawled in a minute, sampled in seconds, read at a rate that is a share of COPY's."""

from __future__ import annotations

import time

import pytest

from pii_audit.access import effective_access
from pii_audit.sources.interface import Sampling

pytestmark = [pytest.mark.service, pytest.mark.soak]

COLUMNS = "id int PRIMARY KEY, name text, mobile text, c1 int, c2 text, c3 text, c4 date, c5 numeric, c6 jsonb, c7 text"


def timed(call):
    started = time.monotonic()
    result = call()
    return result, time.monotonic() - started


def test_a_schema_of_5000_tables_is_crawled_in_a_minute_and_its_rights_too(postgresql, opened):
    for start in range(0, 5000, 100):
        postgresql.run("; ".join(f"CREATE TABLE t{number} ({COLUMNS})" for number in range(start, start + 100)))
    groups = [postgresql.role("g", "NOLOGIN") for _ in range(10)]
    users = [postgresql.role("u") for _ in range(90)]
    postgresql.run(*(f"GRANT {groups[place % 10]} TO {user}" for place, user in enumerate(users)))
    postgresql.run("; ".join(f"GRANT SELECT ON t{number} TO {groups[number % 10]}" for number in range(1000)))
    source = opened(postgresql.url())
    assets, crawl = timed(lambda: list(source.assets()))
    assert (len(assets), crawl < 60) == (5000, True)
    grants, rights = timed(lambda: list(effective_access(source, [f"public.t{number}" for number in range(1000)])))
    assert len([one for one in grants if one.privilege == "select"]) == 1000 * 10
    assert rights < 60


def test_ten_million_rows_are_sampled_in_seconds_and_read_at_a_share_of_the_speed_of_copy(postgresql, opened):
    postgresql.run(
        "CREATE TABLE big (id bigint, mobile text, name text, note text, at timestamptz)",
        """INSERT INTO big SELECT i, '138' || lpad((i % 100000000)::text, 8, '0'), 'name ' || i, repeat('x', 20), now()
           FROM generate_series(1, 10000000) AS i""",
        "ANALYZE big",
    )
    source = opened(postgresql.url())
    [asset] = source.assets()

    def rows(sampling):
        [(_, reading)] = source.open(asset, sampling)
        return sum(len(chunk.rows) for chunk in reading)

    sampled, seconds = timed(lambda: rows(Sampling(20_000, 1)))
    assert 19_000 < sampled <= 20_000
    assert seconds < 10

    def copied():
        with postgresql.connect() as connection, connection.cursor().copy("COPY big TO STDOUT") as copy:
            return sum(1 for _ in copy)

    _, copy = timed(copied)
    everything, full = timed(lambda: rows(Sampling()))
    assert everything == 10_000_000
    assert full / copy < 8
