#!/bin/bash
# Shows Portreeve at work: a router, an appliance and a client, each in a network namespace of this machine.
#
#   image/demo.sh             installs what is needed, builds, shows everything, removes everything (root, Debian 12)
#   image/demo.sh --keep      leaves it standing, and says how to enter the minishell
#   image/demo.sh --remove    removes what --keep left
#
#   client ───────── router ───────── appliance        The router is BIRD. On the appliance runs portreeve, with a bus
#   192.0.2.10    .1      10.126.77.125     .10        of its own, and a small web server; nobody gives it a route or
#                                                      an address by hand. Exit status 0: every step really happened.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
readonly program=$PWD/build/release/portreeve remembered=$PWD/build/demo

# --- Telling what happens. What was asked for and did not happen ends the demo.

if [ -t 1 ]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; else bold='' faint='' plain=''; fi
step_number=0
step() { step_number=$((step_number + 1)); printf '\n%s%d. %s%s\n' "$bold" $step_number "$1" "$plain"; }
tell() { printf '   %s\n' "$@"; }
fail() {
  printf '\n%sThis did not happen: %s%s\n' "$bold" "$1" "$plain" >&2
  [ ! -s "$lab/portreeve.log" ] || { echo "The end of portreeve's log:" >&2; tail -n 15 "$lab/portreeve.log" >&2; }
  exit 1
}

indented() { awk '!NF || /^BIRD .* ready/ { next } { n++; print "     " $0 } END { if (!n) print "     (nothing)" }'; }

# on HOST COMMAND...: runs it on that host of the lab.
on() { ip netns exec "$prefix-$1" "${@:2}"; }
# show HOST 'SHOWN' COMMAND...: runs it, and prints it as SHOWN with what it printed.
show() {
  printf '   %s%s$ %s%s\n' "$faint" "$1" "$2" "$plain"
  on "$1" "${@:3}" | indented || fail "$2"
}
# until_true WHAT SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $2))
  until "${@:3}" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "$1 (waited $2 s)"
    sleep 0.05
  done
}
# prints TEXT COMMAND...: whether the command prints that; lacks: whether it does not.
prints() { "${@:2}" 2>/dev/null | grep -e "$1" >/dev/null; }
lacks() { ! prints "$@"; }

# --- The minishell and the bus of the appliance.

shell() { echo "$1" | on appliance "$program" shell --bus "$bus"; }
cmdlet() { printf '   %sPS> %s%s\n' "$faint" "$1" "$plain"; shell "$1" | sed '/^$/d; s/^/     /' || fail "$1"; }
manager() {
  busctl --address="$bus" call org.portreeve.Portreeve1 /org/portreeve/Portreeve1 org.portreeve.Portreeve1.Manager "$@"
}
service_address() { manager GetService s default/web | sed -n 's/.*"Addresses" as 1 "\([^"]*\)".*/\1/p'; }
page() { on client curl -s --max-time 1 "http://$address/"; }
birdc() { on router birdc -s "$lab/bird.ctl" "$@"; }

# --- Building the lab, and taking it down.

start() { # NAME HOST COMMAND...
  ip netns exec "$prefix-$2" "${@:3}" >>"$lab/$1.log" 2>&1 </dev/null &
}
start_portreeve() {
  start portreeve appliance "$program" run --configuration-directory "$lab/dsc.d" --state-directory "$lab/state" --bus "$bus"
  portreeve_pid=$!
  until_true "portreeve is on its bus" 10 manager Describe
}
# What runs in the namespaces is ours: nobody else knows of them.
stop_all() { # PREFIX SIGNAL
  local name pid
  for name in client router appliance; do
    for pid in $(ip netns pids "$1-$name" 2>/dev/null); do kill "-$2" "$pid" 2>/dev/null || true; done
  done
}
running() { [ -n "$(ip netns pids "$1-client"; ip netns pids "$1-router"; ip netns pids "$1-appliance")" ]; }
remove_lab() { # FOLDER PREFIX
  local name end=$((SECONDS + 5))
  stop_all "$2" TERM
  while running "$2" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.05; done
  stop_all "$2" KILL
  for name in client router appliance; do ip netns delete "$2-$name" 2>/dev/null || true; done
  rm -rf "$1"
}

