#!/bin/bash
# Installs Debian packages, and starts nothing: image/packages.sh NAME...
#
# Packages that are there already are left as they are, without asking the network. While others are installed, a
# policy-rc.d forbids starting services; the one that the machine had is put back afterwards, whatever happens. The
# services of the packages that this brought in are left disabled, so that trying Portreeve out changes nothing of
# what the machine runs, now or after its next boot.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
umask 022

policy=/usr/sbin/policy-rc.d
saved_policy=$policy.before-portreeve
lock=/run/portreeve-packages.lock

say() { echo "packages: $*" >&2; }
fail() { say "$*"; exit 1; }

installed() { dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p' | sort -u; }
missing() { printf '%s\n' "$@" | sort -u | comm -23 - <(installed "$@"); }

restore_policy() {
  if [ -e "$saved_policy" ] || [ -L "$saved_policy" ]; then mv -f "$saved_policy" "$policy"; else rm -f "$policy"; fi
}

forbid_starting() {
  # A saved one is there only when an earlier run was killed: then that is the machine's own.
  if [ -e "$policy" ] && [ ! -e "$saved_policy" ]; then mv "$policy" "$saved_policy"; fi
  trap restore_policy EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\n# Temporary, by %s\nexit 101\n' "$0" >"$policy"
  chmod 755 "$policy"
}

disable_services() {
  local unit
  dpkg -L "$@" | sed -n 's,^\(/usr\)\?/lib/systemd/system/\([^/@]*\.\(service\|socket\|timer\)\)$,\2,p' | sort -u |
    while read -r unit; do
      if command -v systemctl >/dev/null; then systemctl --quiet disable "$unit" >/dev/null 2>&1 || true
      else deb-systemd-helper disable "$unit" >/dev/null 2>&1 || true; fi
    done
}

# Package lists as the machine has them, then read anew: a list that is missing or outdated is no reason to give up.
install() {
  local options=(-qq -y -o DPkg::Lock::Timeout=600 --no-install-recommends)
  apt-get "${options[@]}" install "$@" >"$log" 2>&1 && return 0
  say "reading the package lists"
  apt-get -qq update >"$log" 2>&1 || say "apt-get update: $(grep '^E:' "$log" | head -n 1)"
  apt-get "${options[@]}" install "$@" >"$log" 2>&1
}

[ $# -gt 0 ] || { echo "usage: image/packages.sh NAME..." >&2; exit 2; }
command -v apt-get >/dev/null || fail "this is for Debian 12: there is no apt-get here"
mapfile -t names < <(missing "$@")
[ ${#names[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] ||
  fail "missing packages, and only root can install them: apt-get install --no-install-recommends ${names[*]}"

exec 9>"$lock"
flock 9
mapfile -t names < <(missing "$@")
[ ${#names[@]} -gt 0 ] || exit 0
log=$(mktemp)
say "installing ${names[*]}"
forbid_starting
install "${names[@]}" || { tail -n 20 "$log" >&2; rm -f "$log"; fail "apt-get could not install: ${names[*]}"; }
rm -f "$log"
disable_services "${names[@]}"
