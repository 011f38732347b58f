"""What was damaged opens everywhere after it was mended; what was sound is not touched."""

import pytest
from readers import DOCUMENTS, EXPECTED, is_sound, named, rendered, same, texts

from mindee_core import document

MENDED = [name for name in EXPECTED if EXPECTED[name].get("repair") == "mended"]


@pytest.mark.parametrize("name", MENDED)
def test_a_mended_file_opens_everywhere_with_all_its_pages(name):
    made = document.repair(DOCUMENTS / name)
    assert made.mended
    assert is_sound(made.content)
    whole = (DOCUMENTS / "pdf/text.pdf").read_bytes()
    pages = EXPECTED[name]["pages"]
    assert texts(made.content) == texts(whole)[:pages]
    assert all(map(same, rendered(made.content), rendered(whole)))
    assert document.inspect(made.content).damaged is False
    assert document.repair(made.content).mended == []


@pytest.mark.parametrize("name", named("application/pdf", damaged=False, encrypted="no"))
def test_a_sound_file_comes_back_byte_for_byte(name):
    made = document.repair(DOCUMENTS / name)
    assert (made.mended, made.content) == ([], (DOCUMENTS / name).read_bytes())
