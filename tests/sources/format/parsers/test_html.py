from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

PHONE = "13800138000"


def page(body):
    return f"<html><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    "body",
    [
        f'<p data-id="{PHONE}">x</p>',
        f"<p onclick=\"call('{PHONE}')\">x</p>",
        f'<form action="/x?m={PHONE}"></form>',
        f'<iframe srcdoc="&lt;b&gt;{PHONE}&lt;/b&gt;"></iframe>',
        f'<a href="data:text/plain;base64,{base64.b64encode(PHONE.encode()).decode()}">x</a>',
        f'<a href="data:,{PHONE}">x</a>',
        "<p>138&shy;0013&#8203;8000</p>",
        f"<?php echo {PHONE} ?>",
    ],
)
def test_what_a_page_does_not_show_is_read(read_inside, body):
    assert read_inside(page(body), "a.html")[""].text.count(PHONE) == 1


def test_a_picture_within_an_address_is_read_as_one(read_inside):
    out = io.BytesIO()
    Image.new("RGB", (200, 60), "white").save(out, "PNG")
    body = f'<img src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}">'
    assert set(read_inside(page(body * 2), "a.html")) == {"", "!embedded 1"}


def test_an_address_that_is_not_base64_is_kept(read_inside):
    assert PHONE in read_inside(page(f'<a href="data:text/plain;base64,!{PHONE}">x</a>'), "a.html")[""].text


def test_the_shape_of_a_drawing_is_no_text(read_inside):
    assert read_inside(page('<svg><path d="M1234567 7654321"/></svg>x'), "a.html")[""].text.strip() == "x"
