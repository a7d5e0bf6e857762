"""Which groups get through several lists at once: all of them, whatever the order of entries, and soon where there are many."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.directory import NOBODY
from pii_audit.directory.sid import AUTHENTICATED, EVERYONE, NETWORK
from pii_audit.sources.file_share import smb_subjects
from pii_audit.sources.file_share.smb_readers import Layer, Readers
from pii_audit.sources.file_share.smb_rights import AccessList, Entry
from pii_audit.sources.file_share.smb_subjects import SOME, Subjects

SIDS = tuple(f"S-1-5-21-1-2-3-{1100 + number}" for number in range(4))
ANYBODY = {EVERYONE, AUTHENTICATED, NETWORK}
lists = st.none() | st.lists(
    st.builds(Entry, st.sampled_from([EVERYONE, AUTHENTICATED, *SIDS]), st.just(1), st.booleans()), max_size=6
).map(tuple)


def passes(listed: AccessList, token: set[str]) -> bool:
    """The access check of one right ([MS-DTYP] 2.5.3.2)."""
    return next((entry.allows for entry in listed or () if entry.sid in token), listed is None)


@pytest.mark.parametrize("pairs", [0, 1, 1_000])
@given(st.lists(lists, min_size=1, max_size=4), st.sets(st.sampled_from(SIDS)))
def test_whoever_gets_through_is_in_all_the_groups_of_one_that_is_told_of(pairs, given_lists, groups):
    listed, *layers = given_lists
    token = {*groups, *ANYBODY}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smb_subjects, "PAIRS", pairs)
        found = Subjects(layers, NOBODY).through(listed, 1, 0)
    if all(passes(one, token) for one in given_lists):
        assert any(token.issuperset(subject) for subject in found)
    for subject, matched in found.items():
        # Everyone may be somebody who has not logged in.
        sure = {*subject, EVERYONE, NETWORK} | ({AUTHENTICATED} if set(subject) != {EVERYONE} else set())
        for one, entry in zip(given_lists, matched, strict=True):
            assert entry is SOME or passes(one, sure)


def many(first: int, count: int) -> tuple[Entry, ...]:
    return tuple(Entry(f"S-1-5-21-1-2-3-{first + number}", 1, allows=True) for number in range(count))


def test_lists_of_many_groups_take_no_time_and_are_told_of_as_such():
    readers = Readers([Layer("share", many(3000, 300)), Layer("smb.conf", many(6000, 300))])
    began = time.process_time()
    found = list(readers.ways(many(9000, 300)))
    assert time.process_time() - began < 5
    assert len(found) == 300
    assert found[0].path == (
        f"user:{many(9000, 1)[0].sid}",
        f"NTFS read user:{many(9000, 1)[0].sid}",
        "share read one of its groups",
        "smb.conf read one of its groups",
    )


def test_a_share_of_many_groups_does_not_let_everybody_in():
    anybody = (Entry(EVERYONE, 1, allows=True),)
    for layers in (
        [Layer("share", many(3000, 1_500))],
        [Layer("smb.conf", anybody), Layer("share", many(3000, 1_500))],
    ):
        assert {way.principal for way in Readers(layers).ways(anybody)} == {
            f"user:{one.sid}" for one in many(3000, 1_500)
        }
