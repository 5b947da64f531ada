"""Asks the appliance over D-Bus every 50 ms, from a process of its own, and prints how long it took to answer.

    python3 probe.py ADDRESS         a line a question: the appliance's time and the bus daemon's own, in milliseconds

The bus daemon is asked just before: what it took then is what the machine takes in any case.
"""
import sys
import time

from appliance import MANAGER, NAME, PATH
from bus import Connection

EVERY = 0.05


def milliseconds(call):
    start = time.monotonic()
    call()
    return (time.monotonic() - start) * 1000


def main():
    connection = Connection(sys.argv[1])
    while True:
        bus = milliseconds(lambda: connection.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                   "org.freedesktop.DBus", "GetId"))
        appliance = milliseconds(lambda: connection.call(NAME, PATH, MANAGER, "ListServices", "su", "", 1))
        print(f"{appliance:.2f} {bus:.2f}", flush=True)
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
