#!/usr/bin/env python3
"""Grapevine's models as PyTorch networks, and PyTorch's networks as start weights of Grapevine.

    network, about = load("runs/first/model.safetensors")
    save(network.state_dict(), "start.safetensors", model="mlp", model_options="hidden=32")

Needs nothing but PyTorch 1.10 or later. As a program it prints what a file holds: grapevine_torch.py FILE
"""
import array
import collections
import json
import struct
import sys

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def read(path):
    """The tensors of a safetensors file, by name, and its metadata. safetensors.torch.load_file does the same."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        values = bytearray(file.read())
    about = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError("%s: tensor %s is of type %s, not F32" % (path, name, entry["dtype"]))
        begin, end = entry["data_offsets"]
        floats = torch.frombuffer(values, dtype=torch.float32, offset=begin, count=(end - begin) // 4)
        tensors[name] = floats.reshape(entry["shape"]).clone()
    return tensors, about


def save(tensors, path, **about):
    """Writes a state_dict as safetensors. about: model="mlp", model_options="hidden=32", data="digits"."""
    header, parts, at = {"__metadata__": dict(about, format="pt")}, [], 0
    for name, tensor in tensors.items():
        part = array.array("f", tensor.detach().to(torch.float32).flatten().tolist())
        if sys.byteorder == "big":
            part.byteswap()
        parts.append(part.tobytes())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(parts[-1])]}
        at += len(parts[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Linear(nn.Linear):
    """logreg and linreg: one layer over all values of a sample."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def build(model, options, shapes):
    """The network of a model; options as {"hidden": "128-64"}, shapes of its tensors as {"output.bias": [10]}.

    Its state_dict has Grapevine's names. It takes samples (n, channels, height, width), the cnn's, or (n, features).
    """
    if model in ("logreg", "linreg"):
        return Linear(shapes["weight"][1], shapes["weight"][0])
    if model not in ("mlp", "cnn"):
        raise ValueError("no PyTorch network is known for model %s" % model)
    activation = ACTIVATIONS[options.get("activation", "relu")]
    layers = collections.OrderedDict()
    number = 1
    while "conv%d.weight" % number in shapes:
        out, into, height, _ = shapes["conv%d.weight" % number]
        layers["conv%d" % number] = nn.Conv2d(into, out, height, padding=height // 2)
        layers["relu%d" % number] = nn.ReLU()
        layers["pool%d" % number] = nn.MaxPool2d(int(options.get("pool", 2)))
        number += 1
    layers["flatten"] = nn.Flatten()
    number = 1
    while "hidden%d.weight" % number in shapes:
        out, into = shapes["hidden%d.weight" % number]
        layers["hidden%d" % number] = nn.Linear(into, out)
        layers["activation%d" % number] = activation()
        number += 1
    layers["output"] = nn.Linear(shapes["output.weight"][1], shapes["output.weight"][0])
    return nn.Sequential(layers)


def parse(text):
    """ "hidden=32,l2=0" as a dict."""
    return dict(item.split("=", 1) for item in text.split(",") if item)


def load(path):
    """The network that a file of `grapevine train` describes, with its weights, and the file's metadata."""
    tensors, about = read(path)
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    network = build(about["model"], parse(about.get("model_options", "")), shapes)
    network.load_state_dict(tensors)
    return network.eval(), about


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: grapevine_torch.py FILE")
    loaded, facts = load(sys.argv[1])
    print(" ".join("%s=%s" % item for item in facts.items()))
    print(loaded)
    for key, value in loaded.state_dict().items():
        print("%-16s %s" % (key, list(value.shape)))
