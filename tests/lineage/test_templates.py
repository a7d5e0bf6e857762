"""Jinja and dbt: each rendering that may come about is traced, with places in the template itself."""

from __future__ import annotations

import pytest

MODEL = """{{ config(materialized='incremental', unique_key='cust_no') }}
{% set contacts = ['phone', 'email'] %}
with source as (
    select * from {{ source('core', 'customer') }}
)
select
    cust_no,
    {% for contact in contacts -%}
    upper({{ contact }}) as {{ contact }}_upper{{ "," if not loop.last }}
    {% endfor %}
from source
{% if is_incremental() %}
where dt > (select max(dt) from {{ this }})
{% endif %}
"""


def test_loops_and_sets_are_run(warehouse):
    assert warehouse.columns(MODEL) == {
        "cust_no": {"customer.cust_no"},
        "phone_upper": {"customer.phone"},
        "email_upper": {"customer.email"},
    }
    assert {column.name: column.place.line for column in warehouse.trace(MODEL).outputs[0].columns} == {
        "cust_no": 7,
        "phone_upper": 9,
        "email_upper": 9,
    }


def test_a_decision_on_what_is_not_known_is_taken_both_ways(warehouse):
    sql = "select {% if target.name == 'prod' %} dt {% else %} phone {% endif %} as x from customer"
    assert warehouse.columns(sql) == {"x": {"customer.dt", "customer.phone"}}


def test_decisions_that_hide_a_column_only_together_are_seen_through(warehouse):
    sql = """
    with c as (select {% if a %} phone {% else %} null {% endif %} as p from customer)
    select {% if b %} null {% else %} p {% endif %} as q from c
    """
    assert warehouse.columns(sql) == {"q": {"customer.phone"}}


def test_too_many_open_decisions_are_a_gap(warehouse):
    sql = (
        "select "
        + "".join(f"{{% if x{number} %}} phone, {{% endif %}}" for number in range(6))
        + " 1 as k from customer"
    )
    assert "more than 16 renderings" in warehouse.gaps(sql)[0]


def test_an_unknown_macro_in_a_column_is_a_gap_and_in_a_condition_none(warehouse):
    assert warehouse.gaps("select phone from customer where {{ recent('dt') }}") == []
    (gap,) = warehouse.gaps("select\n  {{ dbt_utils.star(ref('customer')) }}\nfrom customer")
    assert gap.startswith("2:")


def test_macros_of_the_file_itself_are_run(warehouse):
    sql = "{% macro digits(c) %} md5({{ c }}) {% endmacro %} select {{ digits('phone') }} as h from customer"
    assert warehouse.columns(sql) == {"h": {"customer.phone"}}


PROJECT = {
    "models/stg.sql": "select cust_no,\n  {{ hidden('phone') }} as h, name\nfrom {{ source('core', 'customer') }}",
    "models/copy.sql": "{% macro twice(c) %}{{ c }}{% endmacro %}select {{ twice('email') }} as e, x.* from {{ ref('stg') }} as x, customer",
    "macros/hide.sql": "{% macro hidden(c) %}{{ digest(c) }}{% endmacro %}\n{% macro digest(c) -%}\n md5({{ c }})\n{%- endmacro %}"
    "{% macro ref(x) %}nowhere{% endmacro %}",
    "macros/jobs.sql": "{% macro unload(day) %}\n  {% set x = 1 %} -- to the partner\n  copy customer (phone) to '/x';\n{% endmacro %}",
    "macros/run.sql": "select 1 as a\n{% macro all_of() %}{% do run_query('copy customer to \\'/x\\'') %}{% endmacro %}",
    "snapshots/s.sql": "{% snapshot s %}\n{{ config(strategy='check') }}\nselect phone from customer\n{% endsnapshot %}",
}


@pytest.fixture
def project(warehouse):
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.library import Library

    scripts = {name: text.encode() for name, text in PROJECT.items()}
    return Library(scripts, load_dialect("postgresql"), warehouse.relations, Functions(), {})


