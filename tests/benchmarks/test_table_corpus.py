"""The structured corpus: repeatable, and true in what its labels say."""

from __future__ import annotations

import pytest

from benchmarks.corpus import check_digits as check
from benchmarks.corpus import table
from benchmarks.corpus.table import COLUMNS, TableCorpus, write_table

pytest.importorskip("pyarrow", reason="of the extra bench")

ROWS = 400


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    from pyarrow.parquet import read_table

    corpus = TableCorpus.at(tmp_path_factory.mktemp("table"))
    write_table(corpus, ROWS)
    return read_table(corpus.parquet).to_pydict()


def test_there_are_fifteen_columns_of_all_rows(rows):
    assert list(rows) == [column.name for column in COLUMNS]
    assert {len(cells) for cells in rows.values()} == {ROWS}
    assert len(rows) == 15


def test_parquet_and_csv_hold_the_same_and_come_again_from_the_same_seed(tmp_path):
    from pyarrow import csv
    from pyarrow.parquet import read_table

    made = [TableCorpus.at(tmp_path, name) for name in ("a", "b")]
    for one in made:
        write_table(one, 50)
    assert made[0].csv.read_bytes() == made[1].csv.read_bytes()
    parquet = read_table(made[0].parquet)
    as_text = csv.ConvertOptions(column_types=dict.fromkeys(parquet.column_names, "string"))
    assert csv.read_csv(made[0].csv, convert_options=as_text).equals(parquet)


def test_identifier_columns_hold_true_identifiers(rows):
    assert all(map(check.is_resident_id, rows["cert_no"]))
    assert all(map(check.is_card, rows["card_no"]))
    assert all(map(check.is_mobile, rows["mobile"]))
    assert {len(number) for number in rows["card_no"]} == {16, 19}


def test_order_numbers_and_tax_codes_have_nineteen_digits_and_pass_luhn_by_chance_only(rows):
    assert all(len(number) == 19 and number.isdecimal() for number in (*rows["order_no"], *rows["tax_code"]))
    assert sum(check.luhn(number[:-1]) == number[-1] for number in rows["order_no"]) < ROWS / 5


def test_one_remark_of_a_group_holds_a_resident_number_and_the_labels_say_so(tmp_path, monkeypatch):
    from pyarrow.parquet import read_table

    monkeypatch.setattr(table, "GROUP", 100)
    corpus = TableCorpus.at(tmp_path)
    write_table(corpus, 300)
    remarks = read_table(corpus.parquet)["remark"].to_pylist()
    assert sum("身份证" in remark for remark in remarks) == 3
    labels = corpus.read_labels()
    assert labels["columns"]["remark"] == {
        "identifier": None,
        "rows": 0,
        "rare": {"identifier": "cn_resident_id", "rows": 3},
    }
    assert labels["columns"]["cert_no"] == {"identifier": "cn_resident_id", "rows": 300, "rare": None}
