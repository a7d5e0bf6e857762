"""The access graph: every path of the gravest rights, folded so that thousands of principals stay one picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from pii_audit.render.matrix import graph
from pii_audit.render.matrix.folding import fold
from pii_audit.render.matrix.rights import Right
from pii_audit.render.view.words import Words

WORDS = Words("en")
SVG = "{http://www.w3.org/2000/svg}"


def right(principal, asset, *roles, level="C2", persons=10, everyone=False):
    return Right(
        principal,
        everyone,
        asset,
        "select",
        (),
        (),
        level,
        persons,
        "GRANT",
        (principal, *roles),
        grantable=False,
        closing=(),
    )


def drawn(rights):
    svg = graph.draw(rights, WORDS).svg
    tree = ET.fromstring(svg)
    return tree, [one.text or "" for one in tree.iter("text")]


def test_principals_on_the_same_paths_are_one_node_and_assets_reached_alike_are_another():
    users = [right(f"user:u{n}", asset, "role:teller") for n in range(500) for asset in ("core:a", "core:b", "core:c")]
    (way,) = fold(users)
    assert (len(way.principals), way.roles, way.assets) == (500, ("role:teller",), ("core:a", "core:b", "core:c"))
    assert way.rights == 1500
    _, texts = drawn(users)
    assert texts[3:] == ["user:u0 and 499 more", "role:teller", "core:a and 2 more", "C2 · at least 10 people"]


def test_who_reaches_one_thing_more_stands_apart():
    ways = fold([right("user:a", "core:x"), right("user:b", "core:x"), right("user:b", "core:y")])
    assert [(way.principals, way.assets) for way in ways] == [
        (("user:a",), ("core:x",)),
        (("user:b",), ("core:x",)),
        (("user:b",), ("core:y",)),
    ]


def test_a_group_is_one_node_however_many_people_each_of_its_members_reaches():
    rights = [
        right("user:a", "core:x", persons=9),
        right("user:b", "core:x", persons=5),
        right("user:b", "core:y", level="C3", persons=2),
        right("user:a", "core:y", level="C3", persons=1),
    ]
    _, texts = drawn(rights)
    assert texts[2:] == ["user:a and 1 more", "core:y", "C3 · at least 2 people", "core:x", "C2 · at least 9 people"]


def test_assets_of_two_sources_and_principals_of_two_kinds_are_never_one_node():
    ways = fold([right(who, what) for who in ("user:a", "group:a") for what in ("core:x", "test:x")])
    assert len(ways) == 4


def test_a_role_that_somebody_comes_through_is_drawn_on_the_way_and_not_once_more():
    rights = [right("user:a", "core:x", "role:r"), right("role:r", "core:x"), right("role:r", "core:y")]
    ways = fold(rights)
    assert {(way.principals, way.roles, way.assets, way.rights) for way in ways} == {
        (("user:a",), ("role:r",), ("core:x",), 2),
        (("role:r",), (), ("core:y",), 1),
    }
    assert graph.draw(rights, WORDS).drawn == len(rights)


def test_everyone_comes_first_then_the_gravest_class():
    ways = fold(
        [right("user:a", "core:x"), right("user:b", "core:y", level="C3"), right("PUBLIC", "core:z", everyone=True)]
    )
    assert [way.principals[0] for way in ways] == ["PUBLIC", "user:b", "user:a"]


def test_no_more_is_drawn_than_one_can_read_and_the_rest_is_counted():
    rights = [right(f"user:u{n:04d}", f"core:t{n:04d}", f"role:r{n:04d}", persons=n) for n in range(1000)]
    made = graph.draw(rights, WORDS)
    assert made.drawn == graph.ROWS
    nodes = list(ET.fromstring(made.svg).iter("rect"))
    assert len(nodes) == 3 * graph.ROWS
    assert "user:u0999" in made.svg
    assert "user:u0000" not in made.svg


def test_the_picture_says_in_words_what_it_shows_and_every_node_and_line_names_its_members():
    tree, _ = drawn([right("user:a", "core:x", "role:r", "role:s"), right("user:b", "core:x", "role:r", "role:s")])
    assert tree.attrib["role"] == "img"
    assert tree.attrib["aria-label"].startswith("Access graph: 1 groups of principals reach 1 groups of assets")
    titles = [one.text for one in tree.iter("title")]
    assert titles == [
        "role:r, role:s → core:x",
        "user:a, user:b → role:r, role:s",
        "user:a, user:b",
        "role:r, role:s",
        "core:x",
    ]


def test_without_any_right_there_is_no_picture():
    assert graph.draw([], WORDS) == graph.Graph(type(graph.draw([], WORDS).svg)(), 0)


@pytest.mark.parametrize(
    "payload", ["<script>x</script>", '"><b>', "a\x1b[31m\u202egpj\x00", "名" * 100_000, "]]>&amp;"]
)
def test_names_from_data_stay_text_and_no_name_is_too_long(payload):
    rights = [right(f"user:{payload}", f"core:{payload}", f"role:{payload}", f"role:{payload}2")]
    tree, texts = drawn(rights)
    assert {one.tag for one in tree.iter()} <= {"svg", "rect", "path", "text", "title"}
    assert max(map(len, texts)) < 60
    assert len(ET.tostring(tree)) < 20_000


def test_everything_stays_inside_the_picture():
    rights = [right(f"user:{n}", f"core:{n % 7}", *([f"role:{n % 5}"] if n % 3 else [])) for n in range(60)]
    tree, _ = drawn(rights)
    _, _, width, height = map(float, tree.attrib["viewBox"].split())
    for box in tree.iter("rect"):
        assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"])
        assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"])
