"""What routines name by themselves, and by what they call."""

from __future__ import annotations

import time

import pytest

from pii_audit.access.routines import Body, Texts, computes

TABLES = {1: "customer", 2: "pay.log", 3: "card"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("select * from CUSTOMER", {(1, "ann")}),
        ("select * from customers", set()),
        ('select * from "pay"."log"', {(2, "ann")}),
        ("select * from customer; call Inner_()", {(1, "ann"), (3, "ann")}),
        ("begin call inner_; end", {(3, "ann")}),
        ("call `x` . `inner_`", {(3, "ann")}),
        ('select "inner_"(1), `inner_` (2)', {(3, "ann")}),
        ("select inner_ from t", set()),
        ("select other()", {(1, "bob"), (3, "bob")}),
        ("select unseen()", set()),
    ],
)
def test_a_routine_names_tables_by_itself_and_by_what_it_calls(text, named):
    bodies = {
        "inner_": (Body("bob", False, "select * from card"),),
        "other": (Body("bob", True, "select inner_(), other() from customer"),),
        "unseen": (Body("bob", True, None),),
    }
    assert set(Texts(bodies, TABLES).named(text, "ann")) == named


def test_many_routines_that_call_each_other_take_no_time():
    bodies = {
        f"p{n}": (Body("ann", True, f"select {n} from customer; call p{n + 1}; {'x ' * 2_000}"),) for n in range(400)
    }
    texts = Texts(bodies, TABLES)
    began = time.process_time()
    for routines in bodies.values():
        assert set(texts.named(routines[0].text, "ann")) == {(1, "ann")}
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        ("RETURN QUERY EXECUTE 'SELECT x::text FROM ' || t || ' x'", True),
        ("EXECUTE format('SELECT * FROM bank.%I', t)", True),
        ("EXECUTE format('SELECT * FROM a JOIN %1$s ON true', t)", True),
        ("SET @q = CONCAT('SELECT * FROM `', t, '`'); PREPARE s FROM @q; EXECUTE s", True),
        ("EXECUTE IMMEDIATE CONCAT('SELECT * FROM ', t)", True),
        ("return plpy.execute(f'select * from {name}')", True),
        ("return plpy.execute('select * from ' + name)", True),
        ("BEGIN RETURN QUERY EXECUTE q; END", True),
        ("BEGIN PREPARE s FROM q; EXECUTE s; END", True),
        ("EXECUTE 'SELECT * FROM customer WHERE ' || condition", False),
        ("q := 'SELECT * FROM customer WHERE id = ' || n; EXECUTE q", False),
        ("SET @q = 'SELECT 1'; PREPARE s FROM @q; EXECUTE s USING @a", False),
        ("EXECUTE 'ANALYZE ' || quote_ident(t)", False),
        ("CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f()", False),
        ("RAISE NOTICE 'from ', t", False),
    ],
)
def test_a_query_whose_tables_do_not_stand_in_the_text_is_known(text, computed):
    assert computes(text) is computed
