"""What hides a value and what only dresses it up: by the mask rule of each identifier, tried out on a sample."""

from __future__ import annotations

from contextlib import suppress

import pytest

CATALOGUE = pytest.importorskip("pii_audit.identifiers.catalogue").load_catalogue()
CLEAR = {("plain", True)}
MASKED = {("masked", True)}
SHOWS = {("masked", False)}
HASHED = {("bare_hash", True)}
KEYED = {("keyed_hash", True)}
ENCRYPTED = {("encrypted", True)}
NOTHING: set[tuple[str, bool]] = set()

MOBILE = [
    # Cosmetic: the value in other clothes.
    ("postgresql", "upper(trim(phone))", CLEAR),
    ("postgresql", "'+86' || phone::varchar || ''", CLEAR),
    ("mysql", "concat_ws('-', left(phone, 3), substr(phone, 4))", CLEAR),
    ("mysql", "reverse(phone)", CLEAR),
    ("mysql", "replace(phone, '1', '*')", CLEAR),
    ("sqlserver", "CAST(phone AS bigint) + 0", CLEAR),
    ("postgresql", "phone::bigint % 100000000000", CLEAR),
    ("mysql", "own_function(phone)", CLEAR),
    ("oracle", "TRANSLATE(phone, '0123456789', '9876543210')", CLEAR),
    ("mysql", "CASE WHEN name = 'x' THEN phone ELSE NULL END", CLEAR),
    ("postgresql", "coalesce(NULL, max(phone), 'none')", CLEAR),
    ("postgresql", "mask(phone)", CLEAR),
    ("mysql", "aes_decrypt(aes_encrypt(phone, 'k'), 'k')", CLEAR),
    # Really hidden, in the way of each dialect.
    ("mysql", "concat(left(phone, 3), '****', right(phone, 4))", MASKED),
    ("postgresql", "substr(phone, 1, 3) || '****' || substr(phone, 8)", MASKED),
    ("oracle", "SUBSTR(phone, 1, 3) || '****' || SUBSTR(phone, -4)", MASKED),
    ("sqlserver", "STUFF(phone, 4, 4, '****')", MASKED),
    ("sqlserver", "LEFT(phone, 3) + N'****' + RIGHT(phone, 4)", MASKED),
    ("mysql", "INSERT(phone, 4, 4, '****')", MASKED),
    ("postgresql", "overlay(phone placing '****' from 4 for 4)", MASKED),
    ("hive", r"regexp_replace(phone, '(\\d{3})\\d{4}(\\d{4})', '$1****$2')", MASKED),
    ("postgresql", r"regexp_replace(phone, '^(\d{3})\d{4}', '\1****')", MASKED),
    ("hive", "mask_show_last_n(phone, 4)", MASKED),
    ("mysql", "rpad(left(phone, 3), length(phone), '*')", MASKED),
    ("mysql", "replace(phone, substr(phone, 4, 4), '****')", MASKED),
    ("oracle", "RPAD(SUBSTR(phone, 1, 3), 11, '*')", MASKED),
    # Masked in name only.
    ("mysql", "concat(left(phone, 10), '*')", SHOWS),
    ("mysql", "concat('*', substr(phone, 2))", SHOWS),
    ("sqlserver", "STUFF(phone, 4, 1, '*')", SHOWS),
    ("mysql", "concat(left(phone, 6), '*****')", SHOWS),
    ("mysql", "left(phone, 10)", {("truncated", False)}),
    ("mysql", "right(phone, 4)", {("truncated", True)}),
    # The masked and the clear, whichever it is.
    ("mysql", "IF(dt = '1', phone, concat(left(phone, 3), '****'))", CLEAR | MASKED),
    # Arguments by which another shows, or that turn a mask off.
    ("postgresql", "left(phone, -1)", {("truncated", False)}),
    ("postgresql", "right(phone, -7)", {("truncated", True)}),
    ("duckdb", "right(phone, -1)", {("truncated", False)}),
    ("sqlite", "substr(phone, 12, -11)", CLEAR),
    ("postgresql", "rpad('', 11, phone)", CLEAR),
    ("postgresql", "regexp_replace('x', 'x', phone)", CLEAR),
    ("postgresql", "translate('abc', 'abc', phone)", CLEAR),
    ("postgresql", r"regexp_replace(phone, '\d(?=\d{4})', '*', 'g')", MASKED),
    ("postgresql", r"regexp_replace(phone, '\d', '*')", SHOWS),
    ("spark", "mask(phone, 'X', 'x', NULL)", CLEAR),
    ("hive", "mask(phone, 'x', 'x', -1)", CLEAR),
    ("hive", "mask_show_first_n(phone, cust_no)", CLEAR),
    ("hive", "mask_show_last_n(phone, 4, 'x', 'x', 'x')", MASKED),
    # Hashes and ciphers.
    ("bigquery", "TO_HEX(SHA256(phone))", HASHED),
    ("clickhouse", "sipHash64(phone)", HASHED),
    ("mysql", "md5(phone)", HASHED),
    ("mysql", "upper(hex(md5(concat('salt', phone))))", HASHED),
    ("sqlserver", "CONVERT(varchar(64), HASHBYTES('SHA2_256', phone), 2)", HASHED),
    ("oracle", "STANDARD_HASH(phone, 'SHA256')", HASHED),
    ("hive", "sha2(phone, 256)", HASHED),
    ("postgresql", "encode(digest(phone, 'sha256'), 'hex')", HASHED),
    ("postgresql", "encode(hmac(phone, 'k', 'sha256'), 'hex')", KEYED),
    ("postgresql", "md5(encode(hmac(phone, 'k', 'sha256'), 'hex'))", KEYED),
    ("mysql", "to_base64(aes_encrypt(phone, 'k'))", ENCRYPTED),
    ("mysql", "to_base64(phone)", {("encoded", True)}),
    # Nothing of it.
    ("postgresql", "'***'", NOTHING),
    ("postgresql", "count(phone)", NOTHING),
    ("postgresql", "length(phone)", NOTHING),
    ("postgresql", "phone LIKE '138%'", NOTHING),
    ("oracle", "TRANSLATE(phone, '0123456789', '**********')", NOTHING),
    ("hive", "mask(phone)", NOTHING),
]
OTHERS = [
    ("id_no", "cn_resident_id", "mysql", "concat(left(id_no, 6), '********', right(id_no, 4))", MASKED),
    ("id_no", "cn_resident_id", "mysql", "concat(left(id_no, 14), '****')", SHOWS),
    ("id_no", "bank_card", "postgresql", "left(id_no, 6) || '******' || right(id_no, 4)", MASKED),
    ("id_no", "bank_card", "postgresql", "left(id_no, 12) || '****'", SHOWS),
    ("name", "person_name", "mysql", "concat(left(name, 1), '**')", MASKED),
    ("email", "email", "postgresql", "left(email, 1) || '***' || substr(email, position('@' in email))", MASKED),
    ("email", "email", "mysql", "concat(left(email, 1), '***@', substring_index(email, '@', -1))", MASKED),
    ("email", "email", "postgresql", "split_part(email, '@', 1)", {("truncated", False)}),
]


