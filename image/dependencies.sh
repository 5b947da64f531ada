#!/bin/bash
# Installs what a build of Portreeve needs on Debian 12, and builds the two static libraries that Debian ships
# only as source: libsystemd.a and libtinyxml2.a.
#
#   image/dependencies.sh             everything in place: nothing is done, at once and without the network
#   image/dependencies.sh --refresh   also looks whether Debian has newer sources, and builds those
#
# They go into build/dependencies/{lib,include}, or where PORTREEVE_DEPENDENCIES says. Each set of source versions has
# a directory of its own there, which the link `current` names; so a build beside us sees the old set or the new one,
# never half of one. The sources are verified by apt with Debian's own key, and come from the mirror the machine
# uses already; its list of sources is neither read by name nor changed.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
dependencies=${PORTREEVE_DEPENDENCIES:-$root/build/dependencies}
# Counts up whenever the way of building below changes, so that what an older recipe built is not taken for ours.
recipe=2

# To compile and link Portreeve.
packages=(
  g++ cmake ninja-build pkg-config ccache
  libboost1.81-dev
  libnl-3-dev libnl-genl-3-dev libnl-route-3-dev
  libcap-dev
  libcpputest-dev python3
)
# To build the libraries: apt's and dpkg's tools for sources, and what systemd's build asks for.
build_packages=(
  ca-certificates debian-archive-keyring dpkg-dev xz-utils
  meson gperf m4 python3-jinja2 libmount-dev
)

say() { echo "dependencies: $*" >&2; }
fail() { say "$*"; exit 1; }

# The machine's own package lists. An entry that cannot be reached is no reason to stop (what is missing shows
# later), nor is it not to be root: then the lists serve as they are.
update_lists() {
  [ "$(id -u)" = 0 ] || return 0
  say "reading the package lists"
  apt-get -qq update >"$scratch/apt.log" 2>&1 || say "apt-get update: $(grep '^E:' "$scratch/apt.log" | head -n 1)"
}

# apt-get with a sources file and lists of its own.
apt_sources() {
  apt-get -qq -o Dir::Etc::sourcelist="$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache" -o APT::Sandbox::User=root "$@"
}

# Debian's source entries, from the mirrors that the machine takes its packages from.
prepare_sources() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
    grep -E '^Debian\|[^|]*\|bookworm(-updates|-security)?\|main$' | sort -u |
    while IFS='|' read -r _ uri release component; do
      echo "deb-src [signed-by=$key] $uri $release $component"
    done >"$scratch/sources.list"
  [ -s "$scratch/sources.list" ] ||
    fail "apt knows no Debian 12 archive: give this machine a source entry for bookworm main, then run this again"
  say "reading the source lists"
  apt_sources update >"$scratch/apt.log" 2>&1 || { tail -n 20 "$scratch/apt.log" >&2; fail "the source lists cannot be read"; }
}

# The newest version of a source package.
source_version() {
  apt_sources --no-download --print-uris --only-source source "$1" 2>"$scratch/apt.log" |
    sed -n "s/^'[^']*' ${1}_\([^ ]*\)\.dsc .*/\1/p" | head -n 1
}

# Unpacks a source package, patched as Debian patches it, into $scratch/NAME.
fetch() {
  say "fetching the source of $1 $2"
  mkdir "$scratch/source-$1"
  (cd "$scratch/source-$1" && apt_sources --only-source source "$1") >"$scratch/apt.log" 2>&1 ||
    { tail -n 20 "$scratch/apt.log" >&2; fail "the source of $1 cannot be fetched"; }
  mv "$scratch/source-$1"/*/ "$scratch/$1"
}

# Fast, since a call of 100,000 services is read by sd-bus; in sections that the linker can drop, for every x86-64 or
# arm64 machine.
flags="-O2 -g0 -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2"

build_systemd() {
  say "building libsystemd.a"
  (
    cd "$scratch/systemd"
    CFLAGS=$flags meson setup build -Dstatic-libsystemd=true -Dauto_features=disabled -Dmode=release -Dbuildtype=plain &&
      ninja -C build version.h libsystemd.a
  ) >"$scratch/build.log" 2>&1 || { tail -n 30 "$scratch/build.log" >&2; fail "libsystemd.a was not built"; }
  cp "$scratch/systemd/build/libsystemd.a" "$1/lib/"
  mkdir "$1/include/systemd"
  cp "$scratch/systemd"/src/systemd/sd-{bus,bus-protocol,bus-vtable,daemon,event,id128,journal,messages}.h \
    "$scratch/systemd/src/systemd/_sd-common.h" "$1/include/systemd/"
}

build_tinyxml2() {
  say "building libtinyxml2.a"
  (
    cd "$scratch/tinyxml2"
    g++ $flags -c tinyxml2.cpp -o tinyxml2.o && ar rcs libtinyxml2.a tinyxml2.o
  ) >"$scratch/build.log" 2>&1 || { tail -n 30 "$scratch/build.log" >&2; fail "libtinyxml2.a was not built"; }
  cp "$scratch/tinyxml2/libtinyxml2.a" "$1/lib/"
  cp "$scratch/tinyxml2/tinyxml2.h" "$1/include/"
}

# Whether `current` holds a complete set of this recipe.
in_place() {
  [[ "$(readlink "$dependencies/current" 2>/dev/null)" == *"+recipe-$recipe" ]] &&
    [ -e "$dependencies/lib/libsystemd.a" ] && [ -e "$dependencies/lib/libtinyxml2.a" ] &&
    [ -e "$dependencies/include/systemd/sd-bus.h" ] && [ -e "$dependencies/include/tinyxml2.h" ]
}

# Points a link elsewhere in one step.
point() {
  [ "$(readlink "$2" 2>/dev/null)" = "$1" ] && return 0
  ln -sfn "$1" "$2.new"
  mv -T "$2.new" "$2"
}

build_libraries() {
  local systemd tinyxml2 key set
  "$root/image/packages.sh" "${build_packages[@]}"
  update_lists
  prepare_sources
  systemd=$(source_version systemd)
  tinyxml2=$(source_version tinyxml2)
  [ -n "$systemd" ] && [ -n "$tinyxml2" ] || fail "Debian's source lists name no version of systemd or tinyxml2"
  key="systemd-$systemd+tinyxml2-$tinyxml2+recipe-$recipe"
  if [ ! -d "$dependencies/$key" ]; then
    set=$scratch/set
    mkdir -p "$set/lib" "$set/include"
    fetch systemd "$systemd"
    build_systemd "$set"
    fetch tinyxml2 "$tinyxml2"
    build_tinyxml2 "$set"
    printf 'systemd %s\ntinyxml2 %s\n' "$systemd" "$tinyxml2" >"$set/versions"
    mv -T "$set" "$dependencies/$key"
  fi
  point current/lib "$dependencies/lib"
  point current/include "$dependencies/include"
  point "$key" "$dependencies/current"
  say "$(tr '\n' ' ' <"$dependencies/current/versions")in $dependencies"
}

refresh=
case "${1:-}" in
  "") ;;
  --refresh) refresh=1 ;;
  *) echo "usage: image/dependencies.sh [--refresh]" >&2; exit 2 ;;
esac
command -v apt-get >/dev/null || fail "this is for Debian 12: there is no apt-get here"

mkdir -p "$dependencies"
exec 9>"$dependencies/.lock"
flock 9
# On the same file system as the libraries, so that putting them in place is one rename.
scratch=$dependencies/.build
rm -rf "$scratch"
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT

"$root/image/packages.sh" "${packages[@]}"
if [ -n "$refresh" ] || ! in_place; then build_libraries; fi
