"""The shipped rules are complete, bilingual, and cite nothing that was not read and verified."""

from __future__ import annotations

import re

import pytest

from pii_audit import content
from pii_audit.errors import ConfigurationError
from pii_audit.model.finding import Severity
from pii_audit.rules.catalogue import STAGES, Rule, cited, load_instruments, load_rules, read_rules
from pii_audit.workspace.language import STANDARDS

# rule → (check, severity of the check, stage), as the workspace format fixes them
RULES = {
    "COL001": ("CK-11", "high", "collect"),
    "STO001": ("CK-01", "critical", "store"),
    "STO002": ("CK-07", "high", "store"),
    "STO003": ("CK-09", "high", "store"),
    "STO004": ("CK-09", "high", "store"),
    "STO005": ("CK-12", "medium", "store"),
    "STO006": ("CK-12", "low", "store"),
    "STO007": ("CK-09", "medium", "store"),
    "STO008": ("CK-01", "critical", "store"),
    "STO009": ("CK-15", "medium", "store"),
    "USE001": ("CK-05", "high", "use"),
    "USE002": ("CK-05", "high", "use"),
    "USE003": ("CK-05", "high", "use"),
    "USE004": ("CK-06", "high", "use"),
    "USE005": ("CK-08", "medium", "use"),
    "USE006": ("CK-13", "high", "use"),
    "USE007": ("CK-05", "high", "use"),
    "USE008": ("CK-05", "high", "use"),
    "USE009": ("CK-07", "high", "use"),
    "USE010": ("CK-06", "medium", "use"),
    "USE011": ("CK-05", "high", "use"),
    "USE012": ("CK-05", "medium", "use"),
    "USE013": ("CK-05", "medium", "use"),
    "SHR001": ("CK-02", "critical", "provide"),
    "SHR002": ("CK-03", "high", "provide"),
    "SHR003": ("CK-03", "high", "provide"),
    "SHR004": ("CK-03", "high", "provide"),
    "SHR005": ("CK-03", "high", "provide"),
    "SHR006": ("CK-04", "high", "provide"),
    "SHR007": ("CK-04", "high", "provide"),
    "SHR008": ("CK-04", "high", "provide"),
    "SHR009": ("CK-04", "high", "provide"),
    "SHR010": ("CK-07", "high", "provide"),
    "SHR012": ("CK-03", "medium", "provide"),
    "SHR013": ("CK-03", "medium", "provide"),
    "SHR011": ("CK-14", "critical", "provide"),
    "XBR001": ("CK-10", "critical", "provide"),
    "XBR002": ("CK-10", "critical", "provide"),
    "XBR003": ("CK-10", "high", "store"),
    "GOV001": ("CK-12", "medium", "store"),
    "GOV002": ("CK-12", "medium", "store"),
    "GOV003": ("CK-05", "medium", "use"),
    "GOV004": ("CK-12", "medium", "use"),
    "MAN001": ("CK-16", "medium", "use"),
    "MAN002": ("CK-17", "high", "use"),
    "MAN003": ("CK-18", "low", "use"),
    "MAN004": ("CK-19", "high", "use"),
    "MAN005": ("CK-20", "low", "use"),
    "COV001": (None, "medium", "store"),
    "QLT001": (None, "low", "provide"),
}

