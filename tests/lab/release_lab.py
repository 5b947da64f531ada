"""The released program where there is nothing but itself: no shell, no library, no configuration of the system."""
import shutil

from appliance import peer, pool, service
from harness import PROGRAM, check, wait_until
from peers import Bird, Neighbor
from rack import Rack, SELF

# Makes the kernel's folders, the appliance's own and its bus appear in an otherwise empty root, and enters that.
ENTER = """
root=$1
for place in /dev /proc /sys "$2" "$3"; do mount --rbind "$place" "$root$place" || exit 1; done
shift 3
exec chroot "$root" "$@"
"""


def lab_it_does_its_work_in_an_empty_root(lab):
    rack = Rack(lab, "tor")
    tor = rack.hosts["tor"]
    bird = Bird(lab, tor, 64512, rack.addresses["tor"], [Neighbor(SELF, 64513)], kernel=True).start()
    root, own, bus = lab.directory / "root", rack.appliance.directory, rack.appliance.private_bus.socket
    for folder in ("/dev", "/proc", "/sys", own, PROGRAM.parent):
        _inside(root, folder).mkdir(parents=True)
    shutil.copy(PROGRAM, _inside(root, PROGRAM))
    _inside(root, bus).touch()
    rack.configure(pool("10.126.77.200-10.126.77.210"), peer(rack.addresses["tor"], 64512, 64513),
                   service("default/web"))
    rack.appliance.start(wrapper=("unshare", "--mount", "sh", "-c", ENTER, "enter", root, own, bus))
    bird.wait_route("10.126.77.200/32")
    wait_until("its service is reached", lambda: tor.ping("10.126.77.200", seconds=1))
    wait_until("the minishell shows it", lambda: "10.126.77.200" in rack.appliance.shell("Get-HcsService\n"))
    check("it saw nothing but itself", sorted(path for path in root.rglob("*") if path.is_file()) ==
          sorted(_inside(root, path) for path in (PROGRAM, bus)), list(root.rglob("*")))
    rack.appliance.stop()


def _inside(root, path):
    return root / str(path).lstrip("/")
