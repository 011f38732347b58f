"""Limits hold for whoever asks, and so does that nobody waits for anybody."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from readers import DOCUMENTS

from mindee_core import MindeeError, document


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("jpeg/420.jpg", {"limit_pixels": 1000}),
        ("pdf/12-pages.pdf", {"limit_pages": 11}),
        ("pdf/12-pages.pdf", {"limit_objects": 5}),
        ("png/rgb-8.png", {"limit_inflated": 1000}),
        ("pdf/nested-tree.pdf", {"limit_nesting": 2}),
        ("pdf/scan.pdf", {"limit_time": 0.0001}),
    ],
)
def test_each_limit_is_an_option(name, limit):
    assert document.shrink(DOCUMENTS / name, max_width=40)
    with pytest.raises(MindeeError) as raised:
        document.shrink(DOCUMENTS / name, max_width=40, **limit)
    assert raised.value.code == "document.limit"
    assert next(iter(limit)) in str(raised.value)


def test_sixteen_threads_get_what_one_gets():
    names = ("jpeg/cmyk.jpg", "heif/orientation-6.heic", "pdf/scan-strips.pdf", "tiff/4-pages.tiff")
    alone = [document.shrink(DOCUMENTS / name, max_width=50).content for name in names]

    def one(number):
        name = names[number % len(names)]
        return document.shrink((DOCUMENTS / name).read_bytes(), max_width=50).content

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(one, range(32)))
    assert made == alone * 8


def test_other_threads_go_on_meanwhile():
    done = threading.Event()

    def work():
        document.shrink(DOCUMENTS / "pdf/scan.pdf", dpi=100)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    # Were the interpreter held, this thread would go on only once the work is done.
    turns = sum(1 for _ in iter(lambda: done.wait(0.001), True))
    worker.join()
    assert turns > 3
