#!/usr/bin/env python3
"""Runs clang-tidy over every source of ours, two at a time or as many as there are processors.

    tests/lint/tidy.py [-k PATTERN] [BUILD]     BUILD has a compile_commands.json (default: build/dev)

Up to eight sources of the product's that are built alike are looked at as one that includes them: much of the time goes
into the headers that they share. They can be: the release is built so too. Where something is found in
such a group, its sources are looked at one by one.

What was found clean is remembered in build/tidy by what the answer depends on: the sources, the headers of ours that they
can reach, their compile command, .clang-tidy and clang-tidy's version. So a second run looks only at what has changed.
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
TOGETHER = 8
# What stands in a file that is included counts as what stands in a header, which the analyzer would pass over.
FOR_GROUPS = (r"--header-filter=/(hal|netlink|dsc|firmware)/.*\.(h|cc)$", "--checks=-bugprone-suspicious-include",
              "--extra-arg=-Xclang", "--extra-arg=-analyzer-opt-analyze-headers")
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


def groups_of(entries):
    """The entries, those of the product's in groups of the same target."""
    targets = {}
    for entry in entries:
        name = entry["file"].removeprefix(f"{TREE}/")
        target = re.search(r" -o (\S+\.dir)/", entry["command"])
        alone = name.startswith("tests/") or not target
        targets.setdefault(name if alone else target[1], []).append(entry)
    return [group[start:start + TOGETHER] for group in targets.values() for start in range(0, len(group), TOGETHER)]


def joined(group, folder):
    """An entry for all of a group: of a source of its own that includes theirs."""
    if len(group) == 1:
        return group[0]
    first, digest = group[0], hashlib.sha256("".join(entry["file"] for entry in group).encode()).hexdigest()
    path = folder / f"{digest[:16]}.cc"
    path.write_text("".join(f'#include "{entry["file"]}"\n' for entry in group), encoding="utf-8")
    return {**first, "file": str(path), "command": first["command"].replace(first["file"], str(path))}


def key_of(group, settings):
    seen = set()
    for entry in group:
        reach(pathlib.Path(entry["file"]), seen)
    digest = hashlib.sha256(settings + "".join(entry["command"] for entry in group).encode())
    for path in sorted(seen):
        digest.update(path.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def tidy(path, database, *options):
    return subprocess.run([TIDY, "-p", database, "--quiet", *options, path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


def lint(group, whole, database):
    """What was found in each of a group's files where anything was."""
    if len(group) > 1:
        if tidy(whole["file"], database, *FOR_GROUPS).returncode == 0:
            return {}
    runs = {entry["file"]: tidy(entry["file"], database) for entry in group}
    return {file: run.stdout for file, run in runs.items() if run.returncode != 0}


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


def wanted(file, pattern):
    name = file.removeprefix(f"{TREE}/")
    return name != file and room_of(name) is not None and pattern in name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", default="", metavar="PATTERN", help="only files whose path contains this")
    parser.add_argument("build", nargs="?", default=str(TREE / "build/dev"))
    arguments = parser.parse_args()

    cache = TREE / "build/tidy"
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    settings = version + (TREE / ".clang-tidy").read_bytes() + "".join(FOR_GROUPS).encode()
    # clang-tidy would look at a file once for each of its commands: the first of them is enough.
    commands = json.loads(pathlib.Path(arguments.build, "compile_commands.json").read_text(encoding="utf-8"))
    first_of = {entry["file"]: entry for entry in reversed(commands)}
    entries = [entry for entry in reversed(first_of.values()) if wanted(entry["file"], arguments.k)]

    known, todo = 0, {}
    for group in groups_of(entries):
        key = key_of(group, settings)
        if (cache / key).exists():
            known += len(group)
        else:
            todo[key] = (group, joined(group, cache))
    # Large ones first, so that both processors are done at about the same time.
    todo = dict(sorted(todo.items(), key=lambda item: -len(item[1][0])))
    (cache / "compile_commands.json").write_text(json.dumps(entries + [whole for _, whole in todo.values()]),
                                                 encoding="utf-8")

    failed = 0
    known_complaints = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(lint, group, whole, str(cache)): key for key, (group, whole) in todo.items()}
        for run in concurrent.futures.as_completed(runs):
            found = run.result()
            if not found:
                (cache / runs[run]).touch()
            failed += len(found)
            for file, output in found.items():
                for complaint in complaints(output, known_complaints) or [f"{file}: as above"]:
                    print(complaint, flush=True)
    print(f"clang-tidy: {len(entries) - failed} files clean ({known} known from before), {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