@pytest.mark.parametrize(
    ("script", "columns", "gaps"),
    [
        ("models/stg.sql", {"cust_no": (1, "cust_no"), "h": (2, "phone"), "name": (2, "name")}, []),
        ("models/copy.sql", {"e": (1, "email"), "cust_no": (1, "cust_no"), "h": (1, "phone"), "name": (1, "name")}, []),
        ("macros/hide.sql", {}, []),
        ("macros/jobs.sql", {"phone": (3, "phone")}, []),
        ("macros/run.sql", {"a": (1, "")}, ["2:27 a query that the template itself runs is not traced"]),
        ("snapshots/s.sql", {"phone": (3, "phone")}, []),
    ],
)
def test_macros_of_a_project_are_run_and_those_that_write_are_judged_where_they_stand(project, script, columns, gaps):
    from pii_audit.lineage.graph import leaves

    traced = project.traced(script)
    assert [f"{gap.place} {gap.reason.en}" for gap in traced.gaps] == gaps
    assert {
        column.name: (column.place.line, "+".join(leaf.column for leaf in leaves(column.node)))
        for output in traced.outputs
        for column in output.columns
    } == columns


def test_a_macro_of_many_blocks_takes_no_time():
    import time

    from pii_audit.lineage.templates import renderings

    text = "{% macro m() %}" + "{% set a = 1 %} {{ a }} {# x #}" * 2_000 + "select 1{% endmacro %}"
    began = time.process_time()
    assert [one.text.strip() for one in renderings(text, {})] == [""]
    assert time.process_time() - began < 5


def test_a_variable_that_is_told_is_put_in(warehouse):
    assert warehouse.columns("select {{ var('column') }} as x from customer", column="phone") == {
        "x": {"customer.phone"}
    }


@pytest.mark.parametrize(
    "template",
    [
        "select {% for c in unknown_list %} {{ c }}, {% endfor %} 1 from customer",
        "select {% if %} from customer",
        "select {{ phone from customer",
        "{% materialization t, default %} select 1 {% endmaterialization %}",
        "select '{{ 'x' * 999999999 }}' from customer",
        "select {% for a in range(99999999) %}{% for b in range(99999999) %}{% endfor %}{% endfor %} 1 from customer",
        "{{ ''.__class__.__mro__[1].__subclasses__() }} select 1 from customer",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} select 1 as x from customer",
    ],
)
def test_a_template_that_cannot_be_run_or_would_not_end_is_a_gap(warehouse, template):
    assert warehouse.gaps(template)


def test_models_of_a_project_are_read_by_name():
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.graph import leaves
    from pii_audit.lineage.library import Library
    from pii_audit.lineage.relations import Relations, Stored

    relations = Relations([Stored("core:customer", "core", "customer", ("cust_no", "phone"))])
    scripts = {
        "models/stg_customer.sql": b"select phone as mobile from {{ source('core', 'customer') }} where cust_no > '5'",
        "models/export.sql": b"select c.* from {{ ref('stg_customer') }} c",
        "models/round.sql": b"select * from {{ ref('trip') }}",
        "models/trip.sql": b"select * from {{ ref('round') }}",
        "models/customer.sql": b"select 'x' as phone",
        "models/by_table.sql": b"select phone from customer",
    }
    library = Library(scripts, load_dialect("duckdb"), relations, Functions(), {})
    (output,) = library.traced("models/export.sql").outputs
    assert {column.name: [leaf.column for leaf in leaves(column.node)] for column in output.columns} == {
        "mobile": ["phone"]
    }
    assert output.restrictions
    assert "could not be traced" in library.traced("models/round.sql").gaps[0].reason.en
    # A table is a table, whatever a model is called.
    (plain,) = library.traced("models/by_table.sql").outputs
    assert [leaf.asset for leaf in leaves(plain.columns[0].node)] == ["core:customer"]
