"""ISO 20022: messages written by the order of elements in the published schemas, wrapped and nested in several ways."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

import pytest

from pii_audit import detect_column

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"


def build(parent: Element, path: str, text: str) -> None:
    """Adds an element at a path below another, making what lies between; `+` before a name begins another of that name."""
    at = parent
    for name in path.split("/"):
        found = None if name.startswith("+") else at.find(name)
        at = SubElement(at, name.lstrip("+")) if found is None else found
    at.text = text


def document(kind: str, *content: tuple[str, str], wrapped: bool = False) -> bytes:
    root = Element("Document", xmlns=NAMESPACE + kind)
    for path, text in content:
        build(root, path, text)
    page = tostring(root, encoding="unicode")
    if wrapped:
        page = f"<Envelope xmlns='urn:x'><Hdr/>{page}</Envelope>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{page}'.encode()


def transfer(top: str, number: int, name: str) -> list[tuple[str, str]]:
    """PaymentTransaction: identification, amount, debtor's side, creditor's side, remittance, in the order of the schema."""
    first = f"{top}/CdtTrfTxInf"
    return [
        (f"{top}/+CdtTrfTxInf/PmtId/EndToEndId", f"E2E{number}"),
        *(
            (f"{first}[last()]/{path}", text)
            for path, text in [
                ("IntrBkSttlmAmt", "100.00"),
                ("Dbtr/Nm", name),
                ("Dbtr/PstlAdr/AdrLine", "浙江省杭州市西湖区文三路100号"),
                ("Dbtr/Id/PrvtId/Othr/Id", "110101199003078515"),
                ("DbtrAcct/Id/Othr/Id", "6222020200112230"),
                ("DbtrAgt/FinInstnId/BICFI", "BKCHCNBJXXX"),
                ("Cdtr/Nm", "李四"),
                ("CdtrAcct/Id/IBAN", "DE89370400440532013000"),
                ("RmtInf/Ustrd", "call 13800138000"),
            ]
        ),
    ]


def pacs008(count: int, **more: bool) -> bytes:
    top = "FIToFICstmrCdtTrf"
    head = [(f"{top}/GrpHdr/MsgId", "M1"), (f"{top}/GrpHdr/NbOfTxs", str(count))]
    names = ["张三", "王小明", "欧阳娜娜"]
    body = [pair for number in range(count) for pair in transfer(top, number, names[number % 3])]
    return document("pacs.008.001.08", *head, *body, **more)


@pytest.mark.parametrize("count", [1, 3])
def test_each_transaction_is_a_row_whose_fields_are_named_alike_however_many_there_are(read_inside, count):
    read = read_inside(pacs008(count), "a.xml")[""]
    rows = [row for row in read.rows.values() if row.get("CdtTrfTxInf/Dbtr/Nm")]
    assert len(rows) == count
    assert rows[0]["CdtTrfTxInf/Cdtr/Nm"] == "李四"
    assert rows[0]["CdtTrfTxInf/DbtrAcct/Id/Othr/Id"] == "6222020200112230"
    assert [row["GrpHdr/NbOfTxs"] for row in read.rows.values() if row.get("GrpHdr/NbOfTxs")] == [str(count)]


def test_an_envelope_with_a_header_changes_no_name(read_inside):
    bare, wrapped = (read_inside(pacs008(2, wrapped=wrapped), "a.xml")[""] for wrapped in (False, True))

    def names(read) -> set[str]:
        return {name for row in read.rows.values() for name, cell in row.items() if cell is not None}

    assert names(bare) == names(wrapped)
    assert bare.asset.fields == wrapped.asset.fields != ()


def test_the_path_of_an_element_says_what_it_means_and_whose_it_is(read_inside):
    fields = {one.name: one.comment for one in read_inside(pacs008(3), "a.xml")[""].asset.fields}
    assert fields["CdtTrfTxInf/Cdtr/Nm"] == "收款人姓名 creditor name"
    assert fields["CdtTrfTxInf/Dbtr/Id/PrvtId/Othr/Id"] == "付款人证件号码 debtor id_no"
    assert fields["CdtTrfTxInf/DbtrAcct/Id/Othr/Id"] == "付款人银行账号 debtor account_no"
    assert "CdtTrfTxInf/PmtId/EndToEndId" not in fields


def test_the_meaning_decides_what_a_column_holds(read_inside):
    comment = {one.name: one.comment for one in read_inside(pacs008(3), "a.xml")[""].asset.fields}[
        "CdtTrfTxInf/Cdtr/Nm"
    ]
    names = ["李四", "王小明", "欧阳娜娜"] * 5
    [found] = detect_column(names, name="CdtTrfTxInf/Cdtr/Nm", comment=comment)
    assert (found.identifier, found.subject) == ("person_name", "beneficiary")
    assert detect_column(["中国工商银行"] * 15, name="CdtrAgt/FinInstnId/Nm", comment="收款行银行名称 bank_name") == []


def test_payments_below_a_batch_are_rows_and_the_batch_is_one(read_inside):
    top = "CstmrCdtTrfInitn/PmtInf"
    page = document("pain.001.001.09", (f"{top}/Dbtr/Nm", "张三"), *transfer(top, 1, "x"), *transfer(top, 2, "x"))
    rows = list(read_inside(page, "pain.xml")[""].rows.values())
    assert sum("CdtTrfTxInf/Cdtr/Nm" in row and row["CdtTrfTxInf/Cdtr/Nm"] is not None for row in rows) == 2
    assert [row["PmtInf/Dbtr/Nm"] for row in rows if row.get("PmtInf/Dbtr/Nm")] == ["张三"]


def test_entries_of_a_statement_are_rows_by_their_transactions(read_inside):
    top = "BkToCstmrStmt/Stmt"
    entries = [
        (f"{top}/+Ntry[last()]/NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Nm".replace("+Ntry[last()]", "+Ntry"), name)
        for name in ("张三", "李四")
    ]
    page = document("camt.053.001.08", (f"{top}/Acct/Id/IBAN", "DE89370400440532013000"), *entries)
    read = read_inside(page, "camt.xml")[""]
    names = [row["TxDtls/RltdPties/Dbtr/Pty/Nm"] for row in read.rows.values()]
    assert [name for name in names if name] == ["张三", "李四"]
    assert {one.name for one in read.asset.fields} >= {"TxDtls/RltdPties/Dbtr/Pty/Nm", "Stmt/Acct/Id/IBAN"}


def test_a_message_that_is_cut_short_keeps_its_transactions_and_fails(read_inside):
    read = read_inside(pacs008(3)[:-200], "a.xml")[""]
    assert read.status == "failed"
    assert sum(bool(row.get("CdtTrfTxInf/Dbtr/Nm")) for row in read.rows.values()) == 3


def test_other_xml_with_the_same_names_is_no_payment_message(read_inside):
    page = pacs008(2).replace(NAMESPACE.encode(), b"urn:example:")
    read = read_inside(page, "a.xml")[""]
    assert read.asset.fields == ()
    assert "Dbtr/Nm" in read.rows[0]
