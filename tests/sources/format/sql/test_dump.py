from __future__ import annotations

import gzip
import time

import pytest

from pii_audit.sources.format.sql import dump
from pii_audit.sources.interface import Sampling

NASTY = {
    0: {"id": "1", "name": "O'Brien; (张三)", "phone": "13800138000", "note": "line 1\nline 2, tab\tend"},
    1: {"id": "2", "name": None, "phone": "13900139000", "note": 'back\\slash "q" \'s'},
    2: {"id": "3", "name": "", "phone": "\\.", "note": "INSERT INTO x VALUES (1);"},
}


@pytest.mark.parametrize("program", ["pg", "pg-inserts", "mariadb", "sqlite"])
def test_a_dump_of_the_real_program_gives_the_rows_that_were_stored(data_file, program):
    found = data_file(f"dump-{program}.sql")
    assert found["!客户"].rows == NASTY
    assert found["!客户"].fields == ["id", "name", "phone", "note"]
    assert {one.status for one in found.values()} == {"inspected"}


def test_comments_on_columns_are_known(data_file):
    assert data_file("dump-mariadb.sql")["!客户"].asset.fields[2].comment == "联系电话"
    assert data_file("dump-pg.sql")["!客户"].asset.fields[2].comment == "联系'电话"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t (name, phone) VALUES ('张三', '13800138000');",
        "insert into sales.t(name,phone)\nvalues\n  ('张三',\n '13800138000') on conflict do nothing;",
        "INSERT [dbo].[t] ([name], [phone]) VALUES (N'张三', CAST(N'13800138000' AS nvarchar(20)))\nGO\n",
        "Insert into \"T\" (\"name\",\"phone\") values ('张三',to_char('13800138000','999'));",
        "REPLACE INTO `t` (`name`,`phone`) VALUES ('张三',x'3133383030313338303030');",
        "INSERT OR IGNORE INTO t (name, phone) VALUES ('张三', '138' || '00138000');",
        "COPY t (name, phone) FROM stdin WITH (FORMAT csv);\n张三,13800138000\n\\.\n",
        "SET x = 1; \nINSERT INTO t(name,phone)VALUES('张三',13800138000);",
    ],
)
def test_rows_are_told_in_every_dialect(read_inside, statement):
    found = read_inside(statement.encode(), "f.sql")
    [rows] = [one.rows for one in found.values() if one.rows]
    assert rows == {0: {"name": "张三", "phone": "13800138000"}}


def test_a_backslash_escapes_in_mysql_alone(read_inside):
    mysql = read_inside(b"INSERT INTO `t` VALUES ('C:\\\\x','it\\'s');", "f.sql")["!t"]
    other = read_inside(b"INSERT INTO t VALUES ('C:\\','it''s');", "f.sql")["!t"]
    assert mysql.rows[0] == {"column 1": "C:\\x", "column 2": "it's"}
    assert other.rows[0] == {"column 1": "C:\\", "column 2": "it's"}


def test_statements_that_hold_no_rows_are_text_at_their_place(read_inside):
    script = "-- 联系 13700137000\nINSERT INTO t (a) VALUES ('x');\nUPDATE t SET a='a@b.cn';\nINSERT INTO t SELECT * FROM u;\n"
    found = read_inside(script.encode(), "f.sql")
    assert found["!t"].rows == {0: {"a": "x"}}
    for chunk in found[""].chunks:
        assert script[chunk.offset :].startswith(chunk.text)
    assert "INSERT INTO t SELECT" in found[""].text


def test_tables_whose_rows_alternate_are_whole(read_inside):
    script = "".join(f"INSERT INTO a (n) VALUES ({n});\nINSERT INTO b (n) VALUES ({n}),({n});\n" for n in range(50))
    found = read_inside(script.encode(), "f.sql")
    assert (len(found["!a"].rows), len(found["!b"].rows)) == (50, 100)


def test_a_table_larger_than_what_is_held_is_streamed_and_others_stay_whole(read_inside, monkeypatch):
    monkeypatch.setattr(dump, "HELD", 2_000)
    big = ",".join(f"({n},'13800138000')" for n in range(5_000))
    script = f"INSERT INTO a (n) VALUES (1);\nINSERT INTO big (n,phone) VALUES {big};\nINSERT INTO b (n) VALUES (2);\nINSERT INTO a (n) VALUES (3);"
    found = read_inside(script.encode(), "f.sql")
    assert len(found["!big"].rows) == 5_000
    assert (found["!a"].rows, found["!a (2)"].rows, found["!b"].rows) == (
        {0: {"n": "1"}},
        {0: {"n": "3"}},
        {0: {"n": "2"}},
    )


def test_a_truncated_dump_keeps_its_rows_and_reads_the_rest_as_text(read_inside):
    found = read_inside(b"INSERT INTO t (a, b) VALUES ('1', 'x'),\n('2', '13800138000", "f.sql")
    assert found["!t"].rows == {0: {"a": "1", "b": "x"}}
    assert "13800138000" in found[""].text
    assert found[""].reason == "1 INSERT statement(s) were read as text"


def test_a_truncated_compressed_dump_fails_and_keeps_its_rows(read_inside):
    rows = "".join(f"INSERT INTO t (n, h) VALUES ({n}, '{hash(str(n)):x}');\n" for n in range(60_000))
    packed = gzip.compress(rows.encode())
    found = read_inside(packed[: len(packed) // 2], "f.sql.gz")
    assert len(found["!t"].rows) > 10_000
    assert (found[""].status, "cut off" in found[""].reason) == ("failed", True)


def test_a_sample_is_drawn_of_each_table(tmp_path, read_all):
    from pii_audit.sources.format.files import readings

    path = tmp_path / "f.sql"
    path.write_text("".join(f"INSERT INTO t (n) VALUES ({n});\n" for n in range(500)))
    table, _ = read_all(readings(path, "s", "f.sql", Sampling(20)))
    assert (table.status, len(table.rows), table.coverage.total) == ("sampled", 20, 500)


def test_prose_about_inserting_is_prose(read_inside):
    found = read_inside(b"Insert into the form the values (name, phone).\nThen call 13800138000.\n", "a.txt")
    assert list(found) == [""]


@pytest.mark.parametrize("program", ["pg", "mariadb"])
def test_a_damaged_dump_never_raises_and_loses_no_number(read_inside, mutations, checkout, program):
    for broken in mutations((checkout / f"tests/sources/format/data/dump-{program}.sql").read_bytes(), 60):
        found = read_inside(broken, "f.sql")
        cells = "".join(str(one.rows) + one.text for one in found.values())
        assert cells.count("13900139000") == broken.count(b"13900139000")


@pytest.mark.parametrize("line", ["INSERT INTO t VALUES ('open\n", "CREATE TABLE t (\n", "insert the coin\n"])
def test_statements_that_never_end_cost_no_more_than_some_looks(read_inside, line):
    began = time.monotonic()
    found = read_inside(b"INSERT INTO a (n) VALUES (1);\n" + line.encode() * 30_000, "f.sql")
    assert time.monotonic() - began < 60
    assert found["!a"].rows == {0: {"n": "1"}}
    assert found[""].text.count(line.split()[-1]) == 30_000
