"""May it leave? Every recipient × purpose × element × form × day × floor, against a slow evaluator that is plainly right."""

from __future__ import annotations

import itertools
from datetime import date

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
  dated:
    role: processor
    agreements:
      - {ref: A, until: 2025-12-31, scope: {cn_mobile: plain, email: plain}}
      - {ref: B, from: 2026-01-01, until: 2026-12-31, scope: {cn_mobile: masked, person_name: plain, C2: plain}}
  both:
    role: controller
    scope: {C2: plain, phone@contact: plain}
    agreements:
      - {ref: A, from: 2026-01-01, purposes: [sms, tight], scope: {phone: plain, person_name: masked}}
      - {ref: B, from: 2026-01-01, purposes: [sms, call], scope: {cn_mobile: plain, C2: keyed_hash}}
  mixed: {role: affiliate, agreements: [{ref: A, scope: {cn_mobile: plain}}, {ref: B}]}
  house: {role: internal, scope: {cn_mobile: plain, bank_card: masked, login_credential: plain}, never: [email]}
"""
FLOORS = (
    "{}",
    "{never: [email], forms: {C2: masked, phone@contact: tokenised}}",
    "{never: [C3, phone@contact], forms: {cn_mobile: plain, phone: keyed_hash}}",
)
DAYS = (date(2025, 6, 30), date(2026, 6, 30), date(2027, 6, 30))
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


def about(recipient: dict, purpose: str, day: date) -> list[dict]:
    """The agreements about the purpose that hold on the day; when none does, all that are about it."""
    several = [one for one in recipient.get("agreements", []) if purpose in one.get("purposes", [purpose])]
    in_force = [one for one in several if one.get("from", day) <= day <= one.get("until", day)]
    return in_force or several


def objections(lines: dict, identifier: str, subject: str, state: str, catalogue) -> int:
    """0 when some lines let an element pass, 1 when they ask for another form, 2 when they do not list it."""
    found = lines_about(lines, identifier, subject, catalogue)
    if not found:
        return 2
    return 0 if all(meets(asked, state, catalogue[identifier].enumerable) for asked in found) else 1


def expected(
    name: str, purpose: dict, recipient: dict, floor: dict, day: date, what, catalogue
) -> tuple[str, str | None]:
    element, state = what
    identifier, _, subject = element.partition("@")
    subject = subject or "customer"
    known = catalogue[identifier]
    plain = state in AS_PLAIN - ({"bare_hash"} if not known.enumerable else set())
    outside = recipient["role"] != "internal"
    if outside and plain and (known.levels.jrt0171 == "C3" or "authentication" in known.groups):
        return "violation", "SHR001"
    for word in (*recipient.get("never", []), *(floor.get("never", []) if outside else [])):
        bare, _, whose = word.partition("@")
        level = bare not in catalogue and bare not in catalogue.groups
        if whose in ("", subject) and identifier in catalogue.expand(bare) and (plain or not level):
            return "violation", "SHR002"
    seen = (identifier, subject, state, catalogue)
    scopes = [one.get("scope") for one in about(recipient, name, day)]
    worst = [objections({**purpose.get("needs", {}), **purpose.get("allows", {})}, *seen)]
    if scopes and None not in scopes:
        # One agreement that lets it pass is enough; a scope of the recipient's own must let it pass as well.
        worst.append(min(objections(scope, *seen) for scope in scopes))
    elif "scope" not in recipient:
        worst.append(2)
    if "scope" in recipient:
        worst.append(objections(recipient["scope"], *seen))
    if outside:
        # A floor asks for a form; what it does not speak of it leaves to the others.
        worst.append(objections(floor.get("forms", {}), *seen) % 2)
    if 2 in worst:
        return "violation" if outside else "gap", "SHR002"
    return ("violation", "SHR003") if 1 in worst else ("compliant", None)


def expected_agreement(name: str, recipient: dict, day: date) -> str | None:
    """How the flow stands as to its agreement; None where none is asked for."""
    if recipient["role"] in ("internal", "authority"):
        return None
    several = recipient.get("agreements", [])
    if not several:
        return "gap"
    return (
        "compliant"
        if any(one.get("from", day) <= day <= one.get("until", day) for one in about(recipient, name, day))
        else "violation"
    )


@pytest.mark.parametrize("floor", FLOORS)
@pytest.mark.parametrize("purpose", list(yaml.safe_load(PURPOSES)))
@pytest.mark.parametrize("recipient", list(yaml.safe_load(RECIPIENTS)))
def test_an_element_may_leave_exactly_when_the_slow_evaluator_says_so(
    policy_of, judge, asset, catalogue, purpose, recipient, floor
):
    policy = policy_of(
        f"version: 1\nfloor: {floor}\npurposes:{PURPOSES}recipients:{RECIPIENTS}"
        f"flows: {{f: {{recipient: {recipient}, purpose: {purpose}}}}}\n"
    )
    said = yaml.safe_load(PURPOSES)[purpose], yaml.safe_load(RECIPIENTS)[recipient], yaml.safe_load(floor)
    every = list(itertools.product(ELEMENTS, STATES))
    file = asset({f"{element}:{state}": f"{element}:{state}" for element, state in every})
    for day in DAYS:
        verdicts = judge(policy, file, as_of=day)
        by_column = {column: one for one in verdicts if one.identifier is not None for column in one.fields}
        for what in every:
            verdict = by_column[":".join(what)]
            found = (verdict.outcome.value, verdict.rule)
            assert found == expected(purpose, *said, day, what, catalogue), (what, day)
            assert verdict.policy is not None
            assert verdict.trail[-1] == verdict.policy
            assert verdict.element == what[0]
            assert (verdict.remedy is None) == (verdict.outcome is Outcome.COMPLIANT)
        agreement = next((one.outcome.value for one in verdicts if one.element == "agreement"), None)
        assert agreement == expected_agreement(purpose, said[1], day), day
