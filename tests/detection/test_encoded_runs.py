"""Base64 and hexadecimal within text: what decodes to text is read, whatever it stands beside; what does not is nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection import detect_column, detect_text, encoded_runs
from pii_audit.detection.encoded_runs import EncodedRun
from pii_audit.model.forms import Form


def base64_of(text, encoding="utf-8"):
    return base64.b64encode(text.encode(encoding)).decode()


def token(payload):
    """A JSON Web Token (RFC 7519) with a signature of nobody."""
    parts = ({"alg": "HS256", "typ": "JWT"}, payload)
    written = [json.dumps(one, ensure_ascii=False).encode() for one in parts] + [random.Random(5).randbytes(32)]
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in written)


def found(text):
    return [(one.identifier, one.form) for one in detect_text(text)]


@pytest.mark.parametrize("length", [1, 9_000], ids=["short", "long"])
@pytest.mark.parametrize(
    "write",
    [
        base64_of,
        lambda number: f"payload={base64_of(number)}",
        lambda number: f"GET /api/{base64_of(number)}/detail HTTP/1.1",
        lambda number: f"data:text/plain;base64,{base64_of(f'客户 {number}')}",
        lambda number: f"body {base64_of(f'编号　{number}', 'gb18030')}",
        lambda number: f"body {base64_of(base64_of(f'ID {number}'))}",
        lambda number: f"raw=0x{number.encode().hex()}",
        lambda number: f"raw={f'ID {number}.'.encode().hex().upper()};",
        lambda number: base64_of(f"<?xml version='1.0'?>\n<id>\r\n\t{number}</id>"),
    ],
)
def test_what_stands_encoded_in_a_text_is_found(write, length, numbers):
    before = "nothing to see here, " * (length // 20)
    text = f"{before}{write(numbers.resident_id())} end"
    assert found(text) == [("cn_resident_id", Form.ENCODED)]
    (one,) = detect_text(text)
    assert len(before) <= one.start < one.end <= len(text) - len(" end")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [60, 64, 76])
def test_what_was_wrapped_into_lines_is_read_across_them(width, end, encoding, numbers):
    rows = "".join(f"{row},客户,{numbers.resident_id()},{row * 7}\n" for row in range(150))
    digits = base64_of(rows, encoding)
    lines = end.join(digits[at : at + width] for at in range(0, len(digits), width))
    assert found(f"begin\n{lines}\nend\n") == [("cn_resident_id", Form.ENCODED)] * 150


@pytest.mark.parametrize("left", range(31))
def test_the_last_line_is_read_however_short_it_is(left, numbers):
    number = numbers.resident_id()
    content = f"{'':>{60 + left - len(number)}}{number}".encode()
    for digits in (content.hex(), base64.b64encode(content).decode()):
        lines = "\n".join(digits[at : at + 60] for at in range(0, len(digits), 60))
        assert found(f"{lines}\n") == [("cn_resident_id", Form.ENCODED)]


def test_what_is_encoded_in_itself_is_read_once_for_each_layer():
    text = "nothing but a few words in lines that are as long as those of others are, and no longer\n" * 40
    for _ in range(12):
        digits = base64_of(text)
        text = "".join(f"{digits[at : at + 400]}\n" for at in range(0, len(digits), 400))
    seen: list[int] = []

    def layers(inside):
        for run in encoded_runs.encoded_runs(inside):
            seen.append(len(run.text))
            layers(run.text)

    layers(text)
    assert len(seen) < 100
    assert sum(seen) < 5 * len(text)


def test_lines_that_are_each_a_text_are_read_one_by_one(numbers):
    mobiles = [numbers.mobile() for _ in range(200)]
    lines = "\n".join(base64_of(f"{mobile:>45}") for mobile in mobiles)
    assert len({len(line) for line in lines.splitlines()}) == 1
    assert found(lines) == [("cn_mobile", Form.ENCODED)] * 200


def test_values_of_one_run_have_each_its_own_place(numbers):
    text = base64_of(f"张三,{numbers.resident_id()},{numbers.mobile()},{numbers.card()}")
    spans = [(one.identifier, one.start, one.end) for one in detect_text(f"x {text}")]
    assert [one for one, _, _ in spans] == ["cn_resident_id", "cn_mobile", "bank_card"]
    assert all(end <= start for (_, _, end), (_, start, _) in pairwise(spans))


@pytest.mark.parametrize("length", [1, 9_000], ids=["short", "long"])
def test_whoever_is_in_a_token_is_found_and_so_is_the_token(length, numbers):
    text = f"{'nothing here, ' * (length // 14)}Authorization: Bearer {token({'sub': numbers.resident_id()})}"
    assert found(text) == [("jwt", Form.PLAIN), ("cn_resident_id", Form.ENCODED)]


def test_a_cell_holds_what_stands_encoded_among_other_text(numbers):
    values = [f"token={token({'mobile': numbers.mobile()})}" for _ in range(20)]
    both = {("cn_mobile", Form.ENCODED), ("jwt", Form.PLAIN)}
    assert {(one.identifier, one.form) for one in detect_column(values, "col7")} == both


def test_a_cell_that_is_a_long_document_in_lines_is_read(numbers):
    document = "".join(f"<row>{number}</row>\n" for number in range(2_000)) + f"<id>{numbers.resident_id()}</id>\n"
    for value in (base64_of(document), base64.encodebytes(document.encode()).decode()):
        (one,) = detect_column([value, "none"], "message")
        assert (one.identifier, one.form, one.hits) == ("cn_resident_id", Form.ENCODED, 1)
        assert one.samples == (f"encoded({len(value.strip())})",) or value not in "".join(one.samples)


def decoys(source):
    yield from (str(uuid.UUID(bytes=source.randbytes(16))) for _ in range(300))
    yield from (hashlib.new(name, source.randbytes(8)).hexdigest() for name in ("md5", "sha1", "sha256") * 100)
    yield from (base64.b64encode(source.randbytes(48)).decode() for _ in range(300))
    yield from ("".join(source.choices("0123456789", k=24)) for _ in range(300))
    yield from (f"/usr/lib/python3/dist-packages/module_{number}/__init__" for number in range(100))
    yield from ("org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor", "a" * 5_000)


def test_identifiers_of_machines_paths_and_random_bytes_are_nothing():
    assert found("\n".join(decoys(random.Random(3)))) == []
    assert found(" ".join(decoys(random.Random(4)))) == []


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["\n", "\r\n", "/", "-", "=", " ", "\0", ".", "张"]),
    st.text(max_size=60).map(lambda text: base64_of(text.encode("utf-8", "replace").decode())),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace").hex()),
    st.binary(max_size=60).map(lambda content: base64.b64encode(content).decode()),
    st.text(alphabet="MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", min_size=10, max_size=70),
)


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_long_texts_hold_what_short_ones_do(text, cells):
    def read(least):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(encoded_runs, "LONG", least)
            return list(encoded_runs.encoded_runs(text, cells=cells))

    assert read(0) == read(len(text) + 1)


@given(st.text(min_size=1, max_size=40), st.data())
def test_every_span_has_a_place_within_the_digits(text, data):
    digits = base64_of(text.encode("utf-8", "replace").decode())
    cut = data.draw(st.integers(0, len(digits)))
    run = EncodedRun(text.encode("utf-8", "replace").decode(), "utf-8", 4, [(5, 5 + cut), (9 + cut, 9 + len(digits))])
    start = data.draw(st.integers(0, len(text) - 1))
    first, last = run.original(start, data.draw(st.integers(start + 1, len(text))))
    assert 5 <= first < last <= 9 + len(digits)
