#!/bin/bash
# Builds the appliance's image, of Debian 12's packages and build/release/portreeve (or what $PORTREEVE names):
#
#   image/build.sh             what is cached is used: the base system, once it was made
#   image/build.sh --refresh   the base system is made anew, of the packages that Debian has today
#
# Into build/image (or $PORTREEVE_IMAGE): disk.img (raw, for UEFI: slots A and B, and data), its parts vmlinuz, initrd,
# root.squashfs and cmdline; portreeve.update, what image/update takes; portreeve.spdx.json, the packages and their
# licences. The same base and program give the same octets: all times are $SOURCE_DATE_EPOCH, by default that of the
# last commit. As root, since the files of the image are root's.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

readonly program=${PORTREEVE:-build/release/portreeve}
readonly output=${PORTREEVE_IMAGE:-build/image} cache=build/image
readonly most_octets=65000000
# Of the disk, in MiB. The slots have room for what an image may become.
readonly esp_size=96 slot_size=96 data_size=256
# Names of what must not be different from build to build.
readonly id=6f1f2a3c-2d0b-4c46-9d4d-7f5c0e1d9a esp_serial=50525456
readonly kernel_options="console=tty0 console=ttyS0 quiet net.ifnames=0 panic=10 random.trust_cpu=on"

say() { echo "image: $*" >&2; }
fail() { say "$*"; exit 1; }
# one_time FOLDER: gives all in it the time of the image.
one_time() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }
words() { grep -v '^#' "$1"; }

# --- The base: Debian's packages, unpacked, and its kernel.

# Debian's archives, as the machine itself takes packages from.
sources() {
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
    grep -E '^Debian\|[^|]*\|bookworm(-updates|-security)?\|main$' | sort -u |
    while IFS='|' read -r _ uri release component; do
      echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $release $component"
    done
}

# What is never read in an appliance, but for the licences.
readonly exclude=(doc man locale info i18n bug lintian menu bash-completion zsh)

build_base() { # FOLDER
  local options=() name
  for name in "${exclude[@]}"; do options+=(--dpkgopt="path-exclude=/usr/share/$name/*"); done
  options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-exclude=/usr/lib/*/gconv/*')
  sources >"$1/sources.list"
  [ -s "$1/sources.list" ] || fail "apt knows no Debian 12 archive: give this machine a source entry for bookworm main"
  mkdir "$1/kernel"
  # The kernel is fetched with the lists that the packages came by.
  # shellcheck disable=SC2016 # the hook's own variables
  mmdebstrap --quiet --mode=root --variant=essential --include="$(words image/packages.list | paste -sd,)" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr "${options[@]}" \
    --customize-hook='export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG; cd '"$(realpath "$1/kernel")"' &&
      name=$(apt-cache depends linux-image-cloud-amd64 | sed -n "s/.*Depends: \(linux-image-[^ ]*\)$/\1/p") &&
      apt-get -qq -o APT::Sandbox::User=root download "$name"' \
    bookworm "$1/tree" "$1/sources.list" >"$1/log" 2>&1 ||
    { tail -n 20 "$1/log" >&2; fail "the base system could not be made"; }
  dpkg-deb -x "$1"/kernel/*.deb "$1/kernel"
  rm -f "$1/log" "$1/sources.list"
}

base_in_place() { find "$cache" -maxdepth 1 -type d -name "base-$recipe-*" | sort | tail -n 1; }

prepare_base() {
  recipe=$({ declare -f build_base; echo "${exclude[@]}"; words image/packages.list; } | sha256sum | cut -c 1-12)
  base=$(base_in_place)
  [ -z "$base" ] || [ -n "$refresh" ] || return 0
  say "making the base system"
  rm -rf "$cache/base.new"
  mkdir -p "$cache/base.new"
  build_base "$cache/base.new"
  find "$cache" -maxdepth 1 -type d -name 'base-*' -exec rm -rf {} +
  base=$cache/base-$recipe-$(date -u +%Y%m%d)
  mv "$cache/base.new" "$base"
}

# --- The root file system.

# Packages that serve to install packages.
readonly installers=(adduser debconf dpkg libdebconfclient0 perl-base ucf usr-is-merged)
# What systemd would start, and an appliance has no use for: their links are left out.
readonly not_started=(
  cryptsetup.target integritysetup.target veritysetup.target remote-fs.target
  dev-hugepages.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount
  sys-kernel-tracing.mount proc-sys-fs-binfmt_misc.automount dev-mqueue.mount
  systemd-initctl.socket systemd-journald-audit.socket systemd-ask-password-console.path systemd-ask-password-wall.path
  kmod-static-nodes.service systemd-binfmt.service systemd-boot-system-token.service systemd-firstboot.service
  systemd-machine-id-commit.service systemd-modules-load.service systemd-pcrphase-sysinit.service
  systemd-pcrphase.service systemd-random-seed.service systemd-repart.service systemd-sysusers.service
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-logind.service systemd-user-sessions.service
  getty.target getty-static.service
)
# Of what systemd makes units of at the start: there is no such thing here, and each costs time.
readonly not_generated=(
  cryptsetup fstab getty gpt-auto hibernate-resume integritysetup rc-local run system-update sysv veritysetup
)

remove_installers() {
  local name path
  for name in "${installers[@]}"; do
    find "$tree/var/lib/dpkg/info" \( -name "$name.list" -o -name "$name:*.list" \) -exec cat {} +
  done | sort -u | while read -r path; do
    if [ ! -d "$tree$path" ]; then rm -f "$tree$path"; fi
  done
}

copy_modules() {
  local kernel=$base/kernel version names
  version=$(ls "$kernel/lib/modules")
  mapfile -t names < <(words image/modules.list)
  mkdir -p "$tree/usr/lib/modules/$version"
  depmod -b "$kernel" "$version"
  modprobe -q -S "$version" -d "$(realpath "$kernel")" --show-depends -a "${names[@]}" |
    sed -n "s,^insmod .*/lib/modules/$version/\([^ ]*\).*,\1,p" | sort -u |
    while read -r module; do
      install -D -m 644 "$kernel/lib/modules/$version/$module" "$tree/usr/lib/modules/$version/$module"
    done
  cp "$kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$tree/usr/lib/modules/$version/"
  depmod -b "$tree" "$version"
}

