#!/usr/bin/env python3
"""Trains in PyTorch what Grapevine trains, and prints how fast: a row a form.

    torch_peer.py --data FOLDER --model mlp                      every form, one process on one thread
    torch_peer.py --data FOLDER --model mlp --processes 2        DistributedDataParallel over gloo
    torch_peer.py --data FOLDER --model logreg --until 0.84      seconds of training to a test accuracy

FOLDER holds MNIST's four IDX files. Exit status 3: PyTorch or gloo is not here. compare.py calls it.
"""
import argparse
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
COLUMNS = ("peer", "model", "form", "processes", "threads", "batch", "samples_per_second")
ABSENT = 3


def absent(text):
    print("torch_peer.py: " + text, file=sys.stderr)
    sys.exit(ABSENT)


try:
    import torch
except ImportError:
    absent("PyTorch is not here: Debian package python3-torch")
import networks  # noqa: E402: it needs PyTorch


def read_idx(folder, name):
    """One IDX file, plain or gzip, as bytes with its dimensions."""
    path = os.path.join(folder, name)
    opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")
    with opened as file:
        text = file.read()
    dimensions = struct.unpack_from(">%dI" % text[3], text, 4)
    return torch.frombuffer(bytearray(text), dtype=torch.uint8, offset=4 + 4 * text[3]).view(dimensions)


def read(folder, part):
    images = read_idx(folder, part + "-images-idx3-ubyte")
    labels = read_idx(folder, part + "-labels-idx1-ubyte").to(torch.int64)
    count, height, width = images.shape
    return networks.Data(images.reshape(count, -1), labels, (1, height, width))


def speed(step, batch, seconds):
    """Samples a second of one process."""
    steps, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds / 4 or steps < 20:  # the compiler works in the first steps
        step()
        steps += 1
    chunk = max(2, int(steps * seconds / 20 / (time.perf_counter() - begin)))
    steps, begin = 0, time.perf_counter()
    while True:
        for _ in range(chunk):
            step()
        steps += chunk
        elapsed = time.perf_counter() - begin
        if elapsed >= seconds:
            return steps * batch / elapsed


def speed_together(step, batch, seconds, processes):
    """The same of all processes together: each takes the same number of steps."""
    distributed = torch.distributed
    for _ in range(30):
        step()
    distributed.barrier()
    begin = time.perf_counter()
    for _ in range(30):
        step()
    steps = torch.tensor([max(30, int(30 * seconds / (time.perf_counter() - begin)))])
    distributed.broadcast(steps, 0)
    distributed.barrier()
    begin = time.perf_counter()
    for _ in range(int(steps)):
        step()
    distributed.barrier()
    return int(steps) * batch * processes / (time.perf_counter() - begin)


def row(args, form, value):
    return dict(zip(COLUMNS, ("pytorch", args.model, form, args.processes, 1, args.batch, value)))


def one_process(args):
    data = read(args.data, "train")
    rows = []
    for form in args.forms:
        torch.manual_seed(args.seed)
        step = networks.step(args.model, form, data, args.batch, args.rate)
        rows.append(row(args, form, speed(step, args.batch, args.seconds)))
    return rows


def rank_of(args):
    """One of the processes; rank 0 returns the rows."""
    import torch.distributed as distributed
    from torch.nn.parallel import DistributedDataParallel
    data = read(args.data, "train")
    each = data.count // args.processes
    share = slice(args.rank * each, (args.rank + 1) * each)
    data = networks.Data(data.images[share], data.labels[share], data.shape)
    distributed.init_process_group("gloo", init_method="file://" + args.meet, rank=args.rank,
                                   world_size=args.processes)
    rows = []
    for form in args.forms:
        torch.manual_seed(args.seed)
        step = networks.step(args.model, form, data, args.batch, args.rate, DistributedDataParallel)
        torch.manual_seed(args.seed + args.rank)
        rows.append(row(args, form, speed_together(step, args.batch, args.seconds, args.processes)))
    distributed.destroy_process_group()
    return rows


def all_ranks(args):
    """Starts the processes, which meet in a file and talk over the loopback device."""
    import torch.distributed as distributed
    if not (distributed.is_available() and getattr(distributed, "is_gloo_available", lambda: True)()):
        absent("this PyTorch has no gloo")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, os.path.abspath(__file__), "--meet", os.path.join(folder, "meet")] + sys.argv[1:]
        environment = dict(os.environ, GLOO_SOCKET_IFNAME="lo")
        ranks = [subprocess.Popen(command + ["--rank", str(rank), "--json"], env=environment,
                                  stdout=subprocess.PIPE if rank == 0 else subprocess.DEVNULL)
                 for rank in range(args.processes)]
        try:
            out = ranks[0].communicate(timeout=args.patience)[0]
            failed = [rank for rank, process in enumerate(ranks) if process.wait(timeout=args.patience) != 0]
        finally:
            for process in ranks:
                if process.poll() is None:
                    process.kill()
    if failed:
        sys.exit("torch_peer.py: processes %s of %d failed" % (failed, args.processes))
    return json.loads(out)["rows"]


def until(args):
    """Seconds of training to the test accuracy --until, evaluations and loading not counted; evaluated every
    --eval-every epochs. One form: the first."""
    train, test = read(args.data, "train"), read(args.data, "t10k")
    torch.manual_seed(args.seed)
    step = networks.step(args.model, args.forms[0], train, args.batch, args.rate)
    every = max(1, int(args.eval_every * train.count / args.batch))
    seconds, steps, best = 0.0, 0, 0.0
    while steps * args.batch < args.epochs * train.count:
        begin = time.perf_counter()
        for _ in range(every):
            step()
        seconds += time.perf_counter() - begin
        steps += every
        best = max(best, networks.accuracy(step.network, args.model, test, train.largest))
        if best >= args.until:
            break
    return dict(peer="pytorch", model=args.model, form=args.forms[0], batch=args.batch, rate=args.rate, steps=steps,
                accuracy=best, reached=best >= args.until, seconds=seconds)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of IDX files")
    parser.add_argument("--model", required=True, choices=networks.MODELS)
    parser.add_argument("--forms", help="joined by ','; all when not given", default="")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32, help="of each process")
    parser.add_argument("--rate", type=float, default=0.05, help="learning rate")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each form is timed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=float, help="train to this test accuracy")
    parser.add_argument("--epochs", type=float, default=10, help="with --until: at most")
    parser.add_argument("--eval-every", type=float, default=0.25, help="with --until: epochs")
    parser.add_argument("--patience", type=float, default=600, help="seconds before processes that hang are ended")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rank", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--meet", help=argparse.SUPPRESS)
    args = parser.parse_args()
    known = networks.forms(args.model, args.processes)
    args.forms = args.forms.split(",") if args.forms else known
    for form in args.forms:
        if form not in known:
            parser.error("unknown form '%s' of %s; accepted: %s" % (form, args.model, ", ".join(known)))
    return args


def main():
    warnings.simplefilter("ignore")
    args = arguments()
    torch.set_num_threads(1)
    if args.until is not None:
        print(json.dumps(until(args)))
        return
    rows = rank_of(args) if args.rank is not None else all_ranks(args) if args.processes > 1 else one_process(args)
    if args.rank is not None and args.rank > 0:
        return
    if args.json:
        print(json.dumps(dict(torch=torch.__version__, rows=rows)))
        return
    print(" ".join(COLUMNS))
    for found in rows:
        print(" ".join(str(found[name]) if name != COLUMNS[-1] else "%.0f" % found[name] for name in COLUMNS))


if __name__ == "__main__":
    main()
