from __future__ import annotations

import pytest

HEAD = "{1:F01BANKCNBJAXXX0000000000}{2:I103BANKDEFFXXXXN}{4:\r\n"
MT103 = (
    HEAD + ":20:REF1\r\n:32A:260630CNY100,00\r\n:50K:/6222020200112230\r\nZHANG SAN\r\n100 WEN SAN ROAD\r\nHANGZHOU\r\n"
    ":59:/DE89370400440532013000\r\nLI SI\r\nBERLIN\r\n:70:CALL 13800138000\r\n:71A:SHA\r\n-}{5:{CHK:123456789ABC}}"
)


def rows(read) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if cell is not None} for row in read.rows.values()]


def test_party_fields_are_taken_apart_into_account_name_and_address(read_inside):
    read = read_inside(MT103.encode(), "a.fin")[""]
    assert (read.status, read.text) == ("inspected", "")
    [row] = rows(read)
    assert row["50K/account"] == "6222020200112230"
    assert row["50K/name"] == "ZHANG SAN"
    assert row["50K/address"] == "100 WEN SAN ROAD\nHANGZHOU"
    assert (row["59/account"], row["59/name"], row["70/text"]) == (
        "DE89370400440532013000",
        "LI SI",
        "CALL 13800138000",
    )
    assert (row["type"], row["20"], row["71A"]) == ("103", "REF1", "SHA")


def test_numbered_lines_say_what_they_are(read_inside):
    party = ":50F:NIDN/CN/110101199003078515\r\n1/ZHANG SAN\r\n2/WEN SAN ROAD\r\n3/CN/HANGZHOU\r\n4/19900307\r\n"
    [row] = rows(read_inside(f"{HEAD}{party}-}}".encode(), "a.fin")[""])
    assert row["50F/party"] == "110101199003078515"
    assert (row["50F/name"], row["50F/birth_date"]) == ("ZHANG SAN", "19900307")


def test_fields_carry_their_meaning(read_inside):
    fields = {one.name: one.comment for one in read_inside(MT103.encode(), "a.fin")[""].asset.fields}
    assert fields["50K/name"] == "付款人姓名 ordering customer name"
    assert fields["59/account"] == "收款人银行账号 beneficiary account_no"


def test_every_message_of_a_file_and_every_line_of_a_statement_is_a_row(read_inside):
    statement = MT103.replace("I103", "I940").split(":20:")[0] + (
        ":20:S1\r\n:25:6222020200112230\r\n:61:2606300630D100,NTRFX\r\n:86:TO LI SI\r\n:61:2606300630C5,NTRFY\r\n:86:FROM WANG\r\n-}"
    )
    found = rows(read_inside(f"{MT103}$\x01{MT103}\r\n{statement}".encode(), "a.rje")[""])
    assert [row["type"] for row in found] == ["103", "103", "940", "940"]
    assert [row.get("86/text") for row in found] == [None, None, "TO LI SI", "FROM WANG"]
    assert found[2]["25/account"] == "6222020200112230"


def test_a_message_that_is_cut_short_is_read_as_far_as_it_goes_and_fails(read_inside):
    read = read_inside(MT103[:170].encode(), "a.fin")[""]
    assert (read.status, read.reason) == ("failed", "message 1 is cut short and was read as text too")
    assert rows(read)[0]["50K/account"] == "6222020200112230"


@pytest.mark.parametrize(
    "text", ["{1:F01SHORT}{4:\n-}", "{1: F01BANKCNBJAXXX0000000000}", "x {1:F01BANKCNBJAXXX0000000000}"]
)
def test_what_has_no_basic_header_is_no_message(read_inside, text):
    assert read_inside(text.encode(), "a.txt")[""].text == text


def test_broken_messages_never_raise(read_inside, mutations):
    for data in mutations((MT103 * 2).encode(), 30):
        for read in read_inside(data, "a.fin").values():
            assert read.status in ("inspected", "failed")
