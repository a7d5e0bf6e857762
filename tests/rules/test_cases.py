"""The cases beside the rules come out as they are written, and every rule has some that it finds and some that it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from pii_audit.auditing.flows import Beyond, judge_flows, match_assets
from pii_audit.document import Section
from pii_audit.errors import ConfigurationError, Position
from pii_audit.language import same
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FREE_TEXT, AssetTally, Evidence, FieldEvidence, FieldTally
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import Form
from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.model.sketch import Sketch
from pii_audit.policy.loader import load_policy
from pii_audit.policy.model import CUSTOMER
from pii_audit.rules.cases import RuleCase, load_cases, read_cases
from pii_audit.rules.catalogue import load_rules
from pii_audit.rules.interface import Facts
from pii_audit.rules.registry import apply_rules
from pii_audit.workspace import Account, AccountKind, Institution, Source
from pii_audit.workspace.model import AtRest

DAY = date(2026, 6, 30)
ROWS = 100
AT = Position("audit.yaml", 1)
KINDS = {"table": "database", "view": "database", "file": "file_share", "feed": "feed"}


class Situation:
    """What a case tells, as the facts that rules are asked about."""

    def __init__(self, told: Section, catalogue, folder) -> None:
        self._told, self._catalogue = told, catalogue
        self._day = told.get("as_of", DAY)
        (folder / "p.yaml").write_text("version: 1\n" + told.get("policy", ""), encoding="utf-8")
        self._policy = load_policy(["p.yaml"], folder, catalogue)

    def facts(self) -> Facts:
        assets = self._told.get("assets", {})
        inspected = tuple(self._inspected(name, one) for name, one in assets.items() if "not_read" not in one)
        earlier = [self._inspected(name, one) for name, one in self._told.get("earlier", {}).items()]
        sources = self._sources(inspected)
        feeds = {name for name, source in sources.items() if source.kind == "feed"}
        matched, undeclared = match_assets(self._policy, inspected, feeds)
        by_id = {one.asset.id: one for one in inspected}
        verdicts = judge_flows(
            self._policy,
            {flow: [by_id[name] for name in names] for flow, names in matched.items()},
            Beyond(inspected, earlier or None, earlier),
            self._catalogue,
            self._day,
        )
        unread = [_unread(name, one) for name, one in assets.items() if "not_read" in one]
        return Facts(
            self._policy,
            self._catalogue,
            self._day,
            sources,
            inspected,
            grants=tuple(_grants(assets)),
            coverage=(*(one.coverage for one in inspected), *unread),
            verdicts=verdicts,
            flows=self._policy.flows,
            undeclared=[by_id[name] for name in undeclared],
            leavers=frozenset(self._told.get("leavers", ())),
            accounts=tuple(map(_account, self._told.get("accounts", ()))),
            settings=tuple(map(_setting, self._told.get("settings", ()))),
            earlier=[earlier] if earlier else (),
            institution=self._institution(),
        )

    def _institution(self) -> Institution:
        told = self._told.get("institution", {})
        return Institution(tuple(told.get("roles", ())), tuple(told.get("own_bins", ())))

    def _sources(self, inspected) -> dict[str, Source]:
        """A source of which nothing is said has an owner and lies in China."""
        kinds = {one.asset.source: KINDS[one.asset.kind] for one in inspected}
        usual = {name: {"owner": "Retail", "region": "CN"} for name in kinds}
        told = {**usual, **self._told.get("sources", {})}
        sources = {}
        for name, said in told.items():
            facts: dict[str, Any] = dict(said)
            kind = facts.pop("kind", None) or kinds.get(name, "database")
            if "at_rest" in facts:
                facts["at_rest"] = AtRest(AT, **facts["at_rest"])
            sources[name] = Source(name, AT, kind, "sqlite:x.db", **facts)
        return sources

    def _inspected(self, name: str, told: Section) -> Inspected:
        source, _, rest = name.partition(".")
        modified = told.get("modified")
        asset = Asset(
            source,
            rest,
            AssetKind(told.get("kind", "table")),
            modified=datetime.combine(modified, time(), UTC) if modified else None,
        )
        rows = told.get("rows", ROWS)
        people = told.get("people")
        sketch = Sketch.of(range(people[0], people[1] + 1)) if people else Sketch()
        fields: dict[str, FieldTally] = {}
        found: list[FieldEvidence] = []
        columns: Mapping[str, Any] = told.get("fields", {})
        for column, held in {**columns, **({FREE_TEXT: told["text"]} if "text" in told else {})}.items():
            elements = {} if held == "none" else held
            found += (self._statement(asset, column, word, said, rows, sketch) for word, said in elements.items())
            evidence = {
                word.partition("@")[0]: Evidence(
                    forms={_form(said): rows},
                    whole=rows if column else 0,
                    foreign=told.get("foreign_cards", 0) if word == "bank_card" else 0,
                    persons=sketch,
                )
                for word, said in elements.items()
            }
            refused = rows - told.get("consenting", {}).get(column, rows)
            months = told.get("dates", {}).get(column, {})
            fields[column] = FieldTally(rows, rows, refused, months, evidence)
        for column, months in told.get("dates", {}).items():
            fields.setdefault(column, FieldTally(rows, sum(months.values()), months=months))
        together = frozenset(one.identifier for one in found if one.field)
        tally = AssetTally(
            frozenset({"0"}),
            rows,
            characters=1000 if "text" in told else 0,
            fields=fields,
            together={together: rows} if len(together) > 1 else {},
        )
        return Inspected(asset, Coverage(source, rest, CoverageStatus.INSPECTED), tally, tuple(found), sketch)

    def _statement(self, asset: Asset, column: str, word: str, said: Any, rows: int, sketch: Sketch) -> FieldEvidence:
        identifier, _, subject = word.partition("@")
        more = said if isinstance(said, Section) else {}
        show = more.get("show", {"first": 0, "last": 0})
        return FieldEvidence(
            asset=asset.id,
            field=column or None,
            identifier=identifier,
            form=_form(said),
            rows_inspected=rows,
            hits=rows,
            prevalence=1.0,
            bound=1.0,
            confidence=0.95,
            level=self._catalogue[identifier].levels,
            why=(),
            subject=subject or CUSTOMER,
            persons=len(sketch),
            inadequate=rows if more.get("inadequate") else 0,
            shown=(show["first"], show["last"]),
        )


def _form(said: Any) -> Form:
    return Form(said["form"] if isinstance(said, Section) else said)


def _unread(name: str, told: Section) -> Coverage:
    source, _, asset = name.partition(".")
    return Coverage(source, asset, CoverageStatus.FAILED, told["not_read"])


def _account(told: Section) -> Account:
    kind = told.get("kind")
    return Account(
        told["account"],
        AccountKind(kind) if kind else None,
        tuple(told.get("holders", ())),
        last_used=told.get("last_used"),
    )


def _setting(told: Section) -> Setting:
    said = same(told["kind"])
    return Setting(
        told["source"],
        SettingKind(told["kind"]),
        told["kind"],
        said,
        said,
        told.get("principal"),
        tuple(told.get("reaches", ())),
    )


def _grants(assets: Mapping[str, Section]) -> Iterator[Grant]:
    for name, told in assets.items():
        for grant in told.get("grants", ()):
            may, principal = grant.get("may", "read"), grant["principal"]
            path = tuple(grant.get("path", (principal,)))
            opened = f"GRANT {may} TO {path[-1]}"
            more = {key: grant[key] for key in ("grantable", "wider") if key in grant}
            yield Grant(principal, name.replace(".", ":", 1), may, opened, path, **more)


@pytest.mark.parametrize(
    "case",
    [case for cases in load_cases().values() for case in cases],
    ids=lambda case: f"{case.rule} {case.title.en}",
)
def test_a_rule_finds_what_its_case_says(case: RuleCase, catalogue, tmp_path) -> None:
    facts = Situation(case.situation, catalogue, tmp_path).facts()
    outcomes = {draft.outcome for draft in apply_rules(facts) if draft.rule == case.rule}
    worst = next((one for one in (Outcome.VIOLATION, Outcome.GAP) if one in outcomes), None)
    assert (str(worst) if worst else "nothing") == case.finds


@pytest.mark.parametrize("rule", sorted(load_rules()))
def test_every_rule_has_a_case_that_it_finds_and_one_that_it_does_not(rule: str) -> None:
    found = {case.finds for case in load_cases().get(rule, ())}
    assert "nothing" in found
    assert found - {"nothing"}


@pytest.mark.parametrize(
    "case", [case for cases in load_cases().values() for case in cases], ids=lambda case: case.rule
)
def test_cases_are_told_in_chinese_and_in_english(case: RuleCase) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in case.title.zh)
    assert case.title.en.isascii()
    assert case.written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("STO999: [{title: t, finds: nothing}]", "c.yaml:2:9: unknown rule"),
        ("STO001: [{title: t, finds: maybe}]", 'c.yaml:2:36: "maybe" is not one of'),
        ("STO001: [{title: t}]", 'c.yaml:2:18: missing key "finds"'),
        ("STO001: []", "c.yaml:2:17: needs at least 1 item(s)"),
    ],
)
def test_what_is_wrong_in_a_case_is_said_where_it_stands(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_cases({"c.yaml": f"version: 1\ncases: {{{text}}}\n".encode()})
    assert any(line.startswith(said) for line in caught.value.lines("en"))
