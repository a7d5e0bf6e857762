from __future__ import annotations

import base64
import gzip
import json

import pytest


def entry(url: str = "https://partner.example/v1/customers", response: object = None, **request: object):
    headers = [{"name": "Content-Type", "value": "application/json"}, {"name": "X-Operator", "value": "zhangsan"}]
    return {
        "startedDateTime": "2026-06-30T08:30:00Z",
        "request": {"method": "POST", "url": url, "headers": headers, "queryString": [], **request},
        "response": {"status": 200, "headers": [], "content": response or {"size": 0, "mimeType": "x"}},
    }


def body(value: object, kind: str = "application/json") -> dict[str, object]:
    return {"postData": {"mimeType": kind, "text": value if isinstance(value, str) else json.dumps(value)}}


@pytest.fixture
def rows(read_inside):
    """The rows of a capture of these exchanges that are exchanges."""

    def read(*entries: object, **more: object):
        capture = {
            "log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries), **more}
        }
        found = read_inside(json.dumps(capture).encode(), "capture.har")[""]
        assert found.status == "inspected"
        listed = [{name: cell for name, cell in row.items() if cell is not None} for row in found.rows.values()]
        return [row for row in listed if "url" in row]

    return read


def test_a_json_body_has_its_fields_by_their_path_whatever_the_nesting(rows):
    sent = {"mobile": "13800138000", "customer": {"idNo": "110101199003078515", "cards": [{"no": "1"}, {"no": "2"}]}}
    [row] = rows(entry(**body(sent)))
    assert row["mobile"] == "13800138000"
    assert row["$.customer.idNo"] == "110101199003078515"
    assert row["$.customer.cards[*].no"] == "1\n2"
    assert row["url"] == "partner.example/v1/customers"


def test_parameters_of_the_query_and_of_forms_are_fields(rows):
    queried = entry(queryString=[{"name": "mobile", "value": "13800138000"}])
    bare = entry("https://p.example/?mobile=13900139000", queryString=[])
    form = entry(**body("name=%E5%BC%A0%E4%B8%89&m=1", "application/x-www-form-urlencoded"))
    params = entry(postData={"mimeType": "multipart/form-data", "params": [{"name": "file", "value": "x"}]})
    found = rows(queried, bare, form, params)
    assert [row.get("mobile") for row in found] == ["13800138000", "13900139000", None, None]
    assert (found[2]["name"], found[3]["file"]) == ("张三", "x")


def test_headers_that_may_name_somebody_are_fields_and_plumbing_is_not(rows):
    [row] = rows(entry())
    assert row["header X-Operator"] == "zhangsan"
    assert "header Content-Type" not in row


def test_a_response_is_told_from_its_request(rows):
    plain = {"mimeType": "application/json", "text": '{"mobile": "13800138000"}'}
    packed = {**plain, "encoding": "base64", "text": base64.b64encode(b'{"mobile": "1"}').decode()}
    found = rows(entry(response=plain), entry(response=packed))
    assert [row["response mobile"] for row in found] == ["13800138000", "1"]


def test_a_body_that_is_no_json_is_a_field_as_a_whole(rows):
    found = rows(entry(**body('{"mobile": ')), entry(**body("<a>13800138000</a>", "text/xml")))
    assert [row["body"] for row in found] == ['{"mobile": ', "<a>13800138000</a>"]


def test_what_is_missing_or_of_another_shape_breaks_nothing(rows, read_inside):
    assert rows({"request": {"url": "https://a.example/x"}}) == [{"url": "a.example/x"}]
    for odd in ("7", "[]", '{"request": [1], "response": 3}', '{"request": {"url": 5, "headers": {"a": 1}}}'):
        page = f'{{"log": {{"version": "1.2", "entries": [{odd}]}}}}'
        assert read_inside(page.encode(), "a.har")[""].status == "inspected"


def test_a_value_that_is_told_twice_counts_once(rows):
    url = "https://p.example/?q=%E5%BC%A0&q=2"
    queried = entry(url, queryString=[{"name": "q", "value": one} for one in ("%E5%BC%A0", "2")])
    params = [{"name": "m", "value": "13800138000"}, {"name": "n", "value": "a%40b.cn"}, {"name": "o", "value": "1"}]
    form = {"mimeType": "application/x-www-form-urlencoded", "text": "m=13800138000&n=a%40b.cn", "params": params}
    headers = [{"name": "Cookie", "value": "sid=1; m=13800138000"}, {"name": "cookie", "value": "other=2"}]
    cookies = [{"name": "sid", "value": "1"}, {"name": "m", "value": "13800138000"}]
    found = rows(queried, entry(postData=form), entry(headers=headers, cookies=cookies))
    assert found[0]["q"] == "张\n2"
    assert (found[1]["m"], found[1]["n"], found[1]["o"]) == ("13800138000", "a@b.cn", "1")
    assert "body" not in found[1]
    assert (found[2]["cookie m"], found[2]["header cookie"]) == ("13800138000", "other=2")
    assert "header Cookie" not in found[2]


