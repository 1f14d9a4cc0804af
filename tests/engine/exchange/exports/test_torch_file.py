"""A model as a plain Python file: it runs where our package cannot be imported, and gives the same numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from support import layer_cases
from support.builders import DECODERS, ENCODERS, listed, save_model, tiny

from vae_engine import ModelConfig
from vae_engine.exchange.exports import torch_file
from vae_engine.model import loading
from vae_engine.model.models import Posterior
from vae_engine.stored import checkpoints

CONFIGS = [tiny(e, d, layer_norm=True, dropout=0.2) for e, d in zip(ENCODERS, DECODERS, strict=True)]
CONFIGS += [listed(), tiny(spread="softplus", likelihood="gaussian"), tiny(kind="ae", activation="silu")]
CONFIGS += [tiny(likelihood="gaussian-fixed"), listed(likelihood="gaussian-linear")]

_RUN = """
import json, sys
sys.modules["vae_engine"] = None
for folder, kind, x, z in json.load(sys.stdin):
    sys.path.insert(0, folder)
    sys.modules.pop("model", None)
    import model, torch
    net = getattr(model, kind).load()
    with torch.no_grad():
        q = net.encode(torch.tensor(x))
        print(json.dumps([[one.tolist() for one in (q if isinstance(q, tuple) else [q])], net.decode(torch.tensor(z)).tolist()]))
"""


def test_the_file_alone_gives_what_the_engine_gives(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, z = rng.random((3, 784)).round(4), rng.normal(size=(3, 2)).round(4)
    models, asked = [], []
    for index, config in enumerate(CONFIGS):
        stored = checkpoints.read(save_model(tmp_path / f"model{index}", config))
        torch_file.write_torch(stored, tmp_path / str(index))
        models.append(loading.to_torch(stored))
        asked.append([str(tmp_path / str(index)), type(models[-1]).__name__, x.tolist(), z.tolist()])
    run = subprocess.run([sys.executable, "-c", _RUN], input=json.dumps(asked), capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    for model, line in zip(models, run.stdout.splitlines(), strict=True):
        encoded, decoded = json.loads(line)
        q = model.encode(torch.tensor(x, dtype=torch.float32))
        for found, want in zip(encoded, list(q) if isinstance(q, Posterior) else [q], strict=True):
            np.testing.assert_allclose(found, want, rtol=0, atol=1e-6)
        np.testing.assert_allclose(decoded, model.decode(torch.tensor(z, dtype=torch.float32)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda one: f"{one.kind}-{one.encoder}")
def test_the_file_holds_only_the_modules_that_it_needs(config: ModelConfig, tmp_path: Path) -> None:
    text = torch_file.source(checkpoints.read(save_model(tmp_path / "model", config)))
    for name in re.findall(r"^class (\w+)", text, re.MULTILINE)[:-1]:
        assert f"{name}(" in text.split("def __init__(self):")[1]
    assert ("import math" in text) == ("math.inf" in text)


def test_the_name_of_a_folder_is_no_code(tmp_path: Path) -> None:
    stored = checkpoints.read(save_model(tmp_path / '"""\nimport os', tiny()))
    compiled = torch_file.source(stored)
    assert "\nimport os" not in compiled
    compile(compiled, "model.py", "exec")


def test_every_kind_of_layer_is_written_as_it_runs() -> None:
    stacks = {name: torch_file._stack(described, 1) for name, (_, described) in layer_cases.CASES.items()}
    listed = "\n".join(f"    {name!r}: {stack}," for name, stack in stacks.items())
    imports = "import math\nfrom typing import Any\nimport torch\nfrom torch import Tensor, nn\n"
    text = "\n\n".join([imports, *torch_file._own_modules().values(), f"NETS = {{\n{listed}\n}}"])
    assert "vae_engine" not in text
    names: dict[str, dict[str, torch.nn.Module]] = {}
    exec(compile(text, "model.py", "exec"), names)  # noqa: S102 (our own text)
    kept, expected = layer_cases.tensors(), json.loads((layer_cases.FOLDER / "expected.json").read_text(encoding="utf-8"))
    for name, net in names["NETS"].items():
        own = {key.removeprefix(f"{name}."): torch.from_numpy(one) for key, one in kept.items() if key.startswith(f"{name}.")}
        x = own.pop("input")
        net.eval().load_state_dict(own)
        with torch.no_grad():
            np.testing.assert_allclose(net(x).ravel(), expected[name]["numbers"], rtol=0, atol=1e-5, err_msg=name)
