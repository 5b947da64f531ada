"""How long a program's event loop is held: from the return of epoll_wait to its next call, by the kernel's own trace."""
import os
import pathlib
import re
import subprocess

from harness import LabFailure

LINE = re.compile(r"\s(\d+\.\d+): (sched_switch: .*|sys_epoll_p?wait.*)$")
READY = re.compile(r" prev_state=R\+? ")
EVENTS = ["sched/sched_switch", *(f"syscalls/sys_{side}_epoll_{call}" for side in ("enter", "exit")
                                  for call in ("wait", "pwait"))]


class Turns:
    """Of the process's first thread, while it is entered. `longest` is in ms, with and without the time in which the
    thread was ready and waited for a processor that others had. Time in which it sleeps in the kernel is its own."""

    def __init__(self, lab, pid):
        self.pid = pid
        self.mount = lab.directory / "tracefs"
        self.instance = self.mount / "instances" / f"portreeve-bench-{os.getpid()}"
        self.longest = {"held": 0.0, "at work": 0.0}

    def __enter__(self):
        self.mount.mkdir(exist_ok=True)
        if subprocess.run(["mount", "-t", "tracefs", "none", self.mount], check=False).returncode != 0:
            raise LabFailure("the longest turn is measured by the kernel's trace; this one has no tracefs")
        self.instance.mkdir()
        self._set("trace_clock", "mono")
        self._set("buffer_size_kb", "16384")
        for event in EVENTS:
            mine = (f"prev_pid == {self.pid} || next_pid == {self.pid}" if event.startswith("sched")
                    else f"common_pid == {self.pid}")
            self._set(f"events/{event}/filter", mine)
            self._set(f"events/{event}/enable", "1")
        return self

    def __exit__(self, *_):
        for event in EVENTS:
            self._set(f"events/{event}/enable", "0")
        self._read()
        self.instance.rmdir()
        subprocess.run(["umount", self.mount], check=True)

    def _set(self, file, value):
        (self.instance / file).write_text(value, encoding="ascii")

    def _read(self):
        began = away_since = None
        away = 0.0
        with open(self.instance / "trace", encoding="ascii", errors="replace") as trace:
            for found in filter(None, map(LINE.search, trace)):
                at, what = float(found[1]) * 1000, found[2]
                if what.startswith("sched_switch"):
                    if f"prev_pid={self.pid} " in what:
                        away_since = at if READY.search(what) else None
                    elif away_since is not None:
                        away, away_since = away + at - away_since, None
                elif "->" in what:
                    began, away = at, 0.0
                elif began is not None:
                    self.longest["held"] = max(self.longest["held"], at - began)
                    self.longest["at work"] = max(self.longest["at work"], at - began - away)
                    began = None
