"""What Mindee does not take, and what is not what its name says."""

from .drawing import encoded, slip
from .jpegs import says
from .made import Made


def files():
    picture = slip(60, 80)
    for name, kind in (("gif", "GIF"), ("bmp", "BMP")):
        yield Made(
            f"refused/picture.{name}",
            encoded(picture, kind),
            f"{kind}: not taken",
            {"fails": ["source.type_refused"]},
        )
    yield Made(
        "refused/shopping-list.txt",
        b"- two lamps\n- one bottle of ink\n",
        "plain text: not taken",
        {"fails": ["source.type_refused"]},
    )
    yield Made(
        "refused/text.pdf",
        b"Shopping list\n- two lamps\n",
        "plain text under the name of a PDF",
        {"fails": ["source.type_refused"]},
    )
    yield Made(
        "refused/picture-named.pdf",
        encoded(picture, "JPEG", quality=60),
        "a JPEG under the name of a PDF: its content counts",
        says(picture),
    )
    yield Made("refused/empty.jpg", b"", "nothing at all", {"fails": ["source.empty"]})
