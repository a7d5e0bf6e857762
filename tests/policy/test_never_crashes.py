"""Whatever stands in a policy file, it loads or is refused with diagnostics; what loads can be linted."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pii_audit import content
from pii_audit.errors import ConfigurationError, PiiAuditError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.policy.lint import lint
from pii_audit.policy.loader import load_policy
from pii_audit.policy.testing import load_cases, run_case

CATALOGUE = load_catalogue()
DAY = date(2026, 6, 30)
EXAMPLES = [content.text(path) for path in content.walk("policies/demo", ".yaml") if not path.endswith(".cases.yaml")]
EXAMPLES += [content.text(path) for path in content.walk("policies/packs", ".yaml")]
WHOLE = "".join(re.sub(r"(?m)^(version: .*|#.*)\n", "", text) for text in EXAMPLES)
TOKENS = sorted(set(re.findall(r"[A-Za-z0-9_@+.:-]+|[\[\]{},]", WHOLE)))
SECTIONS = [
    "version",
    "include",
    "extends",
    "floor",
    "purposes",
    "recipients",
    "flows",
    "access",
    "storage",
    "classification",
    "cross_border",
    "severity",
    "attestations",
    "governance",
    "exceptions",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("policy")


def attempt(read):
    """What a reading gives, and what is wrong instead."""
    try:
        return read(), None
    except PiiAuditError as error:
        return None, error


def survives(folder, content_: bytes) -> None:
    """Loads and lints; whatever is wrong is told as diagnostics, one line each."""
    (folder / "p.yaml").write_bytes(content_)
    policy, error = attempt(lambda: load_policy(["p.yaml"], folder, CATALOGUE, sources=["core", "outbox"]))
    if error is not None:
        assert isinstance(error, ConfigurationError)
        assert all(line and "\n" not in line for language in ("zh", "en") for line in error.lines(language))
        return
    for problem in lint(policy, CATALOGUE, DAY):
        assert problem.message.zh
        assert problem.message.en


@given(st.binary(max_size=200))
def test_any_bytes(folder, noise):
    survives(folder, noise)


@given(st.data())
def test_a_sound_file_with_words_exchanged(folder, data):
    text = data.draw(st.sampled_from(EXAMPLES))
    words = list(re.finditer(r"[A-Za-z0-9_@+.:-]+|[\[\]{},]", text))
    for _ in range(data.draw(st.integers(1, 4))):
        spot = data.draw(st.sampled_from(words))
        text = text[: spot.start()] + data.draw(st.sampled_from(TOKENS)) + text[spot.end() :]
    survives(folder, text.encode())


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**6), st.sampled_from(TOKENS), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(TOKENS), inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(SECTIONS), VALUES, max_size=5))
def test_sections_of_any_shape(folder, document):
    survives(folder, yaml.safe_dump({"version": 1, **document}, allow_unicode=True).encode())


@given(st.data())
def test_cases_of_any_shape(folder, data):
    case = data.draw(st.dictionaries(
        st.sampled_from(["title", "flow", "recipient", "purpose", "as_of", "given", "persons", "known", "expect", "rules"]),
        VALUES,
    ))  # fmt: skip
    (folder / "p.yaml").write_text(
        "version: 1\npurposes: {p: {}}\nrecipients: {r: {role: internal}}\nflows: {f: {recipient: r, purpose: p}}\n"
    )
    document = {"version": 1, "cases": [{"title": "t", "flow": "f", "given": {}, "expect": "gap", **case}]}
    (folder / "c.cases.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    policy = load_policy(["p.yaml"], folder, CATALOGUE)
    cases, error = attempt(lambda: load_cases(["c.cases.yaml"], folder, policy, CATALOGUE, DAY))
    assert error is None or error.lines("zh")
    for one in cases or ():
        run_case(one, policy, CATALOGUE)
