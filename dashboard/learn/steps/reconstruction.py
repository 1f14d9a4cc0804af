"""Which of two models reconstructs better, on images it was trained on and on others: what was measured, and no cause."""

from __future__ import annotations

from functools import lru_cache

from dashboard.shared.wording import plus_minus
from dashboard.stock import measures
from dashboard.stock.material import Material
from vae_engine.base.errors import EngineError
from vae_engine.experiments import BUNDLED
from vae_engine.experiments import result as experiment_result
from vae_engine.stored.checkpoints import Stored

_EXPERIMENT, LAB = "autoencoders", "./lab?experiment=autoencoders"
_NAME, _NLL = "trained as", "nll of reconstructions, nats"


def reconstruction(material: Material) -> str:
    """The nll of both on test and on training images, and of both trained alike in the Lab."""
    (vae, vae_told), (ae, ae_told) = ((one.metrics["nll"], mean(one, "nll")) for one in (material.vae, material.ae))
    seen = measures.training_nll(material)
    if ae > vae and seen.difference > 2 * seen.standard_error:
        judged = "worse on both, so it is not the unseen images alone"
    elif ae > vae:
        judged = "worse only on images it has not seen"
    else:
        judged = "no worse"
    return (
        f"Its nll is {ae_told} on test, {plus_minus(seen.ae, seen.ae_error)} on training images (first "
        f"{measures.RECONSTRUCTED:,}), the VAE's {vae_told} and {plus_minus(seen.vae, seen.vae_error)} nats: {judged}. It had "
        f"{material.ae.train.epochs:g} epochs, the VAE {material.vae.train.epochs:g}{_trained_alike()}."
    )


def compared(vae: Stored, ae: Stored) -> str:
    """Why two models reconstruct differently well, as far as that was measured: in one sentence."""
    order = "worse" if ae.metrics["nll"] > vae.metrics["nll"] else "no worse"
    return (
        f"{ae.name} reconstructs {order} than {vae.name}, nll {mean(ae, 'nll')} against {mean(vae, 'nll')}, but it had "
        f"{ae.train.epochs:g} epochs and the VAE {vae.train.epochs:g}{_trained_alike()}."
    )


def mean(stored: Stored, key: str) -> str:
    """A mean over the test images with its standard error."""
    return plus_minus(stored.metrics[key], stored.metrics.get(f"{key}_se"))


def _trained_alike() -> str:
    """What the Lab measured of both, by the same batches and steps; nothing where it is not bundled."""
    if not (found := in_lab()):
        return ""
    ae, vae = found
    order = "the other way round" if ae[0] < vae[0] else "the same way round"
    return f"; in the [Lab]({LAB}), with the same batches for both, it is {order}: {plus_minus(*ae)} against {plus_minus(*vae)}"


@lru_cache(maxsize=1)
def in_lab() -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The nll of an autoencoder and of a VAE trained alike, each with its standard error; None where it is not bundled."""
    try:
        tables = experiment_result.read(BUNDLED / _EXPERIMENT).findings.tables
    except EngineError:
        return None
    table = next(one for one in tables if _NLL in one.columns)
    name, value = table.columns.index(_NAME), table.columns.index(_NLL)
    found = {row[name]: (float(row[value]), float(row[value + 1])) for row in table.rows}
    return found["AE"], found["VAE"]
