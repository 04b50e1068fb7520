"""The plot of the key derivation, and what shows it: words, a table, a readable picture."""

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from tlskit import show, tls12
from tlskit.cipher_suites import suite_named
from tlskit.derivation import KEY, derivation
from tlskit.lesson import Choice, run
from tlskit.show import key_plot
from tlskit.show.key_plot import BAR_HEIGHT, DARK, EDGES, FACES, HEAD, LINES

ECDHE, RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"
PNG = b"\x89PNG\r\n\x1a\n"
ROWS = [("a", "b"), (1, "<2>")]


def calls_of(suite=ECDHE, extended=True, client=tls12.FORMULAE, server=tls12.FORMULAE):
    choice = Choice(suite_named(suite), extended_master_secret=extended)
    return run(choice, client_formulae=client, server_formulae=server).calls


def texts(fig):
    return [one for one in fig.findobj(Text) if one.get_text().strip()]


def swapped(prf, pre_master_secret, client_random, server_random):
    return prf(pre_master_secret, b"master secret", server_random + client_random, 48)


# ---- show.figure


def test_a_figure_comes_with_words_a_table_and_the_picture():
    shown = show.figure(Figure(), alt="Two & two.", table=ROWS)
    bundle = shown._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/png", "text/plain"}
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert 'alt="Two &amp; two."' in bundle["text/html"]
    assert 'class="tlskit-figure"' in bundle["text/html"]
    assert f"data:image/png;base64,{bundle['image/png']}" in bundle["text/html"]
    assert "&lt;2&gt;" in bundle["text/html"] and "<2>" not in bundle["text/html"]
    assert bundle["text/plain"] == "Two & two.\n\na  b\n1  <2>"


def test_the_columns_can_be_named_apart_from_the_rows():
    shown = show.figure(Figure(), alt="x", table=ROWS, head=("one", "two"))
    assert shown.head == ("one", "two") and shown.rows == (("a", "b"), (1, "<2>"))


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_words_are_required(alt):
    with pytest.raises(ValueError, match="alt="):
        show.figure(Figure(), alt=alt, table=ROWS)
    with pytest.raises(TypeError, match="alt"):
        show.figure(Figure(), table=ROWS)


def test_a_table_is_required():
    with pytest.raises(ValueError, match="table="):
        show.figure(Figure(), alt="x", table=[])
    with pytest.raises(TypeError, match="table"):
        show.figure(Figure(), alt="x")


# ---- the table and the words


def test_the_table_of_an_ecdhe_run():
    calls = calls_of()
    graph = derivation(calls)
    shown = show.key_derivation(calls)
    assert shown.head == HEAD
    table = {row[0]: row[1:] for row in shown.rows}
    assert list(table) == [node.name for node in graph.nodes]
    for name, (size, begin, _, _) in table.items():
        value = graph.named(name).value
        assert size == len(value)
        assert begin == value[:8].hex(" ") + (" …" if size > 8 else "")
    from_hash = 'PRF(pre_master_secret, "extended master secret", session_hash)'
    assert table["master_secret"][2:] == ("secret", from_hash)
    assert table["session_hash"][2:] == ("went in", "-")
    assert table["server_write_key"][2:] == ("part of key block", "key_block[16..31]")
    proof = 'PRF(master_secret, "client finished", handshake_hash); handshake_hash is session_hash'
    assert table["verify_data (client finished)"][2:] == ("proof in Finished", proof)


def test_the_plot_follows_the_run():
    extended, plain = (show.key_derivation(calls_of(ECDHE, on)) for on in (True, False))
    assert "session_hash" in extended.alt and "client_random + server_random" not in extended.alt
    assert "session_hash" not in plain.alt and "client_random + server_random" in plain.alt
    cbc = show.key_derivation(calls_of(RSA))
    assert "client_write_MAC_key 20" in cbc.alt and "write_IV" not in cbc.alt
    assert "shared_secret" not in cbc.alt
    server = show.key_derivation(calls_of(RSA), by="server")
    assert "decrypt_pre_master_secret" in server.alt and server.alt.startswith("What the server")


def test_the_same_run_gives_the_same_plot():
    one, other = show.key_derivation(calls_of()), show.key_derivation(calls_of())
    assert one == other


def test_a_wrong_master_secret_changes_table_words_and_picture():
    wrong = replace(tls12.FORMULAE, master_secret=swapped)
    good = show.key_derivation(calls_of(ECDHE, False))
    bad = show.key_derivation(calls_of(ECDHE, False, wrong, wrong))
    changed = {row[0] for row in set(good.rows) ^ set(bad.rows)}
    assert {"master_secret", "key_block", "client_write_key", "server_write_IV"} <= changed
    assert not changed & {"pre_master_secret", "client_random", "server_random"}
    assert "server_random + client_random" in bad.alt and good.alt != bad.alt
    assert good.png != bad.png


def test_a_wrong_partition_is_drawn_as_it_was_cut():
    def mine(suite, key_block):
        parts = tls12.FORMULAE.partition(suite, key_block)
        parts["client_write_key"], parts["server_write_key"] = (
            parts["server_write_key"],
            parts["client_write_key"],
        )
        return parts

    bad = show.key_derivation(calls_of(client=replace(tls12.FORMULAE, partition=mine)))
    good = show.key_derivation(calls_of())
    begins = [
        {row[0]: row[2] for row in shown.rows if "write_key" in row[0]} for shown in (good, bad)
    ]
    assert begins[0]["client_write_key"] == begins[1]["server_write_key"]