build_tree() {
  local unit name
  cp -a "$base/tree" "$tree"
  remove_installers
  rm -rf "${tree:?}"/{boot,var,tmp,run,etc/systemd/system,etc/ssh,etc/apt,etc/dpkg,etc/cron.daily,etc/init.d,etc/rc?.d}
  rm -rf "$tree"/etc/{passwd,group,shadow,gshadow,subuid,subgid}-
  mkdir -p "$tree"/{var,tmp,run,data,efi,etc/systemd/system,etc/portreeve,usr/lib/portreeve/dsc.d}
  for name in "${not_generated[@]}"; do rm "$tree/usr/lib/systemd/system-generators/systemd-$name-generator"; done
  for unit in "${not_started[@]}"; do rm -f "$tree"/usr/lib/systemd/system/*.wants/"$unit"; done
  cp -a --no-preserve=ownership image/root/. "$tree/"
  install -D -m 644 image/org.portreeve.Portreeve1.conf "$tree/usr/share/dbus-1/system.d/org.portreeve.Portreeve1.conf"
  install -m 755 "$program" "$tree/usr/sbin/portreeve"
  install -m 755 image/update "$tree/usr/sbin/portreeve-update"
  ln -s ../sbin/portreeve "$tree/usr/bin/minishell"
  echo /usr/bin/minishell >>"$tree/etc/shells"
  systemd-sysusers --root="$tree" >/dev/null 2>&1
  # Whoever logs in does so by a key: no password, which is not the same as a locked account. No days of changes either.
  sed -i 's/^EdgeUser:[^:]*:/EdgeUser:*:/; s/^\([^:]*:[^:]*\):[0-9]*:/\1:1:/' "$tree/etc/shadow"
  rm -f "$tree"/etc/{passwd,group,shadow,gshadow}- "$tree"/etc/.pwd.lock
  echo portreeve >"$tree/etc/hostname"
  : >"$tree/etc/machine-id"
  : >"$tree/etc/resolv.conf"
  printf '%s\n' NAME=Portreeve ID=portreeve ID_LIKE=debian "PRETTY_NAME=\"Portreeve $version\"" "VERSION_ID=$version" \
    >"$tree/usr/lib/os-release"
  systemctl --quiet --root="$tree" set-default multi-user.target
  systemctl --quiet --root="$tree" enable portreeve.service portreeve-drops.service portreeve-console.service \
    portreeve-healthy.service ssh.socket
  # Started by the first call on the bus, or of portreeve-networkd.service.
  ln -s /usr/lib/systemd/system/systemd-networkd.service \
    "$tree/etc/systemd/system/dbus-org.freedesktop.network1.service"
  copy_modules
  one_time "$tree"
}

# --- The initrd: our own init, and the modules that it loads.

build_initrd() {
  local folder=$work/initrd.d kernel number=10 name module
  kernel=$(ls "$base/kernel/lib/modules")
  mkdir -p "$folder"/{dev,proc,sys,root,modules}
  gcc -std=c17 -O2 -static -s -Wall -Wextra -Werror -o "$folder/init" image/init.c
  sed -n '/^# initrd$/,/^# root$/p' image/modules.list | grep -v '^#' | while read -r name; do
    modprobe -q -S "$kernel" -d "$(realpath "$base/kernel")" --show-depends "$name" |
      sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++' | while read -r module; do
    cp "$module" "$folder/modules/$number-${module##*/}"
    number=$((number + 1))
  done
  one_time "$folder"
  (cd "$folder" && find . -mindepth 1 | sort | cpio --quiet --reproducible -R 0:0 -o -H newc) |
    zstd -q -19 >"$work/initrd"
}

