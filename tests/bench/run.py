#!/usr/bin/env python3
"""Measures Portreeve beside its peers: tests/bench/run.py [-l] [-k PATTERN] [-n ROUNDS] [--json FILE]

Needs root and build/release/portreeve. Prints a line a figure: the median, the least and the most of its rounds, and
beside a peer the ratio of the medians. A benchmark is a function `bench_…(lab, rounds)` in a file `*_bench.py` that
returns Figures; it plays in network namespaces of its own, like a lab (tests/lab), with the peers taking turns.
"""
import argparse
import importlib
import json
import os
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

import harness  # noqa: E402
import sink  # noqa: E402
from figures import heading  # noqa: E402


def find(pattern):
    found = {}
    for file in sorted(HERE.glob("*_bench.py")):
        for name, function in vars(importlib.import_module(file.stem)).items():
            if name.startswith("bench_") and pattern in name.replace("_", " "):
                found[name] = function
    return found


def measure(benchmarks, rounds):
    print(heading(), flush=True)
    figures = []
    for name, benchmark in benchmarks.items():
        with harness.Lab(name) as lab:
            for figure in benchmark(lab, rounds):
                print(figure.line(), flush=True)
                figures.append(figure)
    return figures


def main():
    parser = argparse.ArgumentParser(description="Measures Portreeve beside its peers.")
    parser.add_argument("-k", default="", metavar="PATTERN", help="only benchmarks whose name contains this")
    parser.add_argument("-l", action="store_true", help="list them")
    parser.add_argument("-n", type=int, default=5, metavar="ROUNDS", help="rounds of each (5)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every single value there, too")
    arguments = parser.parse_args()
    benchmarks = find(arguments.k)
    if arguments.l:
        print("\n".join(name.removeprefix("bench_").replace("_", " ") for name in benchmarks))
        return 0
    if os.geteuid() != 0:
        print("benchmarks need root: they make network namespaces", file=sys.stderr)
        return 1
    # A signal unwinds the stack, so that what was made is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sink.build()
    try:
        figures = measure(benchmarks, arguments.n)
    except harness.LabFailure as failure:
        print(f"failed: {failure}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps([figure.everything() for figure in figures], indent=1) + "\n",
                                  encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
