#!/usr/bin/env bash
# torch 2.13.0 with onnxscript 0.7.2, torch.onnx.export by its default (dynamo): a softplus does not stay one node.
#
# Guess beforehand: ONNX has an operator Softplus, which is the same function, so the file has that one node.
# Seen: it has three, Softplus, Greater and Where: torch's softplus is the identity beyond its threshold of 20, and the exporter
# writes that out. With dynamo=False it is the one node. Whoever looks for softplus in a file must look for this group, too;
# of the other nonlinearities here each has the same nodes by both exporters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 numpy==2.4.6
cat > "$folder/probe.py" <<'PY'
import sys

import onnx
import torch
from torch import nn

CASES = {"softplus": nn.Softplus(), "elu": nn.ELU(), "silu": nn.SiLU(), "gelu": nn.GELU()}
for name, module in CASES.items():
    for how, options in {"default": {}, "dynamo=False": {"dynamo": False}}.items():
        path = f"{sys.argv[1]}/{name}.onnx"
        torch.onnx.export(module.eval(), (torch.randn(2, 3),), path, verbose=False, **options)
        print(f"{name}, {how}: {' '.join(node.op_type for node in onnx.load(path).graph.node)}")
PY
"$folder/venv/bin/python" "$folder/probe.py" "$folder" 2> /dev/null | grep -v '^\[torch' | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
softplus, default: Softplus Greater Where
softplus, dynamo=False: Softplus
elu, default: Elu
elu, dynamo=False: Elu
silu, default: Sigmoid Mul
silu, dynamo=False: Sigmoid Mul
gelu, default: Gelu
gelu, dynamo=False: Gelu
TXT
