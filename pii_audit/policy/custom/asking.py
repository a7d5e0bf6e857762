"""Asking a custom rule about some inputs, and saying what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.policy.custom.evaluator import NoAnswerError, shared
from pii_audit.policy.custom.inputs import variables
from pii_audit.policy.model import CustomRule


def hold(rule: CustomRule, inputs: Sequence[Mapping[str, Any]]) -> list[bool | str]:
    """For each input whether the rule's expression holds, or, as text, why that cannot be told.

    An input that is None is not known; an expression that depends on it gives no answer.
    """
    if not inputs:
        return []
    try:
        answers = shared().evaluate(rule.when, variables(rule.about), inputs)
    except NoAnswerError as error:
        return [error.what.en] * len(inputs)
    return [_plainly(answer, one) for answer, one in zip(answers, inputs, strict=True)]


def _plainly(answer: bool | str, given: Mapping[str, Any]) -> bool | str:  # noqa: FBT001 - the answer itself
    """The answer; what the library says of a missing input in the user's words."""
    if isinstance(answer, bool):
        return answer
    return next(
        (f"{name} is not known" for name, value in given.items() if value is None and f'"{name}"' in answer), answer
    )


def said(rule: CustomRule, answer: bool | str) -> tuple[Outcome, Text]:  # noqa: FBT001 - the answer itself
    """The outcome and the message: the rule's own, or that it could not be evaluated."""
    if answer is True:
        return rule.outcome, rule.message
    at = rule.position.to_line
    return Outcome.GAP, Text(
        f"规则 {rule.id}（{at}）没有给出结论：{answer}", f"rule {rule.id} ({at}) gave no answer: {answer}"
    )
