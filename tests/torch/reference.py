#!/usr/bin/env python3
"""Makes reference.json: losses, scores and gradients of the built-in models as PyTorch computes them, in double.

    reference.py >reference.json     anew
    reference.py --check FILE        whether FILE holds what this PyTorch computes, to 1e-7

Weights and samples are in no file: both sides make them from value(tensor, i), which is exact in float32.
"""
import json
import sys

import torch
from torch.nn import functional as F

INPUT, TARGET = 100, 101  # the numbers of what is no weight


def value(tensor, i):
    """Element i of tensor number `tensor`: a hash, as a multiple of 1/256 in [-0.5, 0.5)."""
    u = (i + 1000 * tensor) * 0x9E3779B1 & 0xFFFFFFFF
    u ^= u >> 15
    u = u * 0x85EBCA6B & 0xFFFFFFFF
    return ((u >> 24) - 128) / 256


def values(tensor, *shape):
    count = 1
    for side in shape:
        count *= side
    return torch.tensor([value(tensor, i) for i in range(count)], dtype=torch.float64).reshape(shape)


# name, model, options, sample shape, classes, outputs
CASES = [
    ("logreg", "logreg", "", (1, 4, 5), 3, 0),
    ("logreg, penalty", "logreg", "l2=0.125", (1, 4, 5), 3, 0),
    ("linreg, classes", "linreg", "l2=0.125", (1, 4, 5), 3, 0),
    ("linreg, targets", "linreg", "", (1, 1, 7), 0, 2),
    ("mlp, relu", "mlp", "hidden=7-6,activation=relu", (1, 4, 5), 4, 0),
    ("mlp, tanh, penalty", "mlp", "hidden=7-6,activation=tanh,l2=0.125", (1, 4, 5), 4, 0),
    ("mlp, gelu", "mlp", "hidden=7-6,activation=gelu", (1, 4, 5), 4, 0),
    ("mlp, targets", "mlp", "hidden=5,activation=tanh", (1, 1, 7), 0, 3),
    ("cnn, two blocks", "cnn", "channels=3-4,kernel=3,pool=2,hidden=none", (3, 9, 11), 4, 0),
    ("cnn, hidden layer, penalty", "cnn", "channels=4,kernel=5,pool=3,hidden=6,l2=0.125", (3, 9, 11), 3, 0),
]
BATCH = 5


def numbers(text):
    return [] if text == "none" else [int(word) for word in text.split("-")]


def tensor_shapes(model, options, shape, out):
    """The canonical tensors of a model, in order."""
    channels, height, width = shape
    shapes, features = {}, channels * height * width
    if model in ("logreg", "linreg"):
        return {"weight": (out, features), "bias": (out,)}
    if model == "cnn":
        kernel, pool = int(options["kernel"]), int(options["pool"])
        for i, maps in enumerate(numbers(options["channels"]), 1):
            shapes["conv%d.weight" % i] = (maps, channels, kernel, kernel)
            shapes["conv%d.bias" % i] = (maps,)
            channels, height, width = maps, height // pool, width // pool
        features = channels * height * width
    for i, hidden in enumerate(numbers(options["hidden"]), 1):
        shapes["hidden%d.weight" % i] = (hidden, features)
        shapes["hidden%d.bias" % i] = (hidden,)
        features = hidden
    shapes["output.weight"] = (out, features)
    shapes["output.bias"] = (out,)
    return shapes


def forward(model, options, w, x):
    if model in ("logreg", "linreg"):
        return F.linear(x.flatten(1), w["weight"], w["bias"])
    i = 1
    while "conv%d.weight" % i in w:
        kernel = w["conv%d.weight" % i]
        x = F.conv2d(x, kernel, w["conv%d.bias" % i], padding=kernel.shape[-1] // 2)
        x = F.max_pool2d(F.relu(x), int(options["pool"]))
        i += 1
    x, i = x.flatten(1), 1
    activation = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu}[options.get("activation", "relu")]
    while "hidden%d.weight" % i in w:
        x = activation(F.linear(x, w["hidden%d.weight" % i], w["hidden%d.bias" % i]))
        i += 1
    return F.linear(x, w["output.weight"], w["output.bias"])


def compute(name, model, text, shape, classes, outputs):
    options = dict(item.split("=") for item in text.split(",") if item)
    x = values(INPUT, BATCH, *shape)
    labels = torch.tensor([(3 * s + 1) % classes for s in range(BATCH)]) if classes else None
    shapes = tensor_shapes(model, options, shape, classes or outputs)
    w = {key: values(t, *sides).requires_grad_() for t, (key, sides) in enumerate(shapes.items())}
    scores = forward(model, options, w, x)
    if classes and model != "linreg":
        loss = F.cross_entropy(scores, labels)
    else:
        target = F.one_hot(labels, classes).double() if classes else values(TARGET, BATCH, outputs)
        loss = ((scores - target) ** 2).sum() / (2 * BATCH)
    l2 = float(options.get("l2", 0))
    loss = loss + l2 / 2 * sum((w[key] ** 2).sum() for key in w if key.endswith("weight"))
    loss.backward()
    return {
        "name": name, "model": model, "options": text, "shape": list(shape), "classes": classes,
        "outputs": outputs, "batch": BATCH, "loss": loss.item(), "scores": scores.flatten().tolist(),
        "tensors": [{"name": key, "shape": list(w[key].shape), "gradient": w[key].grad.flatten().tolist()}
                    for key in w],
    }


def text_of(cases):
    """JSON with nine digits a number, and lists of numbers in lines of a readable length."""
    def words(item):
        if isinstance(item, float):
            return "%.9g" % item
        if isinstance(item, list) and item and isinstance(item[0], (int, float)):
            lines = [""]
            for word in map(words, item):
                if len(lines[-1]) + len(word) > 110:
                    lines.append("")
                lines[-1] += word + ","
            return "[%s]" % "\n".join(lines)[:-1]
        if isinstance(item, list):
            return "[\n%s]" % ",\n".join(map(words, item))
        if isinstance(item, dict):
            return "{%s}" % ", ".join('"%s": %s' % (key, words(member)) for key, member in item.items())
        return json.dumps(item)
    return words(cases)


def difference(one, two):
    """The largest difference of two numbers at the same place, relative to 1 or more; what else differs is 1."""
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        return abs(one - two) / max(1, abs(one))
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        return max(difference(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return max(map(difference, one, two)) if one else 0
    return 0 if one == two else 1


if __name__ == "__main__":
    found = [compute(*case) for case in CASES]
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2]) as file:
            apart = difference(found, json.load(file))
        print("largest difference %.2g" % apart)
        sys.exit(apart > 1e-7)
    print(text_of(found))
