#!/usr/bin/env python3
"""Makes the four files of the built-in data set "digits" from scikit-learn's digits.csv.gz.

    make_digits.py DIGITS.CSV.GZ [FOLDER]

Row r (from 0) goes to the test part when r mod 5 = 4, else to the training part. The same input gives the
same bytes: the gzip headers hold neither time nor name.
"""
import csv
import gzip
import os
import struct
import sys

ROWS, SIDE, LARGEST, CLASSES = 1797, 8, 16, 10


def read(path):
    with gzip.open(path, "rt", newline="") as stream:
        rows = [[int(value) for value in row] for row in csv.reader(stream)]
    if len(rows) != ROWS:
        sys.exit(f"{path}: {len(rows)} rows, expected {ROWS}")
    for number, row in enumerate(rows):
        pixels, label = row[:-1], row[-1]
        if len(pixels) != SIDE * SIDE or not all(0 <= v <= LARGEST for v in pixels) or not 0 <= label < CLASSES:
            sys.exit(f"{path}: row {number} is not {SIDE * SIDE} pixels from 0 to {LARGEST} and a digit")
    return rows


def write(folder, name, dims, data):
    header = struct.pack(f">HBB{len(dims)}I", 0, 8, len(dims), *dims)
    with open(os.path.join(folder, name + ".gz"), "wb") as stream:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=stream, mtime=0) as packed:
            packed.write(header + bytes(data))


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    folder = sys.argv[2] if len(sys.argv) == 3 else os.path.dirname(os.path.abspath(__file__))
    rows = read(sys.argv[1])
    for part, chosen in (("train", [row for r, row in enumerate(rows) if r % 5 != 4]),
                         ("t10k", [row for r, row in enumerate(rows) if r % 5 == 4])):
        pixels = [value for row in chosen for value in row[:-1]]
        write(folder, f"{part}-images-idx3-ubyte", (len(chosen), SIDE, SIDE), pixels)
        write(folder, f"{part}-labels-idx1-ubyte", (len(chosen),), [row[-1] for row in chosen])


main()
