"""One HTML file with the Explore page, one or two models and the test images: no server, no network.

With a rung of the ladder of β comes the whole ladder, so that its slider works in the file, too; and with any models a lecture,
of which the file presents what its models are enough for, and stills of the Lab and of a ladder that it has not.

The file is kept small in four ways. Weights are rounded so that decoded probabilities stay within 0.004 and codes within 0.01
of the full weights' (vae_engine/exchange/dense.py). Before gzip the high and the low bytes of each bundle are laid apart, and
the images' pixels by their neighbours (parted_images.py). Program and styles lie packed in the page like everything else, and a
few lines unpack them. And bytes become text by 48 bits in seven of 116 characters rather than 6 in one of 64: a sixth more
instead of a third.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dashboard.explore.engine_lines import engine_lines
from dashboard.explore.parted_images import parted
from dashboard.jobs.run_view import read_about
from dashboard.lecture import lecture as lectures
from dashboard.lecture.bundled import lecture_about
from dashboard.lecture.in_file import Carried, left_out
from dashboard.lecture.stills import stills
from dashboard.shared import browser
from dashboard.stock.library import planes, tightly
from dashboard.stock.material import LESSON_MODELS, gather, ladder_of, placed
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets
from vae_engine.exchange import dense
from vae_engine.exchange.imports import planes as planes_of
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored

_ALPHABET = np.frombuffer(bytes(code for code in range(128) if chr(code) not in " \t\n\f\r\0\"&'<>\x7f"), np.uint8)
"""The 116 characters of ASCII that mean nothing in HTML, most control characters among them: a browser leaves them as they are.
browser/hosts/file/payload.js counts on the same order."""
_LETTERS, _BYTES = 7, 6


def _unheard(sentence: str) -> None:
    """Nobody asked."""


def write_html(names: Sequence[str], path: Path, lecture: str | None = None, say: Callable[[str], None] = _unheard) -> int:
    """Write the page for one or two models, given by name or folder, atomically; its size in bytes.

    `lecture` is the text of a lecture's file; unless it is said, it is the bundled one, for another pair of models measured
    on that pair. `say` is told which of its scenes the file leaves out.
    Raises EngineError when a model cannot be found or no map can show it, or there are too many.
    """
    content = page(names, lecture, say)
    write_atomically(Path(path), content)
    return len(content)


def page(names: Sequence[str], lecture: str | None = None, say: Callable[[str], None] = _unheard) -> bytes:
    """The whole file for one or two models, given by name or folder. Raises as `write_html` does."""
    if not 1 <= len(names) <= 2:
        raise EngineError(f"The page shows one or two models, not {len(names)}.")
    chosen = sorted((registry.find(name) for name in names), key=lambda model: model.model.kind == "ae")  # as on Explore
    if len({model.train.data for model in chosen}) > 1:
        raise EngineError("The models were trained on different data; the page shows one set of images.")
    rungs = ladder_of([registry.find(name) for name in registry.names()])
    placing = placed(*([str(model.folder.resolve()) for model in models] for models in (chosen, rungs)))
    stored = [_titled(planes_of.laid(registry.find(folder))) for folder in placing.names]
    parts = [dense.parted(model) for model in stored]
    blocks = [block(f"bundle-{i}", planes(content)) for i, (content, _, _) in enumerate(parts)]
    decoders = [block(f"decoder-{i}", planes(decoder)) for i, (_, _, decoder) in enumerate(parts)]
    late = placing.shown[1:]  # what the first picture can do without: host file/explore.js shows these before they are here
    blocks += [decoder for i, decoder in enumerate(decoders) if i not in late]
    last = [decoders[i] for i in late] + [block(f"encoder-{i}", planes(encoder)) for i, (_, encoder, _) in enumerate(parts)]
    if placing.ladder:
        about = {"names": [model.name for model in stored], "shown": placing.shown, "ladder": placing.ladder}
        blocks.append(block("ladder", planes(json.dumps(about).encode())))
    text = lecture or lecture_for(chosen, rungs)
    blocks.append(block("lecture", planes(text.encode())))
    scenes = json.loads(text)["scenes"]
    drawn = stills(scenes, () if placing.ladder else rungs)
    if missing := left_out(scenes, Carried([model.name for model in stored], bool(placing.ladder), drawn)):
        say(missing)
    blocks.append(block("stills", planes(json.dumps(drawn, separators=(",", ":")).encode())))
    last.append(block("images", parted(datasets.shown(stored[0].train.data)[0].images)))
    title = "Latent explorer: " + " and ".join(stored[place].name for place in placing.shown)
    blocks.append(block("engine", planes(json.dumps(engine_lines()).encode())))
    styles = browser.styles(*browser.LECTURE, "lecture/notes")
    return one_file(title, "explorer", "Opening the models …", blocks, styles, "file/explore", "openStaticPage", last)


def one_file(
    title: str, root: str, waiting: str, blocks: Sequence[str], styles: str, host: str, opener: str, last: Sequence[str] = ()
) -> bytes:
    """A page that needs nothing from outside.

    `root` is the id of the element that `opener`, which the script of `host` exports, fills; until then it says `waiting`.
    `last` are blocks behind the script, which begins before the browser has read them.
    """
    program = block("program", f"{browser.script(host)}\nlatentExplorer.{opener}(document);".encode())
    look = block("styles", styles.encode())
    words = {"title": html.escape(title), "root": root, "waiting": waiting, "last": "\n".join(last)}
    loader = browser.script("file/loader")
    return _PAGE.format(**words, blocks="\n".join([look, program, *blocks]), loader=loader).encode()


def lecture_for(chosen: Sequence[Stored], rungs: Sequence[Stored]) -> str:
    """The bundled lecture, measured anew on a VAE and an autoencoder of digits that are not those that it speaks of.

    Of models for which that cannot be done it speaks as ever, and the page leaves out what it cannot show.
    """
    pair = [model.model.kind for model in chosen] == ["vae", "ae"] and chosen[0].train.data == datasets.MNIST
    if not pair or tuple(model.name for model in chosen) == LESSON_MODELS:
        return lectures.bundled()
    try:
        return lecture_about(gather(chosen[0], chosen[1], rungs))
    except EngineError:  # it has no per-image numbers
        return lectures.bundled()


def _titled(model: Stored) -> Stored:
    """The model under the name that people gave to the run; others keep theirs."""
    return replace(model, name=read_about(model.folder).name)


def as_text(content: bytes) -> str:
    """Bytes as text that a page may hold: every 6, the highest first, are seven digits of base 116 (116⁷ > 2⁴⁸).

    Zero bytes fill up the last 6.
    """
    groups = np.frombuffer(content + bytes(-len(content) % _BYTES), np.uint8).reshape(-1, _BYTES).astype(np.int64)
    numbers = groups @ 256 ** np.arange(_BYTES)[::-1]
    digits = np.empty((len(numbers), _LETTERS), np.uint8)
    for place in reversed(range(_LETTERS)):
        numbers, digits[:, place] = np.divmod(numbers, len(_ALPHABET))
    return _ALPHABET[digits].tobytes().decode("ascii")


def block(name: str, content: bytes) -> str:
    """The element that carries some bytes in the page; browser/hosts/file/payload.js reads it."""
    packed = tightly(content)
    described = json.dumps({"bytes": len(packed)})
    text = as_text(packed)
    return f'<script type="text/plain" id="{name}" data-about=\'{described}\'>{text}</script>'


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; \
worker-src blob:; style-src 'unsafe-inline'; img-src blob: data:">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; }}
</style>
</head>
<body>
<div id="{root}" class="lx-static"><p class="lx-loading">{waiting}</p></div>
{blocks}
<script>
{loader}
latentExplorerLoader.begin(document, "{root}");
</script>
{last}
</body>
</html>
"""
