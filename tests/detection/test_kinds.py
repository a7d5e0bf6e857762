"""Cells of one kind are judged by one of them: what a value holds never depends on which others stand in its column."""

import base64
import random
import re
import string

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pii_audit.detection.cells import CellReader
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.encodings import decoded
from pii_audit.detection.first_bytes import may_decode, maybe_text
from pii_audit.detection.kind import kind_of
from pii_audit.detection.kinds import Column, OfKinds
from pii_audit.detection.matcher import Matcher
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.classifiers import CLASSIFIERS, told_by_kind
from pii_audit.model.asset import Field

CATALOGUE = load_catalogue()
IDENTIFIERS = tuple(CATALOGUE.values())
READER = CellReader(CATALOGUE, Matcher(IDENTIFIERS))
NAMES = [
    ColumnName.read(Field(name), IDENTIFIERS)
    for name in (
        "c1", "cert_no", "mobile", "card_no", "amount", "姓名", "home_addr", "remark", "token", "password", "pin", "otp", "expiry", "balance", "plate_no",
        "phone_hash", "mobile_enc", "openid", "user_name", "diagnosis", "photo", "account_no", "email", "passport",
    )
]  # fmt: skip
SHAPES = [
    "62##############", "622#############62#", "1##########", "13#########.0", "13#########.00", "13#########.#", "1##########.##", "##.##", "#.#0", "-#.0",
    "#" * 18, "1101051949123100##", "#" * 17 + "X", "#" * 9, "9########", "#" * 15, "S#######@", "A#########", "0##-########", "(0##)########", "ID ########",
    "证件##################号", "电话1##########", "cvv2=###", "password=@@@@####", "1##****####", "1##＊＊＊＊####", "＊##", "@****#", "xxx####", "１########## ",
    "2026-##-##", "20####", "202#年#月", "2026-0#-0# 1#:##", "@#@#@#@#@#@#@#@#@#@#", "########-####-4###-a###-############", "@" * 32, "####@@@@@@####==", "0x################",
    "%4#%3#@@", "\\u00##1##########", "@@@@@.@@@@@@#@@@@.com", "京A#####", "沪A@####", "号#-#", "王##", "张@", "浙江省杭州市西湖区文三路###号", "客户身份证##################已核验,",
    "\u200b1##########", "1##\u200b########", "\ud800######", "\U0001d7d8##########", "\0######", "#\0#", " ######## ", "\t1##########\n", "1.1##########", "****", "*", "#", "@", "##00",
    "1##########00", "62#############.0", "a@b.cn##", "$2a$10$@@@@@@@@@@@@@@@@@@@@@@", "ENC(@@@@)", "Y", "是", "N",
]  # fmt: skip


def written(shape, seed):
    """A value of a shape; each # is a digit, each @ a letter or digit of hexadecimal."""
    source = random.Random(seed)
    filled = re.sub("#", lambda _: source.choice(string.digits + "0000"), shape)
    return re.sub("@", lambda _: source.choice("abcdefABCDEFxXzZ0159"), filled)


EXAMPLES = sorted({example.text for one in IDENTIFIERS for example in (*one.match, *one.no_match) if example.text})
VALUES = st.one_of(
    st.builds(written, st.sampled_from(SHAPES), st.integers(0, 40)),
    st.sampled_from(EXAMPLES),
    st.text(st.sampled_from("0123456789aAxX.*-+ 王号京\u200b"), min_size=1, max_size=20),
)


def alone(value, name):
    return READER.read(Column([value]), name).each()[0]


@given(st.lists(VALUES, min_size=2, max_size=12, unique=True), st.sampled_from(NAMES))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example(["13800138000.0", "13800138000.5", "13900139000.0"], NAMES[0])
@example(["1380013800000", "1380013800012"], NAMES[2])
def test_a_value_holds_what_it_holds_alone(values, name):
    cells = READER.read(Column(values), name).each()
    assert cells == [alone(value, name) for value in values]


@pytest.mark.soak
@given(st.lists(VALUES, min_size=2, max_size=60, unique=True), st.sampled_from(NAMES))
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_very_many_values_hold_what_they_hold_alone(values, name):
    cells = READER.read(Column(values), name).each()
    assert cells == [alone(value, name) for value in values]


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12, unique=True))
def test_the_kind_of_a_value_is_the_same_in_a_column_and_by_itself(values):
    column = Column(values)
    assert [column.kinds[number] for number in column.kind] == [kind_of(value) for value in values]


@given(
    st.sampled_from(sorted(CLASSIFIERS)), st.text(st.sampled_from("0123456789.,-+*/: ()¥$"), max_size=20), st.randoms()
)
def test_a_classifier_that_is_told_by_the_kind_answers_alike_for_all_of_a_kind(name, value, source):
    other = re.sub("[0-9]", lambda _: source.choice(string.digits), value)
    if told_by_kind(name, kind_of(value)):
        assert CLASSIFIERS[name](value) == CLASSIFIERS[name](other)


@given(
    st.sampled_from([one.lookalike for one in IDENTIFIERS if one.lookalike]),
    st.one_of(VALUES, st.randoms()),
    st.randoms(),
)
def test_a_kind_may_be_a_lookalike_where_one_of_its_values_is(regex, value, source):
    if not isinstance(value, str):
        value = "".join(source.choices("0123456789abcdefxXSTAFG-() /.", k=source.randrange(1, 24)))
    kinds = OfKinds([regex], 60)
    matches = re.fullmatch(regex, value) is not None
    assert kinds.may(kind_of(value)) or not matches
    if kinds.told[regex]:
        assert bool(kinds.may(kind_of(value))) == matches


@given(
    st.one_of(st.text(max_size=40), st.text(st.sampled_from("号码客户身份证0123456789,"), max_size=40)),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_no_encoded_text_is_ruled_out_by_its_first_bytes(text, codec):
    content = text.encode(codec, "ignore")
    values = [
        content.hex(),
        f"  {content.hex().upper()} ",
        f"0x{content.hex()}",
        f"\\x{content.hex()}",
        base64.b64encode(content).decode(),
        base64.urlsafe_b64encode(content).decode(),
    ]
    column = Column([value for value in dict.fromkeys(values) if value])
    readable = [place for place, value in enumerate(column.values) if decoded(value)]
    assert may_decode(column)[readable].all()
    assert set(readable) <= set(maybe_text(column, np.arange(len(column.values))).tolist())


def test_first_bytes_rule_out_nearly_all_digests_and_long_numbers():
    source = random.Random(5)
    digests = [f"{source.randrange(16**64):064x}" for _ in range(2_000)]
    numbers = [f"{source.randrange(10**19):019d}" for _ in range(2_000)]
    for values in (digests, numbers):
        column = Column(list(dict.fromkeys(values)))
        assert len(maybe_text(column, np.arange(len(column.values)))) < len(column.values) / 20
