"""Properties: writing a query differently changes neither what it reads nor the verdict."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

COLUMNS = {"customer": ("cust_no", "name", "phone", "id_no"), "account": ("acct", "cust_no", "balance")}
EXPRESSIONS = st.deferred(
    lambda: st.one_of(
        st.sampled_from([(table, column) for table, columns in COLUMNS.items() for column in columns]).map(
            lambda found: f"{found[0]}.{found[1]}"
        ),
        st.just("'x'"),
        st.tuples(
            st.sampled_from(["upper({})", "count({})", "md5({})", "left({}, 3)", "coalesce({}, 'x')"]), EXPRESSIONS
        ).map(lambda pair: pair[0].format(pair[1])),
        st.tuples(EXPRESSIONS, EXPRESSIONS).map(" || ".join),
        st.tuples(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS).map(
            lambda three: "CASE WHEN {} > 'a' THEN {} ELSE {} END".format(*three)
        ),
    )
)
SELECTS = st.lists(EXPRESSIONS, min_size=1, max_size=4)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True).map("q{}".format)
COSMETIC = (
    "upper({})",
    "trim({})",
    "'a' || {}",
    "{} || ''",
    "cast({} AS text)",
    "({})",
    "coalesce({}, '')",
    "own_function({})",
)


def _plain(expressions: list[str]) -> str:
    listed = ", ".join(f"{one} AS c{number}" for number, one in enumerate(expressions))
    return f"SELECT {listed} FROM customer JOIN account ON account.cust_no = customer.cust_no"


@settings(max_examples=25)
@given(SELECTS, NAMES, NAMES)
def test_other_aliases_change_no_source(warehouse, expressions, first, second):
    second = f"{second}z" if second == first else second
    renamed = [one.replace("customer.", f"{first}.").replace("account.", f"{second}.") for one in expressions]
    listed = ", ".join(f"{one} AS c{number}" for number, one in enumerate(renamed))
    sql = f"SELECT {listed} FROM customer AS {first} JOIN account {second} ON {second}.cust_no = {first}.cust_no"
    assert warehouse.columns(sql) == warehouse.columns(_plain(expressions))


@settings(max_examples=25)
@given(SELECTS, NAMES, st.integers(1, 3), st.booleans())
def test_a_cte_around_it_changes_no_source(warehouse, expressions, name, depth, by_star):
    sql = _plain(expressions)
    for level in range(depth):
        inner = "*" if by_star else ", ".join(f"{name}{level}.c{number}" for number in range(len(expressions)))
        sql = f"WITH {name}{level} AS ({sql}) SELECT {inner} FROM {name}{level}"
    assert warehouse.columns(sql) == warehouse.columns(_plain(expressions))


@given(EXPRESSIONS, st.lists(st.sampled_from(COSMETIC), min_size=1, max_size=3))
def test_a_cosmetic_function_never_makes_it_better(warehouse, expression, dressed):
    assert _best(warehouse, expression) <= _best(warehouse, _in(expression, dressed))


def _in(expression: str, templates: list[str]) -> str:
    for template in templates:
        expression = template.format(f"({expression})")
    return expression


def _best(warehouse, expression: str) -> dict | int:
    """How badly a mobile number shows: 0 not at all, 1 hidden well, 2 badly or hashed without a key, 3 in clear."""
    from pii_audit.identifiers.catalogue import load_catalogue
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.graph import Leaf
    from pii_audit.lineage.showing import Showing
    from pii_audit.model.evidence import FieldEvidence
    from pii_audit.model.forms import Form

    catalogue = load_catalogue()
    traced = warehouse.trace(f"SELECT {expression} AS x FROM customer, account")
    assert all("nobody knows" in gap.reason.en for gap in traced.gaps)
    leaf = Leaf("core:customer", "phone")
    found = FieldEvidence(
        leaf.asset, leaf.column, "cn_mobile", Form.PLAIN, 9, 9, 1.0, 1.0, 0.9, catalogue["cn_mobile"].levels, ()
    )
    showing = Showing(catalogue, Functions(), load_dialect("postgresql"))
    ranks = {Form.PLAIN: 3, Form.BARE_HASH: 2}
    shown = showing.shown(traced.outputs[0].columns[0].node, leaf, found)
    return max((ranks.get(one.form, 1 if one.adequate else 2) for one in shown), default=0)
