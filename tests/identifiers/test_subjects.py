from __future__ import annotations

import pytest

from pii_audit.identifiers.subjects import load_subjects, names_somebody, subject_of


def test_the_subjects_of_the_policy_language_are_known():
    assert list(load_subjects()) == ["customer", "contact", "guarantor", "beneficiary", "employee", "minor"]


@pytest.mark.parametrize(
    ("asset", "column", "comment", "subject"),
    [
        ("customer", "phone", None, "customer"),
        ("orders", "mobile", None, "customer"),
        ("Employee", "Phone", None, "employee"),
        ("sms_2026.csv", "lxr_tel", None, "contact"),
        ("customer", "emergency_contact_phone", None, "contact"),
        ("客户表", "紧急联系人电话", None, "contact"),
        ("customer", "tel2", "联系人电话", "contact"),
        ("loan", "guarantor_mobile", None, "guarantor"),
        ("policy", "受益人姓名", None, "beneficiary"),
        ("employee", "customer_phone", None, "customer"),
        ("staff_list", "id_no", None, "employee"),
        ("customer", "minor_name", None, "minor"),
        ("customer", "contact_phone", None, "customer"),
        ("temperature", "template_id", None, "customer"),
    ],
)
def test_the_column_decides_before_its_comment_and_the_table(asset, column, comment, subject):
    assert subject_of(asset, column, comment) == subject


@pytest.mark.parametrize("column", ["cust_no", "memberId", "客户号", "客户编号", "guarantor_id"])
def test_a_key_of_people_says_that_rows_are_somebody_s(column):
    assert names_somebody(column)


@pytest.mark.parametrize("column", ["member_level", "order_no", "客户类型", "branch_id", ""])
def test_another_name_does_not(column):
    assert not names_somebody(column)
