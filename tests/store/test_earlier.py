"""What earlier runs saw, run by run."""

from __future__ import annotations


def test_each_self_check_tells_what_it_saw_and_the_same_reading_is_the_same(store, make):
    first, second = make.inspected(), make.inspected("orders", persons=3)
    store.record(make.run(1, coverage=[first.coverage], inspected=(first,)))
    store.record(make.run(2, coverage=[first.coverage, second.coverage], inspected=(first, second)))
    store.record(make.run(3, coverage=[second.coverage], inspected=(second,), kind="gate"))
    runs = list(store.earlier(["core"], lambda _: True))
    assert runs == [(first,), (first, second)]
    assert runs[0][0] is runs[1][0]
    assert list(store.earlier(["core"], lambda _: True, than="r2")) == [(first,)]
    assert list(store.earlier(["elsewhere"], lambda _: True)) == []
    assert list(store.earlier(["core"], lambda asset: asset == "core:orders")) == [(second,)]
