#!/usr/bin/env python3
"""Fails when an #include points the wrong way through the house.

A room includes only from the rooms named beside it below; what is not named does not exist for it. A third-party
header has the homes named for it. The same table is held against CMake's USES and LIBRARIES, which decide what links.

    tests/lint/include_direction.py [TREE]     prints each breach as FILE:LINE: text; exit status 1 if there is one
"""
import fnmatch
import pathlib
import re
import sys

# Each room, and the rooms below that it may include from.
ROOMS = {
    "hal/base": [],
    "netlink": ["hal/base"],
    "dsc": ["hal/base"],
    "hal": ["hal/base", "netlink"],
    "firmware/runtime": ["hal/base"],
    "firmware/bgp": ["hal/base"],
    "firmware/bfd": ["hal/base"],
    "firmware/layer2": ["hal/base", "hal"],
    "firmware/services": ["hal/base"],
    "firmware/resources": ["hal/base", "dsc"],
    "firmware/providers": ["hal/base", "hal", "dsc", "firmware/resources", "firmware/bgp", "firmware/layer2",
                           "firmware/services"],
    "firmware/bus": ["hal/base", "firmware/runtime"],
    "firmware/shell": ["hal/base", "dsc", "firmware/resources", "firmware/runtime"],
    "firmware/appliance": ["hal/base", "hal", "dsc", "firmware/runtime", "firmware/bgp", "firmware/bfd", "firmware/layer2",
                           "firmware/services", "firmware/resources", "firmware/providers", "firmware/bus"],
    # main.cc chooses: the daemon, the minishell, or the checks that need neither.
    "firmware": ["hal/base", "dsc", "firmware/appliance", "firmware/resources", "firmware/shell"],
}

# Headers of others, and the files that may include them. First match counts; what matches nothing is a breach, so that
# a new dependency is a decision made here.
SHELLS = ["hal/linux_*", "firmware/runtime/*", "firmware/bgp/speaker*", "firmware/bgp/peer.*", "firmware/bgp/channel*",
          "firmware/bgp/socket*", "firmware/bgp/farewell*", "firmware/bgp/listener*", "firmware/bgp/md5_key*",
          "firmware/bgp/interface_addresses*", "firmware/bgp/router_discovery*", "firmware/bfd/service*",
          "firmware/bfd/runner*", "firmware/bfd/socket*", "firmware/layer2/responder*", "firmware/shell/*",
          "firmware/appliance/*", "firmware/main.cc"]
# The ARP filter is data for the kernel, written in the kernel's own constants.
KERNEL = SHELLS + ["netlink/*", "hal/*", "firmware/layer2/arp_filter.cc"]
HOMES = [
    ("netlink/*", ["netlink/*"]),
    ("systemd/*", ["firmware/runtime/*", "firmware/bus/*", "firmware/shell/*"]),
    ("tinyxml2.h", ["dsc/document*"]),
    ("boost/asio/impl/src.hpp", ["hal/asio.cc"]),
    ("boost/uuid/*", ["firmware/appliance/guid.cc"]),
    ("boost/asio*", SHELLS),
    ("boost/system/*", ["hal/base/*", *SHELLS]),
    ("boost/container/*", ["*"]),
    ("boost/unordered/*", ["*"]),
    # The kernel's own: sockets, links and packets are for those who touch them.
    ("sys/socket.h", KERNEL),
    ("linux/*", KERNEL),
    ("net/*", KERNEL),
    ("netinet/*", KERNEL),
    ("netpacket/*", KERNEL),
    ("arpa/inet.h", ["hal/base/*", *KERNEL]),
    # POSIX otherwise, and the C++ library, whose headers have neither folder nor ending.
    ("sys/*", ["*"]),
    ("[a-z]*.h", ["*"]),
    ("[a-z]*", ["*"]),
]

# CMake's name of each third-party library, and the header that stands for it above.
LIBRARY_HEADERS = {"libnl": "netlink/netlink.h", "libsystemd": "systemd/sd-bus.h", "tinyxml2": "tinyxml2.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
CMAKE_ROOM = re.compile(r"portreeve_room\(\s*(\w+)([^)]*)\)")


def room_of(path):
    """The innermost room that a file of the tree lies in, or None. Folders of firmware/ are rooms, or nothing."""
    for room in sorted(ROOMS, key=len, reverse=True):
        if path.startswith(room + "/") and (room != "firmware" or path.count("/") == 1):
            return room
    return None


def includes(path):
    """Yields (line number, quoted, header) of a file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match[1] == '"', match[2]


def check_ours(path, header):
    room, target = room_of(path), room_of(header)
    if target is None:
        return f'"{header}" names no room: write the path from the top of the tree'
    if target != room and target not in ROOMS[room]:
        allowed = ", ".join(ROOMS[room]) or "no other room"
        return f"{room} may not include from {target} (it may from: {allowed})"
    return None


def check_others(path, header):
    if "/" not in header and "." not in header:
        return None  # the C++ library
    for pattern, homes in HOMES:
        if fnmatch.fnmatch(header, pattern) and ("/" in pattern or "/" not in header):
            if any(fnmatch.fnmatch(path, home) for home in homes):
                return None
            return f"<{header}> is at home in {', '.join(homes)}"
    return f"<{header}> has no home yet: name one in {pathlib.Path(__file__).name}"


def check_sources(tree):
    for top in ("hal", "netlink", "dsc", "firmware"):
        for file in sorted((tree / top).rglob("*")):
            if file.suffix not in (".cc", ".h"):
                continue
            path = file.relative_to(tree).as_posix()
            for number, ours, header in includes(file):
                if room_of(path) is None:
                    breach = f"lies in no room: {', '.join(ROOMS)}"
                else:
                    breach = check_ours(path, header) if ours else check_others(path, header)
                if breach:
                    yield f"{path}:{number}: {breach}"


def check_cmake(tree):
    """What is linked must be allowed too: else an include would only wait for somebody to write it."""
    names = {room.rsplit("/", 1)[-1]: room for room in ROOMS}
    for file in sorted(tree.rglob("CMakeLists.txt")):
        path = file.relative_to(tree).as_posix()
        room = room_of(path)
        if room is None:
            continue
        for match in CMAKE_ROOM.finditer(file.read_text(encoding="utf-8")):
            number = file.read_text(encoding="utf-8")[: match.start()].count("\n") + 1
            words = match[2].split()
            if names.get(match[1]) != room:
                yield f"{path}:{number}: the room {match[1]} is not at home in {room}"
            for word in _values(words, "USES"):
                if word != "asio" and names.get(word) not in ROOMS[room]:
                    yield f"{path}:{number}: {room} may not use {word}"
            for word in _values(words, "LIBRARIES"):
                header = LIBRARY_HEADERS.get(word)
                homes = next((homes for pattern, homes in HOMES if header and fnmatch.fnmatch(header, pattern)), [])
                if not any(home.startswith(room + "/") for home in homes):
                    yield f"{path}:{number}: {word} is not at home in {room}"


def _values(words, keyword):
    if keyword not in words:
        return
    for word in words[words.index(keyword) + 1:]:
        if word.isupper():
            return
        yield word


def main():
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    breaches = [*check_sources(tree), *check_cmake(tree)]
    print("\n".join(breaches) if breaches else "every include points downward")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