keep=
case ${1:-} in
  "") ;;
  --keep) keep=1 ;;
  --remove)
    [ -e "$remembered" ] || { echo "nothing was kept"; exit 0; }
    read -r lab prefix <"$remembered"
    remove_lab "$lab" "$prefix"
    rm -f "$remembered"
    exit 0
    ;;
  *) sed -n 's/^#   \(image.*\)/\1/p' "$0" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "image/demo.sh needs root: it makes network namespaces" >&2; exit 1; }
if [ -n "$keep" ] && [ -e "$remembered" ]; then
  echo "a demo stands already; image/demo.sh --remove removes it" >&2
  exit 1
fi

echo "Installing what is missing, and building (the first time takes some minutes) ..."
image/packages.sh bird2 curl dbus-daemon iproute2 python3 systemd
image/dependencies.sh
mkdir -p build/logs
{ cmake --preset release && cmake --build --preset release; } >build/logs/demo-build.log 2>&1 ||
  { tail -n 30 build/logs/demo-build.log >&2; exit 1; }

prefix=prv-$$
lab=$(mktemp -d /tmp/prv-demo-XXXXXX)
chmod 755 "$lab"
bus=unix:path=$lab/bus
trap '[ -n "${kept:-}" ] || remove_lab "$lab" "$prefix"' EXIT
trap 'exit 1' INT TERM HUP
SECONDS=0

for name in client router appliance; do
  ip netns add "$prefix-$name"
  on "$name" ip link set lo up
done
ip link add eth0 netns "$prefix-client" type veth peer name eth1 netns "$prefix-router"
ip link add eth0 netns "$prefix-router" type veth peer name eth1 netns "$prefix-appliance"
ip link add eth2 netns "$prefix-appliance" type veth peer name spare netns "$prefix-client" # a port without a cable
on client ip address add 192.0.2.10/24 dev eth0
on client ip link set eth0 up
on client ip route add default via 192.0.2.1
on router ip address add 192.0.2.1/24 dev eth1
on router ip address add 10.126.77.125/24 dev eth0
on router ip link set eth1 up
on router ip link set eth0 up
on router sysctl -q -w net.ipv4.ip_forward=1