# check → the clauses that may be printed for it; every one was read in the text
BASIS = {
    "CK-01": {"pci-dss": ["3.3.1"], "tpcac-0001": ["10.1", "14.3 row 7", "8 c)"], "jrt-0171": []},
    "CK-02": {"tpcac-0001": ["8 e)"], "pipl": ["Art.23"], "jrt-0171": []},
    "CK-03": {
        "pipl": ["Art.6", "Art.21"],
        "ndsr": ["Art.12"],
        "pboc-2020-5": ["Art.32"],
        "ccpa": ["1798.100(c)"],
        "cbirc-2022-9": [],
        "gbt-35273": [],
        "gdpr": [],
    },
    "CK-04": {
        "pipl": ["Art.21", "Art.23", "Art.55", "Art.56"],
        "ndsr": ["Art.12"],
        "cac-audit": ["Guide 6", "Guide 8"],
        "nfra-2024-24": [],
        "cbirc-2022-9": [],
        "gdpr": [],
    },
    "CK-05": {
        "pboc-2020-5": ["Art.33"],
        "pipl": ["Art.51"],
        "nydfs-500": ["500.7(a)(1)-(2)", "500.7(a)(4)"],
        "tpcac-0001": ["11.4"],
        "jrt-0171": [],
        "cbirc-2022-9": [],
        "gbt-35273": [],
        "glba": [],
    },
    "CK-06": {
        "tpcac-0001": ["12.3"],
        "nydfs-500": ["500.7(a)(6)"],
        "glba": ["314.4(c)(8)"],
        "cbirc-2022-9": [],
        "pci-dss": [],
    },
    "CK-07": {
        "pipl": ["Art.51"],
        "ndsr": ["Art.9"],
        "tpcac-0001": ["14.3 row 1"],
        "pci-dss": ["3.5.1"],
        "glba": ["314.4(c)(3)"],
        "jrt-0171": [],
        "nydfs-500": [],
    },
    "CK-08": {
        "pci-dss": ["3.4.1"],
        "tpcac-0001": ["14.1", "14.2"],
        "jrt-0171": [],
        "gbt-35273": [],
        "gbt-37964": [],
    },
    "CK-09": {
        "pipl": ["Art.19", "Art.47"],
        "cir": ["Art.16"],
        "aml-2024": ["Art.34"],
        "pboc-cdd-2025": ["Art.44"],
        "pboc-2020-5": ["Art.44"],
        "glba": ["314.4(c)(6)"],
        "nydfs-500": ["500.13(b)"],
        "csl": [],
    },
    "CK-10": {
        "pipl": ["Art.38", "Art.39", "Art.40"],
        "cac-xborder": ["Art.5(4)", "Art.7", "Art.8"],
        "cac-audit": ["Guide 15"],
    },
    "CK-11": {
        "pipl": ["Art.6", "Art.14", "Art.28", "Art.31"],
        "pboc-2020-5": ["Art.29", "Art.30", "Art.32"],
        "cir": ["Art.14"],
    },
    "CK-12": {
        "pipl": ["Art.8", "Art.51", "Art.54"],
        "dsl": ["Art.21"],
        "cac-audit": ["Art.4", "Art.12"],
        "ndsr": ["Art.28"],
        "nydfs-500": ["500.13(a)"],
        "jrt-0197": [],
        "nfra-2024-24": [],
    },
    "CK-13": {"jrt-0171": [], "pci-dss": []},
    "CK-14": {"pipl": ["Art.25"], "cac-audit": ["Guide 10"]},
    "CK-15": {"tpcac-0001": ["14.3 row 5"]},
    "CK-16": {"tpcac-0001": ["14.3 row 3"]},
    "CK-17": {"pipl": ["Art.57"], "pboc-2020-5": ["Art.34"], "nfra-2024-24": []},
    "CK-18": {"pboc-2020-5": ["Art.43"], "cbirc-2020-3": []},
    "CK-19": {"cir": ["Art.18", "Art.20"]},
    "CK-20": {"pboc-2020-5": ["Art.8", "Art.10"], "cac-audit": ["Guide 19"]},
    None: {},
}

NUMBERED = re.compile(
    r"第\s*[0-9一二三四五六七八九十百]+\s*[条款项]|\bArt(icle|\.)?\s*\d|\bclause\s+\d|§", re.IGNORECASE
)

GOOD = """\
version: 1
rules:
  SHR002:
    severity: high
    stage: provide
    phases: [ex_ante]
    title: {zh: 题, en: Title}
    why: {zh: 因, en: Why}
    remediation: {zh: 改, en: Mend}
    bad: {zh: 坏, en: Bad}
    good: {zh: 好, en: Good}
    clauses:
      - {instrument: pipl, clause: Art.6}
    other: [gdpr]
"""

rules = pytest.mark.parametrize("rule", load_rules().values(), ids=lambda rule: rule.id)


