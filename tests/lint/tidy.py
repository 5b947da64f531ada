#!/usr/bin/env python3
"""Runs clang-tidy over every source of ours, two at a time or as many as there are processors.

    tests/lint/tidy.py [-k PATTERN] [BUILD]     BUILD has a compile_commands.json (default: build/dev)

A file found clean is remembered in build/tidy by what the answer depends on: the file, the headers of ours that it can
reach, its compile command, .clang-tidy and clang-tidy's version. So a second run looks only at what has changed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from include_direction import includes, room_of  # noqa: E402

TREE = pathlib.Path(__file__).resolve().parents[2]
TIDY = "clang-tidy-14"
# With a place, or without one where it is about the command line.
DIAGNOSTIC = re.compile(r"^(?:/[^:\n]+:\d+:\d+: )?(?:error|warning): ", re.MULTILINE)


def reach(path, seen):
    """The file and every header of ours that it includes, directly or not."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for _, ours, header in includes(path):
        if ours:
            reach(TREE / header, seen)


def key_of(entry, settings):
    seen = set()
    reach(pathlib.Path(entry["file"]), seen)
    digest = hashlib.sha256(settings + entry["command"].encode())
    for path in sorted(seen):
        digest.update(path.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def lint(entry, database):
    return subprocess.run([TIDY, "-p", database, "--quiet", entry["file"]], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


def complaints(output, known):
    """The diagnostics of a run that no earlier run had: those of a header come up in each file that includes it."""
    new = []
    starts = [match.start() for match in DIAGNOSTIC.finditer(output)]
    for start, end in zip(starts, [*starts[1:], len(output)]):
        block = output[start:end]
        if block not in known:
            known.add(block)
            new.append(block.rstrip())
    return new


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", default="", metavar="PATTERN", help="only files whose path contains this")
    parser.add_argument("build", nargs="?", default=str(TREE / "build/dev"))
    arguments = parser.parse_args()

    cache = TREE / "build/tidy"
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    settings = version + (TREE / ".clang-tidy").read_bytes()
    # clang-tidy would look at a file once for each of its commands: the first of them is enough.
    commands = json.loads(pathlib.Path(arguments.build, "compile_commands.json").read_text(encoding="utf-8"))
    entries = list({entry["file"]: entry for entry in reversed(commands)}.values())
    (cache / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")

    todo = {}
    known = 0
    for entry in entries:
        path = pathlib.Path(entry["file"])
        name = path.relative_to(TREE).as_posix() if path.is_relative_to(TREE) else ""
        if room_of(name) is None or arguments.k not in name:
            continue
        key = key_of(entry, settings)
        if (cache / key).exists():
            known += 1
        else:
            todo[key] = (name, entry)

    failed = 0
    known_complaints = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(lint, entry, str(cache)): (key, name) for key, (name, entry) in todo.items()}
        for run in concurrent.futures.as_completed(runs):
            key, name = runs[run]
            result = run.result()
            if result.returncode == 0:
                (cache / key).touch()
            else:
                failed += 1
                for complaint in complaints(result.stdout, known_complaints) or [f"{name}: as above"]:
                    print(complaint, flush=True)
    print(f"clang-tidy: {known + len(todo) - failed} files clean ({known} known from before), {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
