"""The page Models of the site: each model with a picture, its measured numbers, and the way to Explore."""

from __future__ import annotations

import html
from urllib.parse import quote

from dashboard.runs.pictures import Gaussian, fitted, standard, thumbnail
from dashboard.shared import wording as shared
from dashboard.shared.model_choice import KINDS, side_by_side
from dashboard.site import wording
from dashboard.site.shelf import Shelf
from dashboard.stock.material import codes_of
from vae_engine.base.figures import trust, with_minus
from vae_engine.publish import tables
from vae_engine.stored import weights
from vae_engine.stored.checkpoints import Stored


def content(shelf: Shelf) -> str:
    """The HTML of the page, the best models first."""
    models = tables.ranked([*shelf.models, *shelf.runs])
    titles = {one.name: one.title for one in shelf.choices}
    own = [one.name for one in shelf.runs]
    rows = "\n".join(
        _row(one, titles[one.name], side_by_side(shelf.choices, (one.name,)).names, one.name in own) for one in models
    )
    columns = "".join(f"<th scope=col>{html.escape(label)}</th>" for label in shared.METRIC_COLUMNS.values())
    return f"""<article class="site-text"><h1>{wording.MODELS}</h1>
<p class="site-note">{html.escape(shared.protocol_of([one.metrics for one in shelf.models or shelf.runs]))}</p>
<div class="site-wide"><table class="site-models">
<thead><tr><th></th><th scope=col>{wording.MODEL}</th>{columns}<th scope=col>{wording.WEIGHTS}</th></tr></thead>
<tbody>
{rows}
</tbody></table></div></article>"""


def _row(model: Stored, title: str, beside: tuple[str, ...], is_run: bool) -> str:
    """One model. A run was measured in its own way, which it says."""
    drawn_from = _gaussian(model)
    pictures = "".join(
        f'<img class="site-{"dark" if dark else "light"}" src="{thumbnail(model, drawn_from, dark)}" '
        f'alt="{html.escape(wording.thumbnail(title))}">'
        for dark in (False, True)
    )
    numbers = "".join(
        f'<td data-label="{html.escape(label)}">{_number(model, key)}{_trust(model, key)}</td>'
        for key, label in shared.METRIC_COLUMNS.items()
    )
    measured = f'<br><span class="site-kind">{html.escape(shared.protocol_of([model.metrics]))}</span>' if is_run else ""
    link = f"./?models={quote(','.join(beside), safe=',')}"
    count = shared.number(weights.parameter_count(model.model), 0)
    return (
        f"<tr><td>{pictures}</td><td><strong>{html.escape(title)}</strong>"
        f'<span class="site-kind">{KINDS[model.model.kind]} · </span><a href="{html.escape(link)}">{wording.IN_EXPLORE}</a>'
        f'{measured}</td>{numbers}<td data-label="{wording.WEIGHTS}">{count}</td></tr>'
    )


def _gaussian(model: Stored) -> Gaussian:
    """Where z is taken from: the prior; of an autoencoder, which has none, the Gaussian of its codes."""
    return standard(model.model.latent_dim) if model.model.kind == "vae" else fitted(codes_of(model))


def _number(model: Stored, key: str) -> str:
    value = model.metrics.get(key)
    return wording.NO_NUMBER if value is None else shared.plus_minus(value, model.metrics.get(f"{key}_se"))


def _trust(model: Stored, key: str) -> str:
    """Beside an importance-sampled number how far it can be trusted."""
    said = with_minus(trust(model.metrics)) if key == "log_px_is" else ""
    return f'<br><span class="site-kind">{html.escape(said)}</span>' if said else ""
