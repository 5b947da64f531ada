"""Asks the appliance over D-Bus every 50 ms, from a process of its own, and prints how long it took to answer.

    python3 probe.py ADDRESS PID...      a line a question, in milliseconds: until the answer, and how much of that time
                                         those processes and this one stood ready, waiting for a processor

What they waited for a processor is the machine's business, not the appliance's.
"""
import os
import pathlib
import sys
import time

from appliance import MANAGER, NAME, PATH
from bus import Connection

EVERY = 0.05


def waited_for_processor(pids):
    """Nanoseconds since they were started."""
    return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) for pid in pids)


def main():
    connection = Connection(sys.argv[1])
    pids = [*sys.argv[2:], os.getpid()]
    while True:
        waited, start = waited_for_processor(pids), time.monotonic()
        connection.call(NAME, PATH, MANAGER, "ListServices", "su", "", 1)
        taken, waited = time.monotonic() - start, waited_for_processor(pids) - waited
        print(f"{taken * 1e3:.2f} {waited / 1e6:.2f}", flush=True)
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
