#!/usr/bin/env bash
# Keras 3.15.1, .keras files: the groups of model.weights.h5 are not called as the layers are.
#
# Guess beforehand: the weights of the layer "z_mean" lie under layers/z_mean/vars.
# Seen: groups are called by the class and count up, whatever the layers are called; the layer's own name is the attribute
# "name" of its vars. A group may bear the name of another layer: here layers/dense_1 holds the weights of "z_mean", while those
# of the layer "dense_1" lie in layers/dense. Whoever looks weights up by the path takes those of another layer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 h5py==3.16.0 numpy==2.4.6
cat > "$folder/probe.py" <<'PY'
import io
import sys
import zipfile

import h5py
import keras
from keras import layers

x = keras.Input((4,))
h = layers.Dense(3, name="dense_1")(x)
model = keras.Model(x, [layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="dense")(h)])
model.save(sys.argv[1])
with zipfile.ZipFile(sys.argv[1]) as packed, h5py.File(io.BytesIO(packed.read("model.weights.h5"))) as file:
    for name, group in file["layers"].items():
        if "vars" in group and len(group["vars"]):
            kernel = group["vars/0"]
            print(f"layers/{name}: {kernel.shape}, its layer is {group['vars'].attrs['name']!r}")
PY
KERAS_BACKEND=torch "$folder/venv/bin/python" "$folder/probe.py" "$folder/model.keras" 2> /dev/null | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
layers/dense: (4, 3), its layer is 'dense_1'
layers/dense_1: (3, 2), its layer is 'z_mean'
layers/dense_2: (3, 2), its layer is 'dense'
TXT
