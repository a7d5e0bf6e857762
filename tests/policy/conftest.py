"""What policy tests build: policies from text, and assets as detection would have judged them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, Evidence, FieldEvidence, FieldTally
from pii_audit.model.finding import Verdict
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.edits import edited
from pii_audit.policy.evaluation import Knowledge, Observed, evaluate_flow
from pii_audit.policy.loader import load_policy
from pii_audit.policy.model import Policy

ROWS = 100


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def policy_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> Callable[..., Policy]:
    """Loads policy texts, one file each (p0.yaml, p1.yaml …), as seen from their folder."""

    def load(*texts: str) -> Policy:
        monkeypatch.chdir(tmp_path)
        for number, text in enumerate(texts):
            (tmp_path / f"p{number}.yaml").write_text(text, encoding="utf-8")
        return load_policy(["."], tmp_path, catalogue)

    return load


@pytest.fixture
def edits(policy_of: Callable[..., Policy], catalogue: Catalogue) -> Callable[..., list[tuple[str, bool]]]:
    """What putting one text of a policy for another changes, and whether that loosens."""

    def told(base: str, old: str, new: str) -> list[tuple[str, bool]]:
        assert old in base
        before, after = policy_of(base), policy_of(base.replace(old, new))
        return [(edit.line, edit.looser) for edit in edited(before, after, catalogue)]

    return told


def _evidence(asset: str, column: str | None, spec: str, **more: object) -> FieldEvidence:
    """`cn_mobile@contact:masked!` is a contact's mobile number, masked but showing too much."""
    element, _, form = spec.partition(":")
    identifier, _, subject = element.partition("@")
    inadequate = ROWS if form.endswith("!") else 0
    facts = {"confidence": 0.95, "shown": (0, 0), **more}
    return FieldEvidence(
        asset=asset,
        field=column,
        identifier=identifier,
        form=Form(form.removesuffix("!") or "plain"),
        rows_inspected=ROWS,
        hits=ROWS,
        prevalence=1.0,
        bound=1.0,
        level=Levels(),
        why=(),
        subject=subject or "customer",
        inadequate=inadequate,
        **facts,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="session")
def asset() -> Callable[..., Inspected]:
    """An asset whose columns hold what is said of them; `None` as a column is free text, `""` holds nothing."""

    def build(
        columns: Mapping[str | None, str | Sequence[str]],
        *,
        name: str = "sms_1.csv",
        persons: int = 0,
        rows: int = ROWS,
        together: Sequence[Sequence[str]] = (),
        embedded: Sequence[str] = (),
        **more: object,
    ) -> Inspected:
        made = Asset("outbox", name, AssetKind.FEED)
        found, tallies = [], {}
        for column, specs in columns.items():
            listed = [specs] if isinstance(specs, str) else list(specs)
            held = [_evidence(made.id, column, spec, **more) for spec in listed if spec]
            found += held
            whole = 0 if column is None or column in embedded else rows
            evidence = {one.identifier: Evidence(forms={one.form: rows}, whole=whole) for one in held}
            tallies[column or ""] = FieldTally(rows=rows, filled=rows, evidence=evidence)
        pairs = {frozenset(row): rows for row in together}
        characters = 1000 if None in columns else 0
        tally = AssetTally(chunks=frozenset({"0"}), rows=rows, characters=characters, fields=tallies, together=pairs)
        sketch = Sketch.of(range(1, persons + 1)) if persons else Sketch()
        coverage = Coverage("outbox", made.name, CoverageStatus.INSPECTED)
        return Inspected(made, coverage, tally, tuple(found), sketch)

    return build


@pytest.fixture(scope="session")
def judge(catalogue: Catalogue) -> Callable[..., tuple[Verdict, ...]]:
    """The verdicts on one flow of a policy, on 2026-06-30 unless told otherwise."""

    def evaluate(
        policy: Policy, *assets: Inspected, flow: str = "f", as_of: date = date(2026, 6, 30), **known: object
    ) -> tuple[Verdict, ...]:
        knowledge = Knowledge(**known)  # type: ignore[arg-type]
        return evaluate_flow(policy, policy.flows[flow], Observed(assets), catalogue, as_of=as_of, knowledge=knowledge)

    return evaluate