# --- The disk: a GUID partition table, the EFI system partition with systemd-boot, slots A and B, data.

build_esp() {
  local folder=$work/esp.d
  mkdir -p "$folder"/{EFI/BOOT,loader/entries,portreeve-a}
  cp "$base/tree/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$folder/EFI/BOOT/BOOTX64.EFI"
  printf 'timeout 0\neditor no\n' >"$folder/loader/loader.conf"
  cp "$work"/{vmlinuz,initrd} "$folder/portreeve-a/"
  cat >"$folder/loader/entries/portreeve-1.conf" <<ENTRY
title Portreeve $version
sort-key portreeve
version 1
linux /portreeve-a/vmlinuz
initrd /portreeve-a/initrd
options root=PARTLABEL=portreeve-a $(cat "$work/cmdline")
ENTRY
  one_time "$folder"
  truncate -s ${esp_size}M "$work/esp.img"
  mkfs.fat --invariant -F 32 -n ESP -i $esp_serial "$work/esp.img" >/dev/null
  (cd "$folder" && mcopy -s -m -i "$work/esp.img" EFI loader portreeve-a ::)
}

# place FILE MIB: into the disk, where it is not empty.
place() { dd if="$1" of="$work/disk.img" bs=1M seek="$2" conv=notrunc,sparse status=none; }

build_disk() {
  local a=$((1 + esp_size)) b=$((1 + esp_size + slot_size)) data=$((1 + esp_size + 2 * slot_size))
  build_esp
  truncate -s ${data_size}M "$work/data.img"
  E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH \
    mke2fs -q -t ext4 -L portreeve-data -U ${id}05 -E hash_seed=${id}05,root_owner=0:0 "$work/data.img"
  truncate -s $((data + data_size + 1))M "$work/disk.img"
  sfdisk -q "$work/disk.img" <<TABLE
label: gpt
label-id: ${id}00
start=1MiB, size=${esp_size}MiB, type=U, name=portreeve-esp, uuid=${id}01
start=${a}MiB, size=${slot_size}MiB, type=L, name=portreeve-a, uuid=${id}02
start=${b}MiB, size=${slot_size}MiB, type=L, name=portreeve-b, uuid=${id}03
start=${data}MiB, size=${data_size}MiB, type=L, name=portreeve-data, uuid=${id}04
TABLE
  place "$work/esp.img" 1
  place "$work/root.squashfs" $a
  place "$work/data.img" $data
}

build_update() {
  (cd "$work" && sha256sum version cmdline vmlinuz initrd root.squashfs >sums)
  tar -C "$work" --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=0644 \
    -cf "$work/portreeve.update" sums version cmdline vmlinuz initrd root.squashfs
}

refresh=
case "${1:-}" in
  "") ;;
  --refresh) refresh=1 ;;
  *) sed -n 's/^#   \(image.*\)/\1/p' "$0" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || fail "this needs root: the files of the image are root's"
image/packages.sh cpio debian-archive-keyring dosfstools e2fsprogs fdisk gcc kmod libc6-dev mmdebstrap mtools python3 \
  squashfs-tools systemd zstd
[ -x "$program" ] || fail "there is no $program: cmake --preset release && cmake --build --preset release"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null)} ||
  fail "set SOURCE_DATE_EPOCH: this is no git repository"
export SOURCE_DATE_EPOCH

mkdir -p "$output" "$cache"
exec 9>"$cache/.lock"
flock 9
prepare_base
work=$(mktemp -d "$output/.work-XXXXXX")
work=$(realpath "$work") tree=$work/tree
trap 'rm -rf "$work"' EXIT
version=$("$program" --version | sed -n 's/^portreeve //p')-$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)

say "building $version on ${base##*/}"
build_tree
mksquashfs "$tree" "$work/root.squashfs" -quiet -no-progress -noappend -no-xattrs -comp zstd -Xcompression-level 15
cp "$base"/kernel/boot/vmlinuz-* "$work/vmlinuz"
echo "$kernel_options" >"$work/cmdline"
echo "$version" >"$work/version"
build_initrd
build_disk
build_update
image/spdx.py "$base" "$tree" "$version" "$program" >"$work/portreeve.spdx.json"
octets=$(cat "$work"/{vmlinuz,initrd,root.squashfs} | wc -c)
[ "$octets" -le $most_octets ] || fail "the image has $octets octets; it may have $most_octets"
for name in vmlinuz initrd root.squashfs cmdline version portreeve.update portreeve.spdx.json disk.img; do
  mv "$work/$name" "$output/$name"
done
say "$octets octets in $output: $(sha256sum "$output/disk.img" | cut -c 1-16)"