def _shown(warehouse, dialect, expression, column="phone", identifier="cn_mobile", form="plain", samples=()):
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.graph import Leaf
    from pii_audit.lineage.showing import Showing
    from pii_audit.model.evidence import FieldEvidence
    from pii_audit.model.forms import Form

    known = CATALOGUE[identifier]
    statement = FieldEvidence(
        "core:customer", column, identifier, Form(form), 9, 9, 1.0, 1.0, 0.9, known.levels, (), samples=samples
    )
    traced = warehouse.trace(f"SELECT {expression} AS x FROM customer", dialect)
    assert all("nobody knows" in gap.reason.en for gap in traced.gaps)
    showing = Showing(CATALOGUE, Functions(), load_dialect(dialect))
    return {
        (str(one.form), one.adequate)
        for one in showing.shown(traced.outputs[0].columns[0].node, Leaf("core:customer", column), statement)
    }


@pytest.mark.parametrize(("dialect", "expression", "expected"), MOBILE)
def test_a_mobile_number_through_functions(warehouse, dialect, expression, expected):
    assert _shown(warehouse, dialect, expression) == expected


@pytest.mark.parametrize(("column", "identifier", "dialect", "expression", "expected"), OTHERS)
def test_other_identifiers_by_their_own_rules(warehouse, column, identifier, dialect, expression, expected):
    samples = {"bank_card": ("622202******1234",), "person_name": ("王**", "李*")}.get(identifier, ())
    assert _shown(warehouse, dialect, expression, column, identifier, samples=samples) == expected


