"""May it leave? Every recipient × purpose × element × form, against an evaluator that is slow and plainly right."""

from __future__ import annotations

import itertools

import pytest
import yaml

from pii_audit.model.finding import Outcome

PURPOSES = """
  sms: {needs: {cn_mobile: plain}, allows: {person_name: masked}}
  call: {allows: {phone: masked, C2: plain}}
  tight: {allows: {phone: plain, cn_mobile: masked, C2+: keyed_hash}}
  contacts: {allows: {cn_mobile@contact: plain, cn_mobile: plain, name: plain}}
  cards: {allows: {bank_card: {forms: [masked], show: {first: 0, last: 4}}, card_cvv2: plain, otp_code: plain}}
  coded: {allows: {cn_mobile: encoded, email: bare_hash, bank_card: encrypted, person_name: tokenised}}
  kept: {allows: {login_credential: password_hash, cn_mobile: truncated, email: {forms: [plain, encrypted]}}}
  everything: {allows: {C1: plain, C2: plain, C3: plain, phone@contact: plain, "jrt0197:4": masked}}
"""
RECIPIENTS = """
  wide: {role: processor, scope: {C1: plain, C2: plain, C3: plain, C2@contact: plain}}
  narrow: {role: controller, scope: {cn_mobile: plain, person_name: masked}}
  guarded: {role: processor, scope: {C2: plain, C2@contact: plain}, never: [C3, bank_card, phone@contact]}
  levelled: {role: affiliate, scope: {C1: plain, C2: plain, C3: plain}, never: [C2+]}
  grouped: {role: processor, scope: {phone: keyed_hash, name: plain, card: masked, C2: plain}}
  silent: {role: processor}
  house: {role: internal, scope: {cn_mobile: plain, bank_card: masked, login_credential: plain}, never: [email]}
"""
ELEMENTS = (
    "cn_mobile",
    "cn_mobile@contact",
    "cn_landline",
    "person_name",
    "email",
    "bank_card",
    "card_cvv2",
    "otp_code",
    "login_credential",
)
# Forms as seen; "!" is masked or cut short with too much left to see.
STATES = (
    "plain",
    "encoded",
    "bare_hash",
    "masked",
    "masked!",
    "truncated",
    "truncated!",
    "keyed_hash",
    "tokenised",
    "encrypted",
    "password_hash",
)
HIDDEN = {"masked", "truncated", "keyed_hash", "tokenised"}
WILL_DO = {
    "plain": set(STATES),
    "encoded": set(STATES) - {"plain", "bare_hash", "masked!", "truncated!"},
    "bare_hash": HIDDEN | {"bare_hash", "encrypted", "password_hash"},
    "masked": HIDDEN,
    "truncated": HIDDEN,
    "encrypted": HIDDEN | {"encrypted", "password_hash"},
    "keyed_hash": {"keyed_hash", "tokenised"},
    "tokenised": {"tokenised"},
    "password_hash": {"password_hash"},
}
AS_PLAIN = {"plain", "encoded", "bare_hash", "masked!", "truncated!", "encrypted"}


def meets(asked, state: str, enumerable: bool) -> bool:
    if isinstance(asked, dict):
        # Here nothing masked shows anything, so a limit on what is shown is always kept.
        bare = state.rstrip("!")
        return bare in asked["forms"] and (state == bare or "show" in asked)
    if asked == "encoded" and state == "bare_hash":
        return not enumerable
    return state in WILL_DO[asked]


def lines_about(lines: dict, identifier: str, subject: str, catalogue) -> list:
    """All lines that cover the element, the most specific kind only."""
    kinds: tuple[list, list, list] = ([], [], [])
    for word, asked in lines.items():
        bare, _, whose = word.partition("@")
        if (whose or "customer") != subject or identifier not in catalogue.expand(bare):
            continue
        kinds[0 if bare == identifier else 1 if bare in catalogue.groups else 2].append(asked)
    return next((found for found in kinds if found), [])


def expected(purpose: dict, recipient: dict, element: str, state: str, catalogue) -> tuple[str, str | None]:
    identifier, _, subject = element.partition("@")
    subject = subject or "customer"
    known = catalogue[identifier]
    plain = state in AS_PLAIN - ({"bare_hash"} if not known.enumerable else set())
    outside = recipient["role"] != "internal"
    if outside and plain and (known.levels.jrt0171 == "C3" or "authentication" in known.groups):
        return "violation", "SHR001"
    for word in recipient.get("never", []):
        bare, _, whose = word.partition("@")
        level = bare not in catalogue and bare not in catalogue.groups
        if whose in ("", subject) and identifier in catalogue.expand(bare) and (plain or not level):
            return "violation", "SHR002"
    permitted = {**purpose.get("needs", {}), **purpose.get("allows", {})}
    layers = [lines_about(lines, identifier, subject, catalogue) for lines in (permitted, recipient.get("scope", {}))]
    if not all(layers):
        return "violation" if outside else "gap", "SHR002"
    if all(meets(asked, state, known.enumerable) for asked in itertools.chain(*layers)):
        return "compliant", None
    return "violation", "SHR003"


@pytest.mark.parametrize("purpose", list(yaml.safe_load(PURPOSES)))
@pytest.mark.parametrize("recipient", list(yaml.safe_load(RECIPIENTS)))
def test_an_element_may_leave_exactly_when_the_slow_evaluator_says_so(
    policy_of, judge, asset, catalogue, purpose, recipient
):
    policy = policy_of(
        f"version: 1\npurposes:{PURPOSES}recipients:{RECIPIENTS}flows: {{f: {{recipient: {recipient}, purpose: {purpose}}}}}\n"
    )
    said = yaml.safe_load(PURPOSES)[purpose], yaml.safe_load(RECIPIENTS)[recipient]
    for element, state in itertools.product(ELEMENTS, STATES):
        verdicts = judge(policy, asset({"c": f"{element}:{state}"}))
        (verdict,) = [one for one in verdicts if one.identifier is not None]
        found = (verdict.outcome.value, verdict.rule)
        assert found == expected(*said, element, state, catalogue), f"{element}:{state}"
        assert verdict.policy is not None
        assert verdict.trail[-1] == verdict.policy
        assert verdict.element == element
        assert (verdict.remedy is None) == (verdict.outcome is Outcome.COMPLIANT)
