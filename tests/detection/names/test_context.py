from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("尊敬的张伟先生:您好", "张伟"),
        ("尊敬的欧阳晓晴女士,", "欧阳晓晴"),
        ("亲爱的李娜:", "李娜"),
        ("【示例银行】张三您好,您的信用卡已激活", "张三"),
        ("欧阳晓晴女士，您好！", "欧阳晓晴"),
        ("姓名:王小明", "王小明"),
        ("姓名：王小明", "王小明"),
        ("姓 名: 王小明", "王小明"),
        ("姓名：王　伟", "王　伟"),
        ("户名: 王 伟 账号", "王 伟"),
        ("收件人:阿依古丽·买买提 电话:13800138000", "阿依古丽·买买提"),
        ("联系人 赵敏(配偶)", "赵敏"),
        ('{"持卡人": "周芷若"}', "周芷若"),
        ("借款人为孙权,担保人为周瑜。", "孙权"),
        ("您的姓名为：周瑜", "周瑜"),
    ],
)
def test_labels_titles_and_salutations_give_a_name_away_without_a_model(names, text, name):
    assert names(text)[0] == name


@pytest.mark.parametrize(
    "text",
    [
        "姓名:未知",
        "收款人:示例公司",
        "尊敬的客户:",
        "【示例银行】客户您好",
        "各位同事，你好",
        "尊敬的女士们、先生们",
        "联系人电话",
        "经办人签字",
        "姓名:",
        "付款人 于 昨日付款",
        "户名:杭州示例贸易有限公司",
    ],
)
def test_a_label_without_a_name_after_it_gives_nothing(names, text):
    assert names(text) == []
