"""The demo bank's workspace and policies load, and teach in both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from pii_audit import content
from pii_audit.document import Reader
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.policy.language import POLICY_FILE
from pii_audit.policy.loader import load_policy
from pii_audit.policy.testing import SUFFIX, covered, load_cases, run_case
from pii_audit.policy.testing.language import CASE_FILE
from pii_audit.workspace import load_key, load_workspace

FILES = (*content.walk("policies/demo", ".yaml"), "policies/demo/audit.yaml.in")


def test_the_workspace_loads_with_its_key(bank):
    workspace = load_workspace(bank.folder)
    assert [source.id for source in workspace.sources] == ["core", "test", "share", "outbox"]
    assert len(load_key(workspace)) == 32


def test_only_the_source_that_is_planted_has_no_owner(bank):
    assert [source.id for source in load_workspace(bank.folder).sources if source.owner is None] == ["test"]


def test_every_policy_file_is_written_by_the_letter_of_the_language(bank):
    reader = Reader()
    for path in sorted((bank.folder / "policies").iterdir()):
        reader.read(path, CASE_FILE if path.name.endswith(SUFFIX) else POLICY_FILE, shown_as=path.name)
    assert [str(problem.position) + problem.message.en for problem in reader.problems] == []


@pytest.mark.parametrize("path", FILES)
def test_every_file_explains_itself_in_chinese_and_in_english(path):
    comments = re.findall(r"#(.*)", content.text(path))
    chinese = [comment for comment in comments if re.search(r"[一-龥]{4,}", comment)]
    english = [comment for comment in comments if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", comment)]
    assert len(chinese) >= 2
    assert len(english) >= 2


def test_the_cases_beside_the_policies_pass_and_weigh_nearly_every_line(bank):
    workspace, catalogue = load_workspace(bank.folder), load_catalogue()
    policy = load_policy(workspace.policies, bank.folder, catalogue)
    cases = load_cases(workspace.policies, bank.folder, policy, catalogue, date(2026, 6, 30))
    results = [run_case(case, policy, catalogue) for case in cases]
    assert [difference.en for result in results for difference in result.differences] == []
    assert covered(policy, results).share > 0.95


def test_the_demo_stands_on_packs(bank):
    assert sum(entry.startswith("pack:") for entry in load_workspace(bank.folder).policies) >= 5


def test_the_policies_load_with_every_word_and_reference_known(bank):
    policy = load_policy(load_workspace(bank.folder).policies, bank.folder, load_catalogue())
    assert len(policy.flows) == 6
    assert {flow.recipient for flow in policy.flows.values()} == set(policy.recipients)
