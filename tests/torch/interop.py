#!/usr/bin/env python3
"""What tests/interop.sh asks of PyTorch; examples/pytorch/grapevine_torch.py does the reading and writing.

    interop.py scores FILE CSV DIGITS                   the network of a saved model gives the CSV's scores, to 1e-4
    interop.py start FILE MODEL OPTIONS SHAPES DIGITS   saves a network PyTorch made, and prints its test loss
"""
import csv
import gzip
import json
import struct
import sys

import torch
from torch.nn import functional as F

import grapevine_torch


def digits(folder, part):
    """Images (n, 1, 8, 8), bytes as floats, and labels."""
    with gzip.open("%s/%s-images-idx3-ubyte.gz" % (folder, part)) as file:
        _, n, height, width = struct.unpack(">4I", file.read(16))
        x = torch.tensor(list(file.read()), dtype=torch.float32).reshape(n, 1, height, width)
    with gzip.open("%s/%s-labels-idx1-ubyte.gz" % (folder, part)) as file:
        return x, torch.tensor(list(file.read()[8:]))


def test_part(folder):
    x, labels = digits(folder, "t10k")
    return x / digits(folder, "train")[0].max(), labels


def scores(path, table, folder):
    network, about = grapevine_torch.load(path)
    x, labels = test_part(folder)
    with torch.no_grad():
        ours = network(x)
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["label"]) for row in rows] == labels.tolist()
    theirs = torch.tensor([[float(row["score%d" % c]) for c in range(ours.shape[1])] for row in rows])
    apart = (ours - theirs).abs().max().item()
    print("%s: %d samples, scores up to %.3g, apart by %.3g" % (about["model"], len(rows), theirs.abs().max(), apart))
    assert theirs.std() > 0.1 and apart < 1e-4
    try:
        from safetensors.torch import load_file
    except ImportError:
        return
    other = load_file(path)
    assert other.keys() == network.state_dict().keys()
    assert all(torch.equal(other[name], tensor) for name, tensor in network.state_dict().items())


def start(path, model, options, shapes, folder):
    torch.manual_seed(1)
    network = grapevine_torch.build(model, grapevine_torch.parse(options), json.loads(shapes))
    grapevine_torch.save(network.state_dict(), path, model=model, model_options=options, data="digits")
    x, labels = test_part(folder)
    with torch.no_grad():
        print("%.9f" % F.cross_entropy(network(x).double(), labels).item())


if __name__ == "__main__":
    {"scores": scores, "start": start}[sys.argv[1]](*sys.argv[2:])