def problems_of(**files: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_rules({f"{name}.yaml": text.encode() for name, text in files.items()}, load_instruments())
    return caught.value.lines("en")


def test_every_rule_of_the_workspace_format_is_there_with_its_check_severity_and_stage() -> None:
    shipped = {rule.id: (rule.check, rule.severity.value, rule.stage) for rule in load_rules().values()}
    assert shipped == RULES


def test_prohibited_storage_and_authentication_data_that_leaves_are_never_excepted() -> None:
    assert {rule.id for rule in load_rules().values() if not rule.exceptable} == {"STO001", "SHR001"}


def test_persons_raise_every_rule_but_those_about_the_inspection_itself() -> None:
    assert {rule.id for rule in load_rules().values() if not rule.scaled} == {"COV001", "QLT001"}


def test_rules_come_in_the_order_of_the_stages() -> None:
    stages = [STAGES.index(rule.stage) for rule in load_rules().values()]
    assert stages == sorted(stages)


@rules
def test_every_text_stands_in_chinese_and_in_english(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.remediation, rule.bad, rule.good):
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
        assert re.search(r"[A-Za-z]{3}", text.en)
        assert "\n" not in text.zh + text.en
    assert not rule.title.zh.endswith("。")
    assert not rule.title.en.endswith(".")


@rules
def test_no_text_smuggles_in_a_clause_number(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.remediation, rule.bad, rule.good):
        assert not NUMBERED.search(text.zh + text.en)


@rules
def test_only_what_stands_behind_the_check_is_cited(rule: Rule) -> None:
    printed = load_instruments()
    basis = BASIS[rule.check]
    for clause in rule.clauses:
        assert clause.instrument in basis
        if clause.ref is not None:
            allowed = {printed[clause.instrument].clauses[name] for name in basis[clause.instrument]}
            assert clause in allowed


def test_expired_and_unknown_instruments_are_not_to_be_had() -> None:
    titles = " ".join(instrument.title.zh for instrument in load_instruments().values())
    assert "银发" not in titles
    assert not {"pboc-2011-17", "pboc-2012-80"} & load_instruments().keys()


def test_clauses_that_were_not_read_have_no_number_to_print() -> None:
    instruments = load_instruments()
    for unread in ("gdpr", "gbt-35273", "gbt-45574", "nfra-2024-24", "cbirc-2022-9", "csl", "jrt-0197", "jrt-0223"):
        assert instruments[unread].clauses == {}
    assert "4.2.1" not in instruments["pci-dss"].clauses
    assert "500.15" not in instruments["nydfs-500"].clauses
    assert list(instruments["jrt-0171"].clauses) == ["4.1"]


def test_a_workspace_can_name_every_instrument_and_no_other() -> None:
    assert set(STANDARDS) == set(load_instruments())


def test_only_the_workspace_s_standards_are_cited() -> None:
    rule = load_rules()["SHR002"]
    assert [clause.in_("zh") for clause in cited(rule, ["pipl", "gdpr"])] == [
        "《个人信息保护法》第6条",
        "《个人信息保护法》第21条",
        "欧盟《通用数据保护条例》（GDPR）",
    ]
    assert cited(rule, []) == ()


@pytest.mark.parametrize(
    ("instrument", "clause", "zh", "en"),
    [
        ("pipl", "Art.6", "《个人信息保护法》第6条", "Personal Information Protection Law (PIPL) Art. 6"),
        (
            "cac-xborder",
            "Art.5(4)",
            "《促进和规范数据跨境流动规定》第5条第（4）项",
            "Provisions on Promoting and Regulating Cross-Border Data Flows (CAC, 2024) Art. 5(4)",
        ),
        (
            "cac-audit",
            "Guide 8",
            "《个人信息保护合规审计管理办法》附件指引第8项",
            "Measures for Personal Information Protection Compliance Audits (CAC, 2025) annex guide item 8",
        ),
        ("pci-dss", "3.3.1", "PCI DSS v4.0.1 要求 3.3.1", "PCI DSS v4.0.1 requirement 3.3.1"),
        (
            "tpcac-0001",
            "14.3 row 7",
            "T/PCAC 0001-2023《个人支付信息保护指引》14.3 表第7行",
            "T/PCAC 0001-2023 Guidelines for the protection of personal payment information 14.3 table row 7",
        ),
        ("nydfs-500", "500.13(a)", "美国纽约州 23 NYCRR Part 500 § 500.13(a)", "23 NYCRR Part 500 § 500.13(a)"),
    ],
)
def test_a_clause_prints_as_it_is_cited_in_each_language(instrument: str, clause: str, zh: str, en: str) -> None:
    printed = load_instruments()[instrument].clauses[clause]
    assert printed.in_("zh") == zh
    assert printed.in_("en") == en


def test_a_file_of_one_rule_is_read() -> None:
    (rule,) = read_rules({"f.yaml": GOOD.encode()}, load_instruments()).values()
    assert (rule.id, rule.severity, rule.phases) == ("SHR002", Severity.HIGH, ("ex_ante",))
    assert (rule.check, rule.exceptable, rule.scaled, str(rule.position)) == (None, True, True, "f.yaml:3:3")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("clause: Art.6", "clause: Art.666", "f.yaml:13:28: not a verified clause, may not be cited: pipl Art.666"),
        ("instrument: pipl", "instrument: pip", 'f.yaml:13:10: unknown instrument "pip"; did you mean "pipl"?'),
        ("other: [gdpr]", "other: [pipl, gpdr]", 'f.yaml:14:19: unknown instrument "gpdr"; did you mean "gdpr"?'),
        ("severity: high", "severity: hihg", 'f.yaml:4:15: "hihg" is not one of critical | high | medium | low | info; did you mean "high"?'),
        ("    why: {zh: 因, en: Why}\n", "", 'f.yaml:4:5: missing key "why"'),
        ("en: Why}", "}", 'f.yaml:8:10: missing key "en"'),
        ("en: Why}", "en: }", "f.yaml:8:22: expected text, got nothing"),
        ("SHR002", "SHARE2", 'f.yaml:3:3: expected a rule id such as SHR002, got "SHARE2"'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_rule_is_said_where_it_stands(old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert problems_of(f=GOOD.replace(old, new)) == [said]


def test_a_rule_stands_once_and_every_file_s_problems_come_together() -> None:
    assert problems_of(a=GOOD, b=GOOD, c="version: 2\nrules: {}\n") == [
        "b.yaml:3:3: duplicate rule SHR002 (first in a.yaml:3)",
        'c.yaml:1:10: "2" is not one of 1',
    ]


def test_a_file_that_is_no_yaml_does_not_hide_the_problems_of_the_others() -> None:
    assert problems_of(a="rules: [", b=GOOD.replace("stage: provide", "stage: send")) == [
        "a.yaml:2:1: YAML syntax: did not find expected node content",
        'b.yaml:5:12: "send" is not one of collect | store | use | provide',
    ]


def test_every_rule_file_is_read() -> None:
    files = [path for path in content.walk("policies/rules", ".yaml") if not path.endswith(".cases.yaml")]
    assert {rule.position.file for rule in load_rules().values()} == set(files)
