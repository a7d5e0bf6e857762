from __future__ import annotations


def rtf(body):
    return (r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Arial 13611136111;}}" + body + "}").encode("ascii")


def test_characters_are_read_however_they_are_written(read_inside):
    hexed = "".join(f"\\'{byte:02x}" for byte in "张三".encode("gb18030"))
    body = hexed + r"\par \u30005?\u35805 ?: 138\u48 0{\b 0138}000\par \uc2\u26446 xx\emdash a@b.cn \{x\}"
    text = read_inside(rtf(body), "a.rtf")[""].text
    for said in ("张三\n", "电话", "a@b.cn {x}", "李—"):
        assert said in text
    assert "13611136111" not in text


def test_formatting_does_not_cut_a_number(read_inside):
    assert "13800138000" in read_inside(rtf(r"138{\b 0013}\i 8000\i0\par"), "a.rtf")[""].text


def test_an_embedded_object_is_told_as_not_read(read_inside):
    [read] = read_inside(rtf(r"x{\object{\*\objdata 0105}}"), "a.rtf").values()
    assert read.status == "failed"
    assert "1 embedded object(s)" in read.reason


def test_text_after_a_table_is_no_cell_of_it(read_inside):
    row = r"\trowd\cellx1\cellx2\pard\intbl {0}\cell {1}\cell\row "
    rows = "".join(
        row.replace("{0}", name).replace("{1}", phone) for name, phone in (("name", "phone"), ("Li", "13900139000"))
    )
    found = read_inside(rtf(rows + r"\pard after a@b.cn\par"), "a.rtf")
    assert found["!table 1"].rows == {0: {"name": "Li", "phone": "13900139000"}}
    assert "after a@b.cn" in found[""].text
