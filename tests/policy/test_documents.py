"""What the documentation shows is read by the program as it stands, and the pages made from YAML are current."""

from __future__ import annotations

import re
from datetime import date

import pytest

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.policy.loader import load_policy
from pii_audit.policy.testing import load_cases, run_case
from pii_audit.render.pages import pages
from pii_audit.rules.catalogue import load_rules
from pii_audit.rules.standards import HOWS, load_standards
from pii_audit.workspace import packs

DAY = date(2026, 6, 30)


def blocks(text: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_every_example_of_the_guide_loads_and_its_cases_pass(checkout, tmp_path):
    found = blocks((checkout / "docs" / "policies.md").read_text(encoding="utf-8"))
    cases = [block for block in found if "\ncases:" in block]
    for number, block in enumerate(block for block in found if block not in cases):
        (tmp_path / f"p{number}.yaml").write_text(block, encoding="utf-8")
        load_policy([f"p{number}.yaml"], tmp_path, load_catalogue())
    policy = load_policy(["p1.yaml"], tmp_path, load_catalogue())
    (tmp_path / "c.cases.yaml").write_text(*cases, encoding="utf-8")
    for case in load_cases(["."], tmp_path, policy, load_catalogue(), DAY):
        assert [difference.en for difference in run_case(case, policy, load_catalogue()).differences] == []


@pytest.mark.parametrize("page", [name for name, _ in pages()])
def test_pages_made_from_yaml_are_current(checkout, page):
    text = dict(pages())[page]
    assert (checkout / "docs" / page).read_text(encoding="utf-8") == text, "run `make docs`"


def test_pages_exist_in_both_languages_and_show_every_rule():
    made = dict(pages())
    for name in ("rules.md", "rules.zh.md"):
        assert set(re.findall(r"^### ([A-Z]{3}[0-9]{3}) ", made[name], re.MULTILINE)) == set(load_rules())
    assert not re.search(r"[一-鿿]", made["rule-inputs.md"])


def test_every_pack_is_a_standard_whose_coverage_is_told():
    assert set(packs()) <= set(load_standards())
    for standard in load_standards().values():
        assert sum(standard.count(how) for how in HOWS) == len(standard.provisions)
        assert all(one.name.zh and one.name.en and one.what.zh and one.what.en for one in standard.provisions)


@pytest.mark.parametrize("pack", list(packs()))
def test_a_pack_loads_alone_and_as_the_floor_of_another(pack, tmp_path):
    assert load_policy([f"pack:{pack}"], tmp_path, load_catalogue()).files == (f"pack:{pack}/policy.yaml",)
    (tmp_path / "p.yaml").write_text(f"version: 1\nextends: [pack:{pack}]\nstorage: {{forms: {{C3: encrypted}}}}\n")
    policy = load_policy(["p.yaml"], tmp_path, load_catalogue())
    assert policy.files == ("p.yaml", f"pack:{pack}/policy.yaml")


def test_all_packs_of_one_country_hold_together(tmp_path):
    chinese = [f"pack:{name}" for name in packs() if name != "gdpr"]
    policy = load_policy(chinese, tmp_path, load_catalogue())
    assert set(policy.attestations.required) == {"MAN001", "MAN002", "MAN003", "MAN004", "MAN005"}
    assert policy.cross_border.home == ("CN",)