@pytest.mark.parametrize(
    ("stored", "expression", "expected"),
    [
        ("keyed_hash", "upper(phone)", KEYED),
        ("encrypted", "phone", ENCRYPTED),
        ("encrypted", "aes_decrypt(phone, 'k')", CLEAR),
        ("tokenised", "own_detokeniser(phone)", CLEAR),
        ("bare_hash", "encode(hmac(phone, 'k', 'sha256'), 'hex')", KEYED),
        ("masked", "concat(phone, '')", MASKED),
        ("masked", "count(phone)", NOTHING),
    ],
)
def test_what_is_stored_protected_stays_so_unless_it_is_opened(warehouse, stored, expression, expected):
    assert _shown(warehouse, "mysql", expression, form=stored) == expected


def test_a_pattern_that_might_never_end_is_not_tried(warehouse):
    assert _shown(warehouse, "hive", "regexp_replace(phone, '((([0-9])+)+)+x', '*')") == CLEAR


def test_a_text_that_doubles_again_and_again_ends(warehouse):
    doubled = "WITH c0 AS (SELECT phone AS x, dt FROM customer)" + "".join(
        f", c{number} AS (SELECT x || x AS x FROM c{number - 1})" for number in range(1, 60)
    )
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.evaluation import Evaluation
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.graph import Leaf

    dialect = load_dialect("postgresql")
    node = warehouse.trace(f"{doubled} SELECT x FROM c59").outputs[0].columns[0].node
    (value,) = Evaluation(Leaf("core:customer", "phone"), "13800138000", Functions(), dialect).of(node)
    assert len(value.visible) == 11


def test_an_own_function_counts_as_what_it_was_declared_to_do(warehouse):
    from pii_audit.lineage.functions import Functions, Kind

    traced = warehouse.trace("SELECT own_mask(phone) AS x FROM customer", "mysql")
    expression = traced.outputs[0].columns[0].node.expression
    assert Functions().kind(expression) is Kind.OTHER
    assert Functions({"OWN_MASK": Kind.MASKED}).kind(expression) is Kind.MASKED


def test_what_the_program_says_of_functions_and_what_audit_yaml_may_say_are_the_same_words():
    from pii_audit.lineage.functions import DECLARED
    from pii_audit.workspace.language import FUNCTION_KINDS

    assert set(DECLARED) == set(FUNCTION_KINDS)


@pytest.mark.parametrize(
    "expression",
    [
        *("concat_ws()", "left()", "substr()", "concat_ws(phone)", "repeat(phone, -5)", "rpad(phone, -1, '')"),
        *(
            "substr(phone, 99999999999, -3)",
            "concat(phone" + ", phone" * 3000 + ")",
            "upper(" * 300 + "phone" + ")" * 300,
        ),
    ],
    ids=range(9),
)
def test_arguments_that_make_no_sense_end_in_an_answer_or_a_gap(warehouse, expression):
    from pii_audit.lineage.model import Untraceable

    if not warehouse.gaps(f"SELECT {expression} AS x FROM customer", "mysql"):
        with suppress(Untraceable):
            assert _shown(warehouse, "mysql", expression) in (NOTHING, CLEAR)
