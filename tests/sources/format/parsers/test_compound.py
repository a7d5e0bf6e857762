from __future__ import annotations


def test_an_office_document_with_a_password_is_told(data_file):
    [read] = data_file("locked.docx").values()
    assert (read.asset.name, read.status, read.reason) == ("locked.docx", "failed", "protected by a password")


def test_a_damaged_compound_file_never_raises_and_always_leaves_a_row(read_inside, mutations, checkout):
    for broken in mutations((checkout / "tests/sources/format/data/letter.doc").read_bytes(), 60):
        assert read_inside(broken, "a.doc")
