"""The spool: the same bytes out as went in, and nothing for whoever finds it."""

from __future__ import annotations

import resource
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.auditing import spool as module
from pii_audit.auditing.spool import Spool
from pii_audit.errors import SpoolError

VALUE = b"13800138000,"


@given(pieces=st.lists(st.binary(max_size=90), max_size=12), limit=st.integers(0, 200))
def test_what_goes_in_comes_out_as_often_as_asked_for(pieces, limit):
    with pytest.MonkeyPatch.context() as patch, closing(Spool(limit)) as spool:
        patch.setattr(module, "BLOCK", 32)
        for piece in pieces:
            spool.write(piece)
        whole = b"".join(pieces)
        assert b"".join(spool.blocks()) == whole
        assert b"".join(spool.blocks()) == whole
        assert spool.size == len(whole)


@pytest.mark.parametrize("limit", [1, 1 << 30])
def test_neither_memory_nor_disk_holds_a_value_in_clear(limit):
    with closing(Spool(limit)) as spool:
        spool.write(VALUE * 200_000)
        spool.check()
        spool._file.seek(0)
        assert VALUE[:8] not in spool._file.read()


@pytest.mark.parametrize("harm", ["change", "cut", "swap"])
def test_a_spool_that_was_harmed_gives_nothing(harm):
    with closing(Spool(1)) as spool:
        spool.write(b"a" * (2 * module.BLOCK) + b"b" * 10)
        spool.check()
        file, sealed = spool._file, module.BLOCK + 16
        file.seek(0)
        first, second, rest = file.read(sealed), file.read(sealed), file.read()
        harmed = {"change": b"\0" + first[1:] + second + rest, "cut": first + second, "swap": second + first + rest}
        file.seek(0)
        file.truncate()
        file.write(harmed[harm])
        with pytest.raises(SpoolError, match="does not read back"):
            spool.check()


def test_a_disk_that_is_full_is_told_and_nothing_is_kept():
    script = (
        "import sys; from pii_audit.auditing.spool import Spool; from pii_audit.errors import SpoolError\n"
        "try: Spool(1).write(bytes(4 << 20))\n"
        "except SpoolError as error: print(error); sys.exit(error.exit_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "nothing was released" in done.stdout
    assert "--spool-memory" in done.stdout
