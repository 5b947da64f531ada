#!/usr/bin/env python3
"""Feeds include_direction.py small trees, each with one fault, and expects it named; and a clean one."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("include_direction.py")

# (what, file, its text, the expected breach)
BREACHES = [
    ("upward", "hal/base/result.cc", '#include "hal/host.h"', "hal/base may not include from hal"),
    ("sideways: netlink", "netlink/links.cc", '#include "dsc/schema.h"', "netlink may not include from dsc"),
    ("sideways: dsc", "dsc/plan.h", '#include "netlink/links.h"', "dsc may not include from netlink"),
    ("hal knows no documents", "hal/port.cc", '#include "dsc/schema.h"', "hal may not include from dsc"),
    ("bgp and layer 2", "firmware/bgp/session.h", '#include "firmware/layer2/arp.h"',
     "firmware/bgp may not include from firmware/layer2"),
    ("services and bgp", "firmware/services/announcer.cc", '#include "firmware/bgp/speaker.h"',
     "firmware/services may not include from firmware/bgp"),
    ("the shell is a client", "firmware/shell/cmdlet.cc", '#include "firmware/bus/control.h"',
     "firmware/shell may not include from firmware/bus"),
    ("into the composition root", "firmware/providers/port.cc", '#include "firmware/appliance/appliance.h"',
     "firmware/providers may not include from firmware/appliance"),
    ("with blanks", "hal/base/text.h", '  #  include  "netlink/links.h"', "hal/base may not include from netlink"),
    ("relative", "netlink/links.cc", '#include "links.h"', '"links.h" names no room'),
    ("relative, upward", "netlink/links.cc", '#include "../hal/host.h"', "names no room"),
    ("no such room", "firmware/utils/x.h", "#include <string>", "lies in no room"),
    ("libnl away from home", "hal/links.cc", "#include <netlink/netlink.h>", "<netlink/netlink.h> is at home in netlink"),
    ("sd-bus away from home", "dsc/manager.cc", "#include <systemd/sd-bus.h>", "<systemd/sd-bus.h> is at home in"),
    ("tinyxml2 away from home", "dsc/plan.cc", "#include <tinyxml2.h>", "<tinyxml2.h> is at home in dsc/document"),
    ("Asio in an engine", "firmware/bgp/session.cc", "#include <boost/asio/ip/tcp.hpp>", "is at home in"),
    ("a socket in an engine", "firmware/layer2/arp.cc", "#include <sys/socket.h>", "<sys/socket.h> is at home in"),
    ("the kernel in dsc", "dsc/plan.cc", "#include <linux/if.h>", "<linux/if.h> is at home in"),
    ("a new dependency", "dsc/plan.cc", "#include <fmt/core.h>", "<fmt/core.h> has no home yet"),
    ("CMake links upward", "netlink/CMakeLists.txt", "portreeve_room(netlink SOURCES a.cc USES base dsc LIBRARIES libnl)",
     "netlink may not use dsc"),
    ("CMake links a library away from home", "hal/CMakeLists.txt", "portreeve_room(hal USES base LIBRARIES libnl)",
     "libnl is not at home in hal"),
]

CLEAN = {
    "hal/base/result.h": "#pragma once\n#include <boost/system/result.hpp>\n#include <string>\n",
    "netlink/links.h": '#include "netlink/socket.h"\n#include <netlink/netlink.h>\n#include "hal/base/result.h"\n',
    "hal/host.h": '#include "netlink/links.h"\n#include "hal/base/result.h"\n',
    "dsc/document.cc": '#include <tinyxml2.h>\n#include <sys/stat.h>\n#include <fcntl.h>\n',
    "firmware/bgp/speaker.cc": '#include <boost/asio/ip/tcp.hpp>\n#include <sys/socket.h>\n',
    "netlink/CMakeLists.txt": "portreeve_room(netlink USES base LIBRARIES libnl)\n",
    "hal/base/CMakeLists.txt": "portreeve_room(base SOURCES result.cc)\n",
}


def check(files):
    with tempfile.TemporaryDirectory() as tree:
        for name, text in files.items():
            file = pathlib.Path(tree, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, CHECK, tree], capture_output=True, text=True, check=False)


class IncludeDirection(unittest.TestCase):
    def test_each_breach_is_named_with_its_place(self):
        for what, name, text, expected in BREACHES:
            with self.subTest(what):
                result = check({**CLEAN, name: "// head\n" + text + "\n"})
                self.assertEqual(result.returncode, 1)
                self.assertIn(f"{name}:2: ", result.stdout)
                self.assertIn(expected, result.stdout)

    def test_a_clean_tree_passes(self):
        result = check(CLEAN)
        self.assertEqual((result.returncode, result.stdout), (0, "every include points downward\n"))


if __name__ == "__main__":
    unittest.main()
