"""USE005: masks that show too much, alone or together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.rules.masking import weak_masks

NOBODY = "purposes: {}\n"


def shown(one, **columns):
    """The same asset, with what its masked columns show of a value: first, last, rows that hide too little, a sample."""
    fields = []
    for found in one.fields:
        first, last, inadequate, sample = columns[found.field]
        fields.append(replace(found, shown=(first, last), inadequate=inadequate, samples=(sample,)))
    return replace(one, fields=tuple(fields))


@pytest.mark.parametrize("kind", [AssetKind.TABLE, AssetKind.VIEW, AssetKind.FILE])
def test_a_mask_that_shows_too_much_is_found_wherever_people_look(asset, policy_of, facts, kind):
    one = shown(asset("core:v", {"card": "bank_card:masked"}, kind=kind), card=(10, 4, 100, "6222****1234"))
    [draft] = weak_masks(facts(policy_of(NOBODY), one))
    assert (draft.rule, draft.resource, draft.evidence["inadequate"]) == ("USE005", ("core:v",), 100)


def test_an_adequate_mask_and_clear_text_are_not_its_concern(asset, policy_of, facts):
    good = shown(asset("core:a", {"id": "cn_resident_id:masked"}), id=(1, 1, 0, "1****************X"))
    clear = asset("core:b", {"id": "cn_resident_id"})
    feed = shown(asset("out:c", {"id": "cn_resident_id:masked"}, kind=AssetKind.FEED), id=(10, 4, 100, "1***X"))
    assert list(weak_masks(facts(policy_of(NOBODY), good, clear, feed))) == []


def test_two_masks_that_complete_each_other_are_found(asset, policy_of, facts):
    both = asset("core:t", {"a": "cn_resident_id:masked", "b": "cn_resident_id:masked"})
    one = shown(both, a=(10, 0, 0, "1" + "*" * 17), b=(0, 8, 0, "*" * 17 + "X"))
    [draft] = weak_masks(facts(policy_of(NOBODY), one))
    assert draft.evidence["fields"] == ["a", "b"]
    assert "together" in draft.message.en


def test_two_masks_alike_do_not(asset, policy_of, facts):
    both = asset("core:t", {"a": "cn_resident_id:masked", "b": "cn_resident_id:masked"})
    one = shown(both, a=(1, 1, 0, "1" + "*" * 16 + "X"), b=(1, 1, 0, "1" + "*" * 16 + "X"))
    assert list(weak_masks(facts(policy_of(NOBODY), one))) == []
