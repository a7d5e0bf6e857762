"""Ten thousand flows of fifty elements are judged in seconds: the time of a flow does not grow with how many there are."""

from __future__ import annotations

import time

import pytest

ELEMENTS = 50
PER_FLOW = 0.015
"""Seconds of processor time that judging one flow may take on a slow and busy machine; a free one takes a tenth."""


@pytest.mark.parametrize("flows", [100, pytest.param(10_000, marks=pytest.mark.soak)])
def test_flows_of_fifty_elements_are_judged_in_time(policy_of, asset, judge, catalogue, flows):
    elements = list(catalogue)[:ELEMENTS]
    allows = ", ".join(f"{name}: {'masked' if place % 2 else 'plain'}" for place, name in enumerate(elements))
    policy = policy_of(
        f"""\
version: 1
purposes: {{p: {{allows: {{{allows}}}}}}}
recipients:
  r:
    role: processor
    region: CN
    purposes: [p]
    scope: {{C1: plain, C2: masked, phone: plain}}
    never: [C3]
    agreement: {{ref: A-1, until: 2026-12-31}}
flows:
"""
        + "".join(
            f"  f{number}: {{source: outbox, match: 'f{number}_*.csv', recipient: r, purpose: p, channel: sftp, legal_basis: contract}}\n"
            for number in range(flows)
        )
    )
    seen = asset({f"c{place}": name for place, name in enumerate(elements)}, together=[elements])
    began = time.process_time()
    verdicts = sum(len(judge(policy, seen, flow=flow)) for flow in policy.flows)
    assert time.process_time() - began < PER_FLOW * flows
    assert verdicts >= ELEMENTS * flows
