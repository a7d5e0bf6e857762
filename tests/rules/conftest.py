"""What tests of rules build: assets as detection would have judged them, and the facts that rules are asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from pii_audit.errors import Position
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, Evidence, FieldEvidence, FieldTally
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.loader import load_policy
from pii_audit.policy.model import Policy
from pii_audit.rules.interface import Facts
from pii_audit.workspace import Source

ROWS = 100
TODAY = date(2026, 6, 30)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def policy_of(tmp_path: Path, catalogue: Catalogue) -> Callable[[str], Policy]:
    """The policy that a text says, in a file p.yaml."""

    def load(text: str) -> Policy:
        (tmp_path / "p.yaml").write_text("version: 1\n" + text, encoding="utf-8")
        return load_policy(["p.yaml"], tmp_path, catalogue)

    return load


@pytest.fixture
def asset(catalogue: Catalogue) -> Callable[..., Inspected]:
    """An asset `source:name` whose columns hold `identifier:form` (plain when no form is named); `people` are its keyed hashes."""

    def build(
        id_: str,
        columns: Mapping[str, str],
        *,
        kind: AssetKind = AssetKind.TABLE,
        people: Sequence[int] = range(1, 11),
        months: Mapping[str, Mapping[str, int]] | None = None,
        **more: object,
    ) -> Inspected:
        source, _, name = id_.partition(":")
        sketch, found, tallies = Sketch.of(people), [], {}
        for column, spec in columns.items():
            identifier, _, form_name = spec.partition(":")
            form = Form(form_name or "plain")
            facts = {"persons": len(sketch), "confidence": 0.95, **more}
            found.append(
                FieldEvidence(
                    asset=id_,
                    field=column,
                    identifier=identifier,
                    form=form,
                    rows_inspected=ROWS,
                    hits=ROWS,
                    prevalence=1.0,
                    bound=1.0,
                    level=catalogue[identifier].levels,
                    why=(),
                    **facts,  # type: ignore[arg-type]
                )
            )
            evidence = {identifier: Evidence(forms={form: ROWS}, whole=ROWS, persons=sketch)}
            tallies[column] = FieldTally(rows=ROWS, filled=ROWS, evidence=evidence)
        for column, counts in (months or {}).items():
            tallies[column] = FieldTally(rows=ROWS, filled=sum(counts.values()), months=counts)
        tally = AssetTally(chunks=frozenset({"0"}), rows=ROWS, fields=tallies)
        row = Coverage(source, name, CoverageStatus.INSPECTED)
        return Inspected(Asset(source, name, kind), row, tally, tuple(found), sketch)

    return build


@pytest.fixture
def facts(catalogue: Catalogue) -> Callable[..., Facts]:
    """The facts about some assets under a policy; `sources` adds to what is said of theirs."""

    def build(
        policy: Policy, *inspected: Inspected, sources: Mapping[str, Source] | None = None, **more: object
    ) -> Facts:
        said = {one.asset.source: source(one.asset.source) for one in inspected} | dict(sources or {})
        known = {"as_of": TODAY, "coverage": [one.coverage for one in inspected], **more}
        return Facts(policy, catalogue, sources=said, inspected=inspected, flows=policy.flows, **known)  # type: ignore[arg-type]

    return build


def source(name: str, **more: object) -> Source:
    said = {"kind": "database", "url": "sqlite:x.db", "owner": "Retail", **more}
    return Source(name, Position("audit.yaml", 4), **said)  # type: ignore[arg-type]


@pytest.fixture(name="source")
def make_source() -> Callable[..., Source]:
    """A source that has an owner unless told otherwise."""
    return source
