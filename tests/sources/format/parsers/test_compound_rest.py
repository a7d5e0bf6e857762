from __future__ import annotations

import gzip
import struct
import zlib

import pytest

from pii_audit.sources.format.parsers.compound_rest import _decompressed

END, FREE, SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 512


def compound(streams):
    """A compound file (MS-CFB, version 3) of these streams, by their paths; each is filled up to 4 KB with zeros."""
    entries, chains, body = [("Root Entry", 5, FREE, FREE, FREE, END, 0)], [], b""
    tree = {}
    for path, data in streams.items():
        *folders, name = path.split("/")
        inside = tree
        for folder in folders:
            inside = inside.setdefault(folder, {})
        inside[name] = data

    def add(inside):
        nonlocal body
        above = FREE
        for name, data in reversed(inside.items()):
            below, start, size = FREE, 0, 0
            if isinstance(data, dict):
                below = add(data)
            else:
                padded = data.ljust(4096, b"\0")
                padded += bytes(-len(padded) % SECTOR)
                start, size = len(body) // SECTOR, max(len(data), 4096)
                chains.append((start, len(padded) // SECTOR))
                body += padded
            entries.append((name, 1 if isinstance(data, dict) else 2, FREE, above, below, start, size))
            above = len(entries) - 1
        return above

    entries[0] = ("Root Entry", 5, FREE, FREE, add(tree), END, 0)
    directory = b"".join(
        (name.encode("utf-16-le") + bytes(2)).ljust(64, b"\0")
        + struct.pack("<HBBLLL36xLQ", 2 * len(name) + 2, kind, 1, left, right, child, start, size)
        for name, kind, left, right, child, start, size in entries
    )
    directory += bytes(-len(directory) % SECTOR)
    chains.append((len(body) // SECTOR, len(directory) // SECTOR))
    body += directory
    fat = [FREE] * 128
    for start, count in chains:
        fat[start : start + count] = [*range(start + 1, start + count), END]
    fat[len(body) // SECTOR] = 0xFFFFFFFD
    assert len(body) // SECTOR < len(fat)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, chains[-1][0], 0, 4096, END, 0, END, 0)
    header += struct.pack("<L", len(body) // SECTOR) + b"\xff" * (SECTOR - len(header) - 4)
    return header + body + struct.pack("<128L", *fat)


def module(source):
    """A macro as it lies in a document: what was compiled of it, then its source in one chunk of literal bytes."""
    packed = b"".join(b"\0" + source[at : at + 8] for at in range(0, len(source), 8))
    return bytes(40) + b"\1" + struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed


def native(name, data):
    """A file that was packed as an object."""
    inside = b"\2\0" + name + b"\0C:\\" + name + b"\0\0\0\3\0" + struct.pack("<L", 4) + b"tmp\0"
    inside += struct.pack("<L", len(data)) + data
    return struct.pack("<L", len(inside)) + inside


SOURCE = b'Attribute VB_Name = "Module1"\r\nConst Owner = "13800138000"\r\n'


def test_a_chunk_is_unpacked_as_the_standard_has_it():
    packed = bytes.fromhex(
        "012fb00023616161626364658266007061676869 6a013808616b6c00306d6e6f7006710270041072737475761077 78797a003c"
    )
    assert b"".join(_decompressed(packed, 1)) == b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"


@pytest.mark.parametrize("folder", ["VBA", "Macros/VBA", "_VBA_PROJECT_CUR/VBA"])
def test_the_source_of_macros_is_read(read_inside, folder):
    found = read_inside(compound({f"{folder}/dir": b"x", f"{folder}/Module1": module(SOURCE)}), "a.bin")
    assert found["!macros"].text == SOURCE.decode()
    assert {one.status for one in found.values()} == {"inspected"}


def test_macros_of_new_documents_are_read(read_inside, repacked):
    macros = compound({"VBA/Module1": module(SOURCE)})
    found = read_inside(repacked("letter.docx", **{"word/vbaProject.bin": macros}), "a.docm")
    assert found["!word/vbaProject.bin!macros"].text == SOURCE.decode()


def test_a_macro_without_its_source_is_told(read_inside):
    assert read_inside(compound({"VBA/Module1": b"compiled"}), "a.bin")["!macros"].status == "failed"


def test_files_that_are_embedded_are_read(read_inside):
    objects = {
        "\1Ole10Native": native("名单.csv".encode("gb18030"), "姓名,手机号\n张三,13800138000\n".encode()),
        "Package": b"call 13900139000",
        "package_stream": b"call 13900139001",
    }
    places = {
        "ObjectPool/_1/\1Ole10Native": "\1Ole10Native",
        "x/Package": "Package",
        "y/package_stream": "package_stream",
    }
    found = read_inside(compound({path: objects[name] for path, name in places.items()}), "a")
    assert found["!名单.csv"].rows == {0: {"姓名": "张三", "手机号": "13800138000"}}
    assert found["!embedded 2"].text.rstrip("\n") == "call 13900139000"
    assert found["!embedded 3"].text.rstrip("\n") == "call 13900139001"
    assert {one.status for one in found.values()} == {"inspected"}


@pytest.mark.parametrize("path", ["ObjectPool/_1/Equation Native", "MBD00A1/Workbook"])
def test_an_embedded_object_that_nobody_reads_is_told(read_inside, path):
    assert read_inside(compound({path: b"x"}), "a")["!embedded"].reason == "1 embedded object(s) were not read"


def test_properties_that_may_name_somebody_are_read(read_inside):
    text = "张三 13800138000".encode()
    properties = struct.pack("<HHL16xL", 0xFFFE, 0, 0, 1) + bytes(16) + struct.pack("<L", 48)
    properties += struct.pack("<LLLL", 24 + len(text), 1, 4, 16) + struct.pack("<LL", 30, len(text) + 1) + text + b"\0"
    files = {"\5SummaryInformation": properties, "VBA/Module1": module(SOURCE)}
    assert "张三 13800138000" in read_inside(compound(files), "a")["!properties"].text


def test_objects_of_old_slides_are_read(read_inside):
    macros = compound({"VBA/Module1": module(SOURCE)})
    packed = struct.pack("<L", len(macros)) + zlib.compress(macros)
    stream = struct.pack("<HHL", 0x10, 0x1011, len(packed)) + packed
    found = read_inside(compound({"PowerPoint Document": stream}), "a.ppt")
    assert found["!object 1!macros"].text == SOURCE.decode()


def test_damaged_ones_do_no_harm(read_inside, mutations):
    whole = compound({"VBA/Module1": module(SOURCE), "x/\1Ole10Native": native(b"a.txt", gzip.compress(b"x"))})
    for data in mutations(whole, 60):
        assert read_inside(data, "a")
