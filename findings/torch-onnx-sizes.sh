#!/usr/bin/env bash
# torch 2.13.0, torch.onnx.export with dynamo=False: sizes that a module fixes are worked out again in the ONNX graph.
#
# Guess beforehand: nn.Upsample(size=(7, 7)) is one Resize with the sizes as a constant, nn.Unflatten(1, (4, 3, 3)) one Reshape,
# since nothing here is dynamic: no axis was named, and the module says every size.
# Seen: so it is with the default exporter. With dynamo=False a Resize gets its sizes through Shape, Slice and Concat, and the
# one Unflatten is nine nodes, Mod and Add among them, which take the input's shape apart at run time.
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

maps, flat = torch.randn(2, 4, 3, 3), torch.randn(2, 36)
CASES = {
    "nearest to 6x6": (nn.Upsample(size=(6, 6)), maps),
    "bilinear to 7x7": (nn.Upsample(size=(7, 7), mode="bilinear"), maps),
    "unflatten": (nn.Unflatten(1, (4, 3, 3)), flat),
}
for name, (module, given) in CASES.items():
    for how, options in {"default": {}, "dynamo=False": {"dynamo": False}}.items():
        path = f"{sys.argv[1]}/module.onnx"
        torch.onnx.export(module.eval(), (given,), path, verbose=False, **options)
        ops = [node.op_type for node in onnx.load(path).graph.node if node.op_type != "Constant"]
        print(f"{name}, {how}: {' '.join(ops)}")
PY
"$folder/venv/bin/python" "$folder/probe.py" "$folder" 2> /dev/null | grep -v '^\[torch' | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
nearest to 6x6, default: Resize
nearest to 6x6, dynamo=False: Shape Slice Concat Resize
bilinear to 7x7, default: Resize
bilinear to 7x7, dynamo=False: Shape Slice Concat Resize
unflatten, default: Reshape
unflatten, dynamo=False: Mod Shape Reshape Slice Add Reshape Slice Concat Reshape
TXT
