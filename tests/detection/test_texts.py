"""Texts as arrays: overlaps are resolved as the reference resolves them, and lines are counted as one would by hand."""

from collections import Counter, defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pii_audit.detection import Detector
from pii_audit.detection.bulk.candidates import NOTHING
from pii_audit.detection.bulk.resolving import winners
from pii_audit.detection.lookalikes import lookalikes_of
from pii_audit.detection.matcher import Candidate, Matcher
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, TextChunk
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form

CATALOGUE = load_catalogue()
DETECTOR = Detector(CATALOGUE, Fingerprinter(b"a key of the tests"))
NAMED = Detector(CATALOGUE, Fingerprinter(b"a key of the tests"), names=True)
IDENTIFIERS = tuple(CATALOGUE.values())
MATCHER = Matcher(IDENTIFIERS)
TEXT = Asset("s", "a.log", AssetKind.FILE)

EXAMPLES = sorted({example.text for one in IDENTIFIERS for example in (*one.match, *one.no_match)})
PIECES = st.one_of(
    st.sampled_from(EXAMPLES),
    st.sampled_from(
        ["\n", "\n", " ", "：", "手机", "身份证", "\\n", "%3D", "138****8000", "尊敬的王芳女士", "浙江省杭州市西湖区文三路100号翠苑小区2幢1单元", "\0", "\ud800", "\U0001f600", "\u200b"]
    ),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@st.composite
def candidates(draw):
    found = []
    for _ in range(draw(st.integers(0, 14))):
        start = draw(st.integers(0, 12))
        proven, labelled, supported, doubted = draw(st.tuples(*[st.booleans()] * 4))
        one = draw(st.sampled_from(IDENTIFIERS[:6]))
        base = draw(st.sampled_from([0.2, 0.5, 0.9, 1.0]))
        found.append(Candidate(one, start, start + draw(st.integers(1, 6)), base, supported, proven, labelled, doubted))
    return found


@given(candidates())
@settings(max_examples=300)
def test_overlaps_are_resolved_as_the_reference_does(found):
    arrays = NOTHING.joined((MATCHER.order[one.identifier.id], one) for one in found)
    expected = [(one.identifier.id, one.start, one.end) for one in MATCHER.resolve(found)]
    kept = arrays.at(winners(arrays))
    assert [(one.identifier.id, one.start, one.end) for one in kept.objects(IDENTIFIERS)] == expected


@given(TEXTS, st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_long_texts_have_the_matches_of_short_ones(text, names):
    detector = NAMED if names else DETECTOR
    assert detector._array_matches(text, detector._found(text)).objects(IDENTIFIERS) == detector.text_matches(text)


def by_hand(text):
    """Per identifier the lines by weakest form, and the look-alikes; and the lines by what they expose together."""
    found, matches = defaultdict(list), defaultdict(list)
    for one in DETECTOR._engine.candidates(text, refuted=True):
        found[text.count("\n", 0, one.start)].append(one)
    for one in DETECTOR.text_matches(text):
        matches[text.count("\n", 0, one.start)].append(one)
    lines, lookalikes, together = defaultdict(Counter), Counter(), Counter()
    for line in {*found, *matches}:
        lookalikes.update(lookalikes_of(found[line], matches[line]))
        held = defaultdict(set)
        for one in matches[line]:
            held[one.identifier].add(one.form)
        weakest = {name: next(form for form in ORDER if form in some) for name, some in held.items()}
        for name, form in weakest.items():
            lines[name][form] += 1
        exposed = frozenset(name for name, form in weakest.items() if form in PLAIN_EQUIVALENT)
        together.update([exposed] if len(exposed) > 1 else [])
    return dict(lines), lookalikes, dict(together)


ORDER = (Form.PLAIN, Form.ENCODED, Form.BARE_HASH, Form.TRUNCATED, Form.MASKED, Form.PASSWORD_HASH)


@given(TEXTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_lines_are_counted_as_by_hand(text):
    tally = DETECTOR.tally(TEXT, TextChunk("0", 0, text))
    lines, lookalikes, together = by_hand(text)
    evidence = tally.fields[FREE_TEXT].evidence
    assert {name: one.forms for name, one in evidence.items() if one.forms} == lines
    assert {name: one.lookalikes for name, one in evidence.items() if one.lookalikes} == {**lookalikes}
    assert tally.together == together
