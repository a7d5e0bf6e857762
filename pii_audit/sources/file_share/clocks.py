"""Whose clock the times of a mounted folder are of: this machine's, or that of a file server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pii_audit.model.unchanged import SKEW

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
    }
)


def skew_of(device: int) -> float:
    """By how many seconds the clock behind a file system (`st_dev`) may be off from this machine's."""
    kind = _kinds().get(f"{os.major(device)}:{os.minor(device)}", "") if hasattr(os, "major") else ""
    return SKEW if kind in _NETWORK or kind.startswith("fuse") else 0.0


@cache
def _kinds() -> Mapping[str, str]:
    """Device → kind of file system, as Linux lists what is mounted (proc_pid_mountinfo(5)); empty elsewhere."""
    try:
        lines = _MOUNTS.read_text(errors="replace").splitlines()
    except OSError:
        return {}
    return {words[2]: words[words.index("-") + 1] for line in lines if "-" in (words := line.split())[:-1]}