cat >"$lab/bird.conf" <<'BIRD'
router id 10.126.77.125;
protocol device { scan time 1; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
protocol bgp appliance {
  local as 64512;
  neighbor 10.126.77.10 as 64513;
  connect delay time 1;
  connect retry time 2;
  ipv4 { import all; export none; };
}
BIRD
start bird router bird -f -c "$lab/bird.conf" -s "$lab/bird.ctl" -P "$lab/bird.pid"

sed "s,@socket@,$lab/bus,; s,@policy@,$PWD/image/org.portreeve.Portreeve1.conf," >"$lab/bus.conf" <<'BUS'
<busconfig>
  <type>system</type>
  <listen>unix:path=@socket@</listen>
  <policy context="default">
    <allow user="*"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_sender="*"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>@policy@</include>
</busconfig>
BUS
start bus appliance dbus-daemon --config-file="$lab/bus.conf" --nofork --nopidfile --nosyslog
until_true "the bus of the appliance stands" 5 test -S "$lab/bus"

mkdir "$lab/dsc.d" "$lab/state" "$lab/www"
echo '<h1>Good day from the appliance</h1>' >"$lab/www/index.html"
start web appliance python3 -m http.server 80 --directory "$lab/www"

step "Portreeve starts, with nothing configured, and finds the ports of the appliance."
start_portreeve
cmdlet "Get-HcsPort"
prints '\beth1\b' shell "Get-HcsPort" || fail "eth1 is among the ports"

step "A document is dropped into its folder, and it is told to read again."
cat >"$lab/edge.xml" <<'XML'
<Configuration xmlns="urn:portreeve:dsc:1" Name="edge-01">
  <Port Name="Port2" Interface="eth1"/>
  <ExternalVirtualSwitch Name="vSwitch1" EnabledForCompute="true" EnabledForMgmt="true">
    <InterfaceAlias>Port2</InterfaceAlias>
    <IPAddress>10.126.77.10/24</IPAddress>
    <Gateway>10.126.77.125</Gateway>
  </ExternalVirtualSwitch>
  <IPAddressPool Name="compute" SwitchName="vSwitch1">
    <Addresses>10.126.77.200-10.126.77.220</Addresses>
  </IPAddressPool>
  <BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="15"/>
</Configuration>
XML
sed 's/^/     /' "$lab/edge.xml"
cp "$lab/edge.xml" "$lab/dsc.d/.edge.xml" && mv "$lab/dsc.d/.edge.xml" "$lab/dsc.d/edge.xml"
manager Reload >/dev/null || fail "the document is taken"

step "The switch is built: a bridge with the port in it, the host's address and the way out."
until_true "the switch has its address" 10 prints '10\.126\.77\.10/24' on appliance ip -4 address show
cmdlet "Get-HcsExternalVirtualSwitch vSwitch1"
show appliance "ip -brief link" ip -brief link
show appliance "ip -brief -4 address" ip -brief -4 address
show appliance "ip route" ip route
prints 'default via 10\.126\.77\.125' on appliance ip route || fail "the gateway is set"
prints 'master' on appliance ip link show eth1 || fail "the port is in the switch"

step "The router and the appliance agree on a BGP session."
until_true "the session is established" 15 prints 'Established' birdc show protocols appliance
show router "birdc show protocols" birdc -s "$lab/bird.ctl" show protocols
until_true "the minishell says so" 5 prints '10\.126\.77\.125' shell "Get-HcsBGPPeers -SwitchName vSwitch1"
cmdlet "Get-HcsBGPPeers -SwitchName vSwitch1"

step "Another program asks for an address for its service, over D-Bus."
tell "busctl call … AllocateService sa{sv} default/web 1 PoolName s compute"
manager AllocateService 'sa{sv}' default/web 1 PoolName s compute | sed 's/^/     /' || fail "an address is allocated"
address=$(service_address)
[ -n "$address" ] || fail "the service has an address"
cmdlet "Get-HcsService"

step "The address is in the router's table, with the appliance as its next hop ..."
until_true "the route is in the router's table" 10 prints "$address/32.*" birdc show route
show router "birdc show route" birdc -s "$lab/bird.ctl" show route
until_true "the router forwards by it" 5 prints "^$address via 10.126.77.10" on router ip route show proto bird
show router "ip route show proto bird" ip route show proto bird

step "... and the client, behind the router, fetches the page at that address."
until_true "the page is fetched" 5 page
show client "curl http://$address/" curl -s --max-time 2 "http://$address/"

step "The last BGP peer is removed: from now on the appliance answers ARP for the address itself (layer 2)."
cmdlet "Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1"
until_true "the route is gone from the router" 10 lacks "$address/32" birdc show route
on router ip neighbor flush dev eth0
until_true "the page is fetched" 5 page
show router "birdc show route" birdc -s "$lab/bird.ctl" show route
show client "curl http://$address/" curl -s --max-time 2 "http://$address/"
show router "ip neighbor show $address" ip neighbor show "$address"
mac=$(on appliance cat /sys/class/net/eth1/address)
prints "$mac" on router ip neighbor show "$address" || fail "the appliance answered for $address"

step "Portreeve is killed (kill -9) and started again: the service has the same address."
kill -9 "$portreeve_pid"
wait "$portreeve_pid" 2>/dev/null || true
start_portreeve
again=$(service_address)
[ "$again" = "$address" ] || fail "the service has $address again (it has '$again')"
cmdlet "Get-HcsService"
on router ip neighbor flush dev eth0
until_true "the page is fetched" 5 page
show client "curl http://$address/" curl -s --max-time 2 "http://$address/"

printf '\n%sEvery step happened, in %d s.%s\n' "$bold" $SECONDS "$plain"
if [ -n "$keep" ]; then
  kept=1
  echo "$lab $prefix" >"$remembered"
  echo "It stands. Its minishell:  ip netns exec $prefix-appliance $program shell --bus $bus"
  echo "To remove it:              image/demo.sh --remove"
fi
