"""The heat map: people of each identifier in each place, however many assets there are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, Evidence, FieldEvidence, FieldTally
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.render.view import heat
from pii_audit.render.view.words import Words

WORDS = Words("en")


def holding(source, name, identifiers, kind=AssetKind.TABLE, *, people=None, hits=10):
    asset = Asset(source, name, kind)
    fields = tuple(
        FieldEvidence(
            asset.id,
            f"f{n}",
            identifier,
            Form.PLAIN,
            10,
            hits,
            1.0,
            1.0,
            0.9,
            Levels(level, 3),
            (),
            persons=len(people or ()),
        )
        for n, (identifier, level) in enumerate(identifiers)
    )
    sketch = Sketch.of(people or ())
    tally = AssetTally(
        fields={
            f"f{n}": FieldTally(evidence={identifier: Evidence(persons=sketch)})
            for n, (identifier, _) in enumerate(identifiers)
        }
    )
    return Inspected(asset, Coverage(source, name, CoverageStatus.INSPECTED), tally, fields)


def mapped(run, *inspected):
    return heat.heat_map(replace(run, inspected=inspected), WORDS)


def test_a_cell_counts_people_once_however_many_fields_and_assets_hold_them(run):
    ids = [("cn_resident_id", "C2")]
    many = [holding("core", f"app.t{n}", ids, people=range(5, 25)) for n in range(heat.ROWS)]
    made = mapped(run, *many, holding("core", "app.more", ids, people=range(20, 30)))
    (row,) = made.rows
    assert (row.place, row.assets) == ("core:app.", heat.ROWS + 1)
    assert (row.cells[0].shown, row.cells[0].exact, row.cells[0].shade) == ("25", "25 people", 1)


def test_where_nobody_can_be_told_apart_rows_are_counted_and_said(run):
    made = mapped(run, holding("core", "t", [("card_cvv2", "C3")], hits=1_500))
    assert made.rows[0].cells == (heat.Cell("1,500", "1,500 rows", 2),)


def test_columns_stand_by_class_and_places_by_their_gravest(run):
    made = mapped(
        run,
        holding("core", "a", [("cn_mobile", "C2")], people=range(9)),
        holding("core", "b", [("card_cvv2", "C3"), ("person_name", "C1")]),
    )
    assert made.levels == (("C3", 1), ("C2", 1), ("C1", 1))
    assert [level for level, _ in made.columns] == ["C3", "C2", "C1"]
    assert [row.place for row in made.rows] == ["core:b", "core:a"]
    assert [bool(cell.shade) for cell in made.rows[0].cells] == [True, False, True]


def test_small_places_are_told_apart_as_far_as_there_is_room(run):
    ids = [("cn_mobile", "C2")]
    large = [holding("share", f"hz/f{n}.csv", ids, AssetKind.FILE) for n in range(200)]
    made = mapped(
        run,
        *large,
        holding("core", "a.x", ids),
        holding("core", "a.y", ids),
        holding("share", "top.csv", ids, AssetKind.FILE),
    )
    assert {(row.place, row.assets) for row in made.rows} == {
        ("share:hz/", 200),
        ("core:a.x", 1),
        ("core:a.y", 1),
        ("share:top.csv", 1),
    }


def test_what_does_not_fit_is_counted(run):
    columns = [(f"own_{n:02d}", "C2") for n in range(heat.COLUMNS + 3)]
    made = mapped(run, *(holding(f"s{n:02d}", "t", columns) for n in range(heat.ROWS + 4)))
    assert (len(made.rows), made.more_rows) == (heat.ROWS, 4)
    assert (len(made.columns), made.more_columns) == (heat.COLUMNS, 3)
    assert {len(row.cells) for row in made.rows} == {heat.COLUMNS}


def test_a_run_without_identifiers_has_no_map(run):
    assert mapped(run, holding("core", "t", [])) is None
    assert mapped(run) is None


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "1.2万", "12k"),
        (1_234_567, "123万", "1.2M"),
        (1_400_000_000, "14亿", "1,400M"),
    ],
)
def test_a_number_for_a_narrow_cell_is_short(number, zh, en):
    assert (Words("zh").compact(number), Words("en").compact(number)) == (zh, en)
