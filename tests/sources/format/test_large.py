"""Memory stays bounded however large a file or many the entries are."""

from __future__ import annotations

import gzip
import io
import random
import subprocess
import sys
import tarfile
import zipfile

import pytest

MEASURE = """
import sys
from pathlib import Path
from pii_audit.sources.format.files import readings

rows = 0
for _, reading in readings(Path(sys.argv[1]), "s", Path(sys.argv[1]).name):
    for chunk in reading:
        rows += len(chunk.rows)
    assert not reading.coverage().incomplete, reading.coverage()
# Of this program alone: what getrusage tells begins with the memory of the process that started it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(rows, int(peak.split()[1]) // 1024)
"""


def measured(path):
    """Rows that were read, and the most memory in MiB that this took."""
    done = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    return tuple(map(int, done.stdout.split()))


def table(rows, seed):
    rng = random.Random(seed)
    return b"id,phone,note\n" + b"".join(
        b"%d,138%08d,%016x\n" % (n, rng.randrange(10**8), rng.getrandbits(64)) for n in range(rows)
    )


@pytest.mark.soak
def test_a_large_compressed_archive_is_streamed(tmp_path):
    path = tmp_path / "big.tar.gz"
    data = table(200_000, 1)
    with gzip.open(path, "wb", compresslevel=1) as out, tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(20):
            info = tarfile.TarInfo(f"{number}.csv")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    rows, memory = measured(path)
    assert rows == 4_000_000
    assert memory < 250


@pytest.mark.soak
def test_an_archive_of_ten_thousand_small_files_is_read_in_little_memory(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{number}.csv", table(20, number))
    rows, memory = measured(path)
    assert rows == 200_000
    assert memory < 250


@pytest.mark.soak
@pytest.mark.parametrize("quoted", [False, True])
def test_a_file_of_five_gigabytes_is_streamed(tmp_path, quoted):
    path = tmp_path / "huge.csv"
    block = table(1_000_000, 2)
    if quoted:
        block = b"".join(b'"' + line.replace(b",", b'","') + b'"\n' for line in block.splitlines())
    head, rest = block.split(b"\n", 1)
    times = (5 << 30) // len(rest) + 1
    with path.open("wb") as out:
        out.write(head + b"\n")
        for _ in range(times):
            out.write(rest)
    rows, memory = measured(path)
    assert path.stat().st_size > 5 << 30
    assert rows == times * 1_000_000
    assert memory < 250