def test_a_run_without_keys_says_so():
    def mine(key_pair, peer_public):
        raise RuntimeError("no secret today")

    calls = calls_of(client=replace(tls12.FORMULAE, shared_secret=mine))
    with pytest.raises(ValueError, match="the client of this run derived no keys"):
        show.key_derivation(calls)


# ---- the picture

SHAPES = [
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
]
"""The suites whose plots differ: by key exchange, and by the sizes of the parts."""

DRAWN = [(suite, extended, "client") for suite in SHAPES for extended in (True, False)]
DRAWN += [(SHAPES[-1], extended, "server") for extended in (True, False)]


@pytest.mark.parametrize(("suite", "extended", "by"), DRAWN)
def test_no_text_is_cut_off_small_or_over_another_one(suite, extended, by):
    fig = key_plot.draw(derivation(calls_of(suite, extended), by))
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    found = texts(fig)
    places = [one.get_window_extent(canvas.get_renderer()) for one in found]
    for text, place in zip(found, places, strict=True):
        assert text.get_fontsize() >= 9, text
        assert place.x0 >= 0 and place.y0 >= 0, f"cut off: {text}"
        assert place.x1 <= fig.bbox.x1 and place.y1 <= fig.bbox.y1, f"cut off: {text}"
    for (text, place), (other, beside) in combinations(zip(found, places, strict=True), 2):
        assert not place.overlaps(beside), f"{text} lies over {other}"
    boxes = [box.get_window_extent() for box in fig.findobj(Rectangle) if box is not fig.patch]
    for text, place in zip(found, places, strict=True):
        for box in boxes:
            if box.overlaps(place):
                assert box.x0 <= place.x0 and place.x1 <= box.x1, f"{text} crosses a box's side"
                assert box.y0 <= place.y0 and place.y1 <= box.y1, f"{text} crosses a box's edge"


@pytest.mark.parametrize("suite", SHAPES)
def test_the_parts_are_to_scale_and_show_their_bytes(suite):
    graph = derivation(calls_of(suite))
    fig = key_plot.draw(graph)
    parts = [node for node in graph.nodes if node.kind == KEY]
    boxes = [box for box in fig.findobj(Rectangle) if box.get_height() == BAR_HEIGHT]
    widths = [box.get_width() / len(part.value) for box, part in zip(boxes, parts, strict=True)]
    assert widths == pytest.approx([widths[0]] * len(parts))
    words = "\n".join(one.get_text() for one in texts(fig))
    for part in parts:
        assert part.value[:4].hex(" ") in words
        assert f"{len(part.value)} bytes" in words
    for node in graph.nodes:
        assert node.value[:3].hex(" ") in words, f"{node.name} is not in the picture"


def luminance(colour):
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_lines_stand_out_and_colour_is_never_the_only_mark():
    for kind, face in FACES.items():
        assert contrast(DARK, face) >= 7
        assert contrast(EDGES[kind], "#ffffff") >= 3 and contrast(EDGES[kind], face) >= 3
    fig = key_plot.draw(derivation(calls_of()))
    assert to_rgb(fig.get_facecolor()[:3]) == (1, 1, 1) and fig.get_facecolor()[3] == 1
    words = " ".join(one.get_text() for one in texts(fig))
    assert all(legend in words for legend in key_plot.LEGEND.values())
    assert len(set(LINES.values())) == 3
    hatched = [box.get_hatch() for box in fig.findobj(Rectangle) if box.get_hatch()]
    assert hatched[0] != hatched[1], "client and server look alike without colour"


def test_the_picture_is_opaque_and_has_no_date():
    from PIL import Image

    png = show.key_derivation(calls_of()).png
    picture = Image.open(io.BytesIO(png))
    assert picture.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    assert not {"Software", "Creation Time"} & picture.info.keys()


# ---- what is loaded


def loaded_by(code: str) -> set[str]:
    """Return which of the heavy packages a fresh Python has loaded after some code."""
    heavy = ("numpy", "matplotlib", "matplotlib.pyplot", "ipywidgets", "IPython", "tlskit.tls12")
    report = f"import sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(re.findall(r"'([\w.]+)'", done.stdout))


def test_nothing_heavy_is_loaded_before_it_is_used():
    assert loaded_by("import tlskit, tlskit.lesson, tlskit.derivation") == {"tlskit.tls12"}
    assert loaded_by("from tlskit import show") == set()
    assert loaded_by("from tlskit import show; show.ladder") == set()


def test_a_plot_needs_no_window_no_widgets_and_no_version():
    code = "from tlskit import show; show.figure, show.key_derivation; import matplotlib.figure"
    assert loaded_by(code) == {"numpy", "matplotlib"}


def test_drawing_leaves_no_global_figure():
    code = (
        "from tlskit import show; from tlskit.lesson import run, Choice;"
        f"from tlskit.cipher_suites import suite_named as s;"
        f"show.key_derivation(run(Choice(s({ECDHE!r}))).calls)"
    )
    assert "matplotlib.pyplot" not in loaded_by(code)
