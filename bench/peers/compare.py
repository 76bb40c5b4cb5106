#!/usr/bin/env python3
"""Grapevine beside PyTorch: the same training, alternately in one run; medians, and ratios with those to reach.

run.sh finds an interpreter that has PyTorch and calls this. No package is used here: torch_peer.py is a process of
its own, as grapevine is.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("peer", "model", "form", "processes", "threads", "batch", "samples_per_second")
ABSENT = 3
MODELS = ("logreg", "mlp", "cnn")
RATE = {"logreg": 0.1, "mlp": 0.1, "cnn": 0.05}
# What ours is to be over theirs: one worker over one process, two nodes on two workers over two processes.
REACH = {"logreg": (9, 60), "mlp": (2.7, 14), "cnn": (1.5, 2.4)}
WHAT = ("one worker / one thread", "two nodes / DDP, two processes")
# A learning rate for each batch is looked for among these, for time to accuracy.
SWEEP = {32: (0.02, 0.05, 0.1, 0.2, 0.5), 256: (0.1, 0.2, 0.5, 1.0)}
SWEEP_OURS = (0.1, 0.2, 0.5, 1.0)
UNTIL, EPOCHS, EVERY = 0.84, 20, 0.25
FORM_UNTIL = "inplace"
# What grapevine says where data or a model are absent; any other error of it is one here too.
MISSING = ("is not here", "no such file", "unknown model")


class Absent(Exception):
    """A peer, a model or the data are not here; the text says what."""


def say(text):
    print("bench-peers: " + text, file=sys.stderr)


def call(command, **more):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                              timeout=900, **more)
    except subprocess.TimeoutExpired:
        sys.exit("bench-peers: no end after 900 s: %s" % " ".join(command))
    return done.returncode, done.stdout, done.stderr


def last_line(text):
    return (text.strip().splitlines() or ["it said nothing"])[-1]


class Grapevine:
    def __init__(self, program, data):
        self.program, self.data, self.plain = program, data, ["--optimizer", "sgd", "--schedule", "constant"]
        self.rounds = {}  # of a run of the length asked for, by model and nodes

    def train(self, *options):
        """The summary of a run and its table of evaluations."""
        with tempfile.TemporaryDirectory() as folder:
            status, out, said = call([self.program, "train", "--data", self.data, "--json", "--out",
                                      os.path.join(folder, "run")] + [str(option) for option in options])
            if status != 0 and any(text in last_line(said) for text in MISSING):
                raise Absent(last_line(said))
            if status != 0:
                sys.exit("bench-peers: grapevine train failed:\n" + said)
            with open(os.path.join(folder, "run", "metrics.csv")) as file:
                lines = [line.strip().split(",") for line in file]
        return json.loads(out), [dict(zip(lines[0], line)) for line in lines[1:]], said

    def folder(self):
        """Where the program finds the data: it says so itself."""
        _, _, said = self.train("--model", "logreg", "--rounds", 1, "--nodes", 1, "--verbose")
        for line in said.splitlines():
            before, found, after = line.partition("data %s from " % self.data)
            if found:
                return after.rpartition(": ")[0]
        raise Absent("grapevine does not say where %s is" % self.data)

    def speed(self, model, nodes, batch, seconds):
        """Samples a second of dsgd, `nodes` on as many workers, over a run of about so many seconds."""
        def run(rounds):
            return self.train("--model", model, "--nodes", nodes, "--workers", nodes, "--batch", batch, "--rounds",
                              rounds, "--eval-every", 1000000, "--learning-rate", RATE[model], *self.plain)[0]
        rounds, found = self.rounds.get((model, nodes), 20), None
        while found is None or found["seconds"] < seconds / 2:  # the first rounds are slow, and say little
            if found is not None:
                rounds = int(rounds * min(50, 1.1 * seconds / found["seconds"])) + 1
            found = run(rounds)
        self.rounds[model, nodes] = rounds
        return found["samples_per_second"]

    def until(self, rate, seed):
        """Seconds of training of 8 nodes to the accuracy; None where it was not reached."""
        table = self.train("--model", "logreg", "--nodes", 8, "--batch", 32, "--learning-rate", rate, "--epochs",
                           EPOCHS, "--eval-every", EVERY, "--seed", seed, *self.plain)[1]
        for line in table:
            if float(line["test_accuracy"]) >= UNTIL:
                return float(line["seconds"])
        return None


class PyTorch:
    def __init__(self, folder):
        self.command = [sys.executable, os.path.join(HERE, "torch_peer.py"), "--data", folder]

    def ask(self, *options):
        status, out, said = call(self.command + [str(option) for option in options] + ["--json"])
        if status == ABSENT:
            raise Absent(last_line(said).replace("torch_peer.py: ", ""))
        if status != 0:
            sys.exit("bench-peers: torch_peer.py failed:\n" + said)
        return json.loads(out)

    def speed(self, model, processes, batch, seconds, forms):
        return self.ask("--model", model, "--processes", processes, "--batch", batch, "--seconds", seconds,
                        "--rate", RATE[model], *(["--forms", ",".join(forms)] if forms else []))["rows"]

    def until(self, batch, rate, seed):
        found = self.ask("--model", "logreg", "--forms", FORM_UNTIL, "--batch", batch, "--rate", rate, "--until",
                         UNTIL, "--epochs", EPOCHS, "--eval-every", EVERY, "--seed", seed)
        return found["seconds"] if found["reached"] else None


def row_of(*values):
    return dict(zip(COLUMNS, values))


def compare(ours, theirs, model, count, args):
    """Rows of `count` nodes and processes, and the ratio over the best form. All forms are tried in the first
    repeat, the best three of them in the others; ours runs before and after theirs in turn."""
    speeds, own, forms = {}, [], None
    for repeat in range(args.repeats):
        if repeat % 2 == 0:
            own.append(ours.speed(model, count, args.batch, args.seconds))
        rows = theirs.speed(model, count, args.batch, args.seconds, forms)
        if repeat % 2 == 1:
            own.append(ours.speed(model, count, args.batch, args.seconds))
        for row in rows:
            speeds.setdefault(row["form"], []).append(row["samples_per_second"])
        if forms is None:
            forms = sorted(speeds, key=lambda form: -speeds[form][0])[:3]
    best = max(forms, key=lambda form: statistics.median(speeds[form]))
    found = [row_of("grapevine", model, "dsgd", 1, count, args.batch, statistics.median(own))]
    found += [row_of("pytorch", model, form, count, 1, args.batch, statistics.median(speeds[form]))
              for form in speeds]
    ratios = [mine / other for mine, other in zip(own, speeds[best])]
    summary = {"model": model, "what": WHAT[count - 1], "best": best, "ours": statistics.median(own),
               "theirs": statistics.median(speeds[best]), "ratio": statistics.median(ratios),
               "lowest": min(ratios), "highest": max(ratios),
               "reach": None if args.quick else REACH[model][0 if count == 1 else 1]}
    return found, summary


def until_accuracy(ours, theirs, args):
    """Seconds to the accuracy with the best learning rate of a sweep each, medians over seeds, alternately. The
    sweep has a seed of its own, so that luck in it does not count."""
    mine = {rate: ours.until(rate, 1) for rate in SWEEP_OURS}
    other = {(batch, rate): theirs.until(batch, rate, 1) for batch in SWEEP for rate in SWEEP[batch]}
    mine = {key: found for key, found in mine.items() if found is not None}
    other = {key: found for key, found in other.items() if found is not None}
    if not mine or not other:
        raise Absent("no learning rate of the sweep reaches %g within %g epochs" % (UNTIL, EPOCHS))
    rate, (batch, their_rate) = min(mine, key=mine.get), min(other, key=other.get)
    pairs = [(ours.until(rate, seed), theirs.until(batch, their_rate, seed)) for seed in range(2, args.repeats + 2)]
    # A seed that does not get there counts as the longest, not as none.
    own, their = ([one if one is not None else float("inf") for one in side] for side in zip(*pairs))
    return {"accuracy": UNTIL, "eval_every_epochs": EVERY, "repeats": args.repeats,
            "grapevine": {"seconds": finite(statistics.median(own)), "nodes": 8, "batch": 32, "rate": rate},
            "pytorch": {"seconds": finite(statistics.median(their)), "form": FORM_UNTIL, "batch": batch,
                        "rate": their_rate}}


def finite(value):
    return None if value == float("inf") else value


def machine():
    name = platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line.split(": ", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"processor": name, "cores": cores, "load": os.getloadavg()[0]}


def say_rows(rows):
    print(" ".join(COLUMNS))
    for row in rows:
        print(" ".join(str(row[name]) for name in COLUMNS[:-1]), "%.0f" % row[COLUMNS[-1]])


def say_comparisons(comparisons):
    print("\n%-8s %-31s %-22s %12s %12s %7s %15s %9s" % ("model", "ours / theirs", "best form of theirs", "ours",
                                                       "theirs", "ratio", "lowest-highest", "to reach"))
    for one in comparisons:
        spread = "%.2f-%.2f" % (one["lowest"], one["highest"])
        reach = "" if one["reach"] is None else "%g" % one["reach"]
        print("%-8s %-31s %-22s %12.0f %12.0f %7.2f %15s %9s" %
              (one["model"], one["what"], one["best"], one["ours"], one["theirs"], one["ratio"], spread, reach))


def say_until(found):
    ours, theirs = found["grapevine"], found["pytorch"]
    seconds = ["not reached" if side["seconds"] is None else "%.3f s" % side["seconds"] for side in (ours, theirs)]
    print("\nlogreg to %g test accuracy, seconds of training alone, evaluated every %g epochs, median of %d seeds"
          % (found["accuracy"], found["eval_every_epochs"], found["repeats"]))
    print("  grapevine, 8 nodes, batch %d each, learning rate %g: %s; to reach: 0.25 s" %
          (ours["batch"], ours["rate"], seconds[0]))
    print("  pytorch, %s, batch %d, learning rate %g: %s" %
          (theirs["form"], theirs["batch"], theirs["rate"], seconds[1]))


def arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description="Grapevine beside PyTorch, samples a second.")
    parser.add_argument("--grapevine", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--models", default=",".join(MODELS), help="joined by ',' [%(default)s]")
    parser.add_argument("--data", default="fashion-mnist", help="as grapevine train has it [%(default)s]")
    parser.add_argument("--batch", type=int, default=32, help="of a node, of a process [%(default)s]")
    parser.add_argument("--repeats", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement [%(default)s]")
    parser.add_argument("--no-until", action="store_true", help="without seconds to an accuracy")
    parser.add_argument("--quick", action="store_true", help="digits, two repeats, few steps: to see that it works")
    parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else")
    args = parser.parse_args()
    args.models = args.models.split(",")
    for model in args.models:
        if model not in MODELS:
            parser.error("unknown model '%s'; accepted: %s" % (model, ", ".join(MODELS)))
    if args.quick:
        args.data, args.repeats, args.seconds, args.no_until = "digits", 2, 0.05, True
    if args.repeats < 1 or args.batch < 1 or args.seconds <= 0:
        parser.error("--repeats, --batch and --seconds must be above 0")
    return args


def main():
    args = arguments()
    ours = Grapevine(args.grapevine, args.data)
    try:
        theirs = PyTorch(ours.folder())
    except Absent as reason:
        say("skipped: %s" % reason)
        return
    rows, comparisons, skipped, until = [], [], [], None
    for model in args.models:
        for count in (1, 2):
            say("%s, %s" % (model, "one worker" if count == 1 else "two nodes on two workers"))
            try:
                found, summary = compare(ours, theirs, model, count, args)
                rows += found
                comparisons.append(summary)
            except Absent as reason:
                skipped.append("%s, %d: %s" % (model, count, reason))
                say("skipped: %s" % reason)
    if not args.no_until and "logreg" in args.models and args.data == "fashion-mnist":
        say("logreg to %g test accuracy" % UNTIL)
        try:
            until = until_accuracy(ours, theirs, args)
        except Absent as reason:
            skipped.append("accuracy: %s" % reason)
            say("skipped: %s" % reason)
    if args.json:
        print(json.dumps({"machine": machine(), "data": args.data, "rows": rows, "comparisons": comparisons,
                          "time_to_accuracy": until, "skipped": skipped}, indent=2))
        return
    say_rows(rows)
    say_comparisons(comparisons)
    if until:
        say_until(until)
    about = machine()
    print("\n%s, %d cores, load %.1f at the end" % (about["processor"], about["cores"], about["load"]))


if __name__ == "__main__":
    main()
