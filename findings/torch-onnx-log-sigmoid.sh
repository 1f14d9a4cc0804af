#!/usr/bin/env bash
# torch 2.13.0 with onnxscript 0.7.2 and onnxruntime 1.32.0: an exported log-sigmoid is not finite where torch's is.
#
# Guess beforehand: the exporters write log σ(x) in a form that is safe for large negative x, as torch computes it.
# Seen: both exporters write it as Log of Sigmoid, and onnxruntime's Sigmoid is 0 at −20 already, where float32 has 2.06e-09 and
# torch gives it. So the exported log-sigmoid is −∞ where torch's is −20, and a loss or a log-probability built on it is lost.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$folder/probe.py" <<'PY'
import sys

import onnx
import onnxruntime
import torch
from torch import nn

x = torch.tensor([[-10.0, -20.0]])
path = f"{sys.argv[1]}/module.onnx"


def told(name, module, **options):
    torch.onnx.export(module.eval(), (x,), path, verbose=False, **options)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0][0]
    print(f"{name}: {' '.join(node.op_type for node in onnx.load(path).graph.node)}: {' '.join(f'{one:.3g}' for one in found)}")


print(f"torch, log-sigmoid: {' '.join(f'{one:.3g}' for one in nn.LogSigmoid()(x)[0].tolist())}")
told("log-sigmoid", nn.LogSigmoid())
told("log-sigmoid, dynamo=False", nn.LogSigmoid(), dynamo=False)
print(f"torch, sigmoid: {' '.join(f'{one:.3g}' for one in nn.Sigmoid()(x)[0].tolist())}")
told("sigmoid", nn.Sigmoid())
PY
"$folder/venv/bin/python" "$folder/probe.py" "$folder" 2> /dev/null | grep -v '^\[torch' | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
torch, log-sigmoid: -10 -20
log-sigmoid: Sigmoid Log: -10 -inf
log-sigmoid, dynamo=False: Sigmoid Log: -10 -inf
torch, sigmoid: 4.54e-05 2.06e-09
sigmoid: Sigmoid: 4.54e-05 0
TXT
