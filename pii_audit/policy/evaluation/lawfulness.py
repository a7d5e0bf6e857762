"""On which ground it leaves: SHR008 legal basis and consent, SHR009 impact assessment."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.evaluation.border import CHINA, abroad
from pii_audit.policy.evaluation.case import Case
from pii_audit.policy.model import Consent

OTHER_HANDLERS = frozenset({"controller", "affiliate"})
"""Recipients that decide for themselves: PIPL Art. 23 asks for separate consent. Not joint controllers (Art. 20)."""

WITHOUT_CONSENT = frozenset({"statutory_duty", "emergency", "public_interest", "public_information", "other_law"})
"""Bases under which the law itself, not the person, permits the provision (PIPL Art. 13, items 3 to 7)."""


def basis_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR008: every provision has a basis (PIPL Art. 13), and separate consent where that is asked for.

    That is the case

    - towards another handler, unless the law itself permits the provision (Art. 23),
    - for sensitive personal information and across the border, where consent is the basis (Art. 29, 39).

    A consent on record of a weaker kind contradicts that: a violation. None on record, or none that can be shown, is a
    gap.
    """
    basis = case.flow.legal_basis
    if case.recipient.outside:
        if basis is None:
            message = Text("没有登记合法性基础（legal_basis）", "no legal basis is on record (legal_basis)")
            remedy = Text("由法务确认后填写 legal_basis", "have it established and enter legal_basis")
            yield case.of_flow("legal_basis", Outcome.GAP, message, case.flow.position, "SHR008", remedy)
        elif basis == "legitimate_interests" and CHINA in case.policy.cross_border.home:
            at = case.flow.at("legal_basis")
            message = Text(
                f"{at.to_line}：个人信息保护法没有“合法利益”这一合法性基础",
                f"legitimate_interests ({at.to_line}) is no legal basis of the PIPL",
            )
            remedy = Text(
                "由法务确认个人信息保护法第十三条的哪一项", "have it established which of PIPL Art. 13 applies"
            )
            yield case.of_flow("legal_basis", Outcome.GAP, message, at, "SHR008", remedy)
        else:
            message = Text(f"合法性基础：{basis}", f"legal basis: {basis}")
            yield case.of_flow("legal_basis", Outcome.COMPLIANT, message, case.flow.at("legal_basis"), "SHR008")
    yield from _consent(case)
    if case.flow.consent is not None and case.flow.consent.field is not None:
        yield _row_proof(case.flow.consent, case.flow.consent.field, case)


def _separate_because(case: Case) -> Text | None:
    basis = case.flow.legal_basis
    if not case.recipient.outside:
        return None
    if case.recipient.role in OTHER_HANDLERS and basis not in WITHOUT_CONSENT:
        return Text("向其他个人信息处理者提供须取得单独同意", "provision to another handler needs separate consent")
    if basis == "consent" and any(case.sensitive(seen) for seen in case.seen):
        return Text("处理敏感个人信息须取得单独同意", "sensitive personal information needs separate consent")
    if basis == "consent" and abroad(case):
        return Text("向境外提供须取得单独同意", "provision abroad needs separate consent")
    return None


def _consent(case: Case) -> Iterator[Verdict]:
    consent, why = case.flow.consent, _separate_because(case)
    remedy = Text(
        "取得单独同意并登记 consent: {kind: separate, ref: …}", "obtain it and enter consent: {kind: separate, ref: …}"
    )
    if consent is None:
        if why is None and case.flow.legal_basis == "consent":
            why = Text("以同意为基础，但没有登记同意", "consent is the basis, but none is on record")
        if why is not None:
            position = case.flow.at("legal_basis")
            message = Text(f"{why.zh}；没有登记 consent", f"{why.en}; no consent is entered")
            yield case.of_flow("consent", Outcome.GAP, message, position, "SHR008", remedy)
        return
    at = consent.position
    if why is not None and consent.kind == "plain":
        message = Text(
            f"{why.zh}；登记的是一般同意（{at.to_line}）", f"{why.en}; the consent at {at.to_line} is a plain one"
        )
        yield case.of_flow("consent", Outcome.VIOLATION, message, at, "SHR008", remedy)
    elif consent.ref is None and consent.field is None:
        message = Text(f"同意（{at.to_line}）没有凭据", f"the consent at {at.to_line} names no proof")
        remedy = Text("填写 ref 或 field", "enter ref or field")
        yield case.of_flow("consent", Outcome.GAP, message, at, "SHR008", remedy)
    else:
        proof = consent.ref or consent.field
        message = Text(f"同意（{consent.kind}）：{proof}", f"consent ({consent.kind}): {proof}")
        yield case.of_flow("consent", Outcome.COMPLIANT, message, at, "SHR008")


def _row_proof(consent: Consent, column: str, case: Case) -> Verdict:
    at = consent.position
    known = [(asset, case.knowledge.consent.get(asset.asset.id)) for asset in case.observed.assets]
    missing = sum(proof.missing for _, proof in known if proof is not None)
    if missing:
        message = Text(
            f"{missing:,} 行的 “{column}” 不能证明同意（{at.to_line}）",
            f'"{column}" proves no consent for {missing:,} rows ({at.to_line})',
        )
        remedy = Text("只导出已同意的客户", "export those who agreed and nobody else")
        return case.of_flow("consent.field", Outcome.VIOLATION, message, at, "SHR008", remedy)
    unproven = [asset for asset, proof in known if proof is None]
    if unproven:
        lacks = any(column not in asset.columns for asset in unproven)
        message = Text(
            f"没有 “{column}” 列，无法逐行证明同意（{at.to_line}）"
            if lacks
            else f"“{column}” 列没有核对，无法逐行证明同意（{at.to_line}）",
            f'there is no column "{column}" to prove consent row by row ({at.to_line})'
            if lacks
            else f'column "{column}" was not evaluated: consent is not proved row by row ({at.to_line})',
        )
        remedy = Text(f"在导出中带上 “{column}” 列", f'carry column "{column}" in the export')
        return case.of_flow("consent.field", Outcome.GAP, message, at, "SHR008", remedy)
    message = Text(f"每一行都有 “{column}” 证明同意", f'"{column}" proves consent in every row')
    return case.of_flow("consent.field", Outcome.COMPLIANT, message, at, "SHR008")


def assessment_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR009: an impact assessment comes first (PIPL Art. 55).

    That is so before sensitive information is handled, and before anything is entrusted, provided to another handler,
    or goes abroad. An authority that asks by law is neither entrusted nor another handler.
    """
    if not case.recipient.outside:
        return
    sensitive = any(case.sensitive(seen) for seen in case.seen)
    if case.recipient.role == "authority" and not sensitive and not abroad(case):
        return
    if case.flow.pia is None:
        message = Text("没有登记个人信息保护影响评估（pia）", "no impact assessment is on record (pia)")
        remedy = Text("事前完成评估，把编号写入 pia", "assess first, then enter the reference under pia")
        yield case.of_flow("pia", Outcome.GAP, message, case.flow.position, "SHR009", remedy)
    else:
        message = Text(f"影响评估：{case.flow.pia}", f"impact assessment: {case.flow.pia}")
        yield case.of_flow("pia", Outcome.COMPLIANT, message, case.flow.at("pia"), "SHR009")
