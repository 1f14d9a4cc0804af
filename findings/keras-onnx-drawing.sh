#!/usr/bin/env bash
# Keras 3.15.1 with the torch backend (torch 2.13.0): an encoder with Keras' own way to draw z cannot be exported to ONNX.
#
# Guess beforehand: model.export(format="onnx") writes the drawing as RandomNormalLike, as torch writes torch.randn_like.
# Seen: it is refused. The layer's random numbers come from a torch.Generator, which is a constant that the exporter cannot
# write; torch.randn_like in a module is written. Besides, a functional model, whose shapes are all known, must have been called
# once before it can be exported at all. So an encoder goes to ONNX with mean and log-variance as its outputs, after a call.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  keras==3.15.1 torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 numpy==2.4.6
cat > "$folder/probe.py" <<'PY'
import sys

import keras
import onnx
import torch
from keras import layers, ops


class Sampling(layers.Layer):
    """As in Keras' VAE example."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        epsilon = keras.random.normal(shape=ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * epsilon


class Drawn(torch.nn.Module):
    def forward(self, mean):
        return mean + torch.randn_like(mean)


def told(name, model, called):
    if called:
        model(torch.zeros(1, 4))
    try:
        model.export(f"{sys.argv[1]}/keras.onnx", format="onnx", verbose=False)
        print(f"{name}: {' '.join(node.op_type for node in onnx.load(sys.argv[1] + '/keras.onnx').graph.node)}")
    except Exception as error:
        why = "a torch.Generator as a constant" if "torch.Generator" in str(error) else str(error).strip().splitlines()[0]
        print(f"{name}: {type(error).__name__}: {why}")


x = keras.Input((4,))
mean, log_var = layers.Dense(2)(x), layers.Dense(2)(x)
told("keras, mean and log-variance, never called", keras.Model(x, [mean, log_var]), False)
told("keras, mean and log-variance", keras.Model(x, [mean, log_var]), True)
told("keras, z", keras.Model(x, Sampling()([mean, log_var])), True)
torch.onnx.export(Drawn(), (torch.zeros(1, 2),), sys.argv[1] + "/torch.onnx", verbose=False)
print(f"torch: {' '.join(node.op_type for node in onnx.load(sys.argv[1] + '/torch.onnx').graph.node)}")
PY
KERAS_BACKEND=torch "$folder/venv/bin/python" "$folder/probe.py" "$folder" 2> /dev/null | grep -E '^(keras|torch):?,? ' | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
keras, mean and log-variance, never called: ValueError: The model provided has never called.
keras, mean and log-variance: Identity Cast Cast Cast MatMul Cast Add Cast MatMul Cast Add
keras, z: SymbolicValueError: a torch.Generator as a constant
torch: RandomNormalLike Add
TXT