def test_a_form_in_parts_has_its_fields_and_the_names_of_its_files(rows):
    text = (
        '--b\r\nContent-Disposition: form-data; name="m"\r\n\r\n13800138000\r\n--b\r\n'
        'Content-Disposition: form-data; name="f"; filename="13900139000.csv"\r\n\r\nx,y\r\n--b--\r\n'
    )
    params = [{"name": "m", "value": "13800138000"}, {"name": "f", "fileName": "13900139000.csv"}]
    [row] = rows(entry(postData={"mimeType": "multipart/form-data; boundary=b", "text": text, "params": params}))
    assert (row["m"], row["f"], row["f file name"]) == ("13800138000", "x,y", "13900139000.csv")
    assert "body" not in row


@pytest.fixture
def packed_body(read_inside):
    """What is read of a capture whose response has a body of these bytes."""

    def read(data: bytes, kind: str):
        content = {"mimeType": kind, "encoding": "base64", "text": base64.b64encode(data).decode()}
        capture = {"log": {"version": "1.2", "entries": [entry(), entry(response=content)]}}
        return read_inside(json.dumps(capture).encode(), "a.har")

    return read


def test_a_body_that_is_a_file_is_read_as_one(packed_body):
    found = packed_body(gzip.compress(b"mobile\n13800138000\n"), "application/octet-stream")
    assert "13800138000" in found["!response 2"].text
    assert packed_body(bytes(range(256)) * 9, "application/octet-stream")["!response 2"].status == "failed"
    assert list(packed_body(bytes(range(256)) * 9, "font/woff2")) == [""]


def test_a_body_of_text_in_base64_is_text_whatever_its_encoding(packed_body):
    found = packed_body("客户张三,手机号".encode("gb18030"), "text/plain")
    assert found[""].rows[1]["response body"] == "客户张三,手机号"


def test_files_beyond_what_is_kept_are_counted(packed_body, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.har.MOST", 10)
    found = packed_body(gzip.compress(b"x" * 9), "application/gzip")
    assert (found[""].status, found[""].reason) == ("failed", "too many files: 1 body or bodies were not read")


def test_a_capture_that_breaks_off_keeps_its_exchanges_and_fails(read_inside):
    page = json.dumps({"log": {"version": "1.2", "entries": [entry(**body({"m": "1"})), entry()]}})[:-150]
    read = read_inside(page.encode(), "a.har")[""]
    assert read.status == "failed"
    assert read.rows[0]["m"] == "1"


def test_exchanges_in_clear_are_counted_in_the_ledger(read_inside):
    entries = [entry("http://partner.example/a"), entry("HTTP://partner.example/b"), entry()]
    read = read_inside(json.dumps({"log": {"version": "1.2", "entries": entries}}).encode(), "a.har")[""]
    assert (read.status, read.reason) == ("inspected", "2 exchange(s) went in clear, over plain HTTP")


def test_nothing_of_an_exchange_is_passed_over(rows):
    messages = [{"type": "send", "time": 1, "opcode": 1, "data": '{"mobile": "13800138001"}'}]
    sent = entry(
        "wss://user@p.example/x?mobile=13800138002#13800138003",
        queryString=[{"name": "q", "value": "1"}, {"name": "", "value": "13800138004"}],
        cookies=[{"name": "id", "value": "13800138005"}],
        postData={
            "mimeType": "multipart/form-data",
            "params": [{"name": "f", "fileName": "13800138006.csv", "value": "x"}],
            "text": "13800138007",
        },
        _initiator={"detail": ["13800138008"]},
    )
    told = {**sent["response"], "cookies": [{"name": "c", "value": "13800138009"}], "redirectURL": "/13800138010"}
    [row] = rows({**sent, "response": told, "_webSocketMessages": messages})
    cells = "\n".join(row.values())
    assert [number for number in range(1, 11) if f"138001380{number:02d}" not in cells] == []
    assert (row["q"], row["mobile"], row["cookie id"], row["f file name"]) == (
        "1",
        "13800138002",
        "13800138005",
        "13800138006.csv",
    )


@pytest.mark.parametrize("url", ["http://[bad/13800138000", "http://a\u2100b/13800138000", "//[", "http://"])
def test_a_url_that_is_none_is_kept_as_it_is_written(rows, url):
    [row] = rows(entry(url))
    assert "13800138000" in row["url"] or "13800138000" not in url


def test_an_exchange_that_is_no_object_is_read(rows, read_inside):
    page = '{"log": {"version": "1.2", "entries": ["13800138000", {"request": "13800138001", "request": {"url": "13800138002"}}]}}'
    read = read_inside(page.encode(), "a.har")[""]
    cells = "\n".join(cell for row in read.rows.values() for cell in row.values() if cell)
    assert "13800138000" in cells
    assert "13800138001" in cells
    assert "13800138002" in cells
