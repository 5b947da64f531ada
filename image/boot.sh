#!/bin/bash
# Boots the image in QEMU, with the console on this terminal (Ctrl-A X ends it):
#
#   image/boot.sh [OPTION]... [-- QEMU-OPTION...]
#
#   --nics N           network ports (default 2). The first is joined to this machine: ssh -p 2222
#                      EdgeUser@localhost reaches 192.168.100.10 behind it; the others have no cable
#   --nic tap=NAME     one more port, on that tap interface
#   --nic socket=NAME  one more port, whose cable is a Unix socket of that name (abstract: no file): who comes first
#                      listens, the second connects
#   --ssh PORT         the port in place of 2222
#   --disk FILE        the disk, made of the image when it is not there, and kept; else all is forgotten at the end
#   --stick FOLDER     a stick labelled PORTREEVE with what is in the folder: dsc.d/*.xml, authorized_keys,
#                      portreeve.update
#   --credential FILE  the systemd credential portreeve.dsc, by SMBIOS; with --fw-cfg FILE by fw_cfg
#   --firmware         by UEFI and systemd-boot, as on hardware: needed to try an update; else the kernel, slot a
#   --kvm, --tcg       how; else whatever works here
#   --memory MIB       (default 512)    --cpus N (default 2)    --image FOLDER (default build/image)
#   --append WORDS     more for the kernel's command line, without --firmware
#   --console FILE     the console goes there    --qmp PATH  QEMU listens there
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "boot: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /s/^#  \?//p' "$0" >&2; exit 2; }

image=build/image nics='' cables=() ssh=2222 disk='' stick='' credential='' fw_cfg='' firmware='' acceleration=''
memory=512 cpus=2 append='' console='' qmp=''
while [ $# -gt 0 ]; do
  case $1 in
    --firmware) firmware=1 ;;
    --kvm | --tcg) acceleration=${1#--} ;;
    --) shift; break ;;
    --nics | --nic | --ssh | --disk | --stick | --credential | --fw-cfg | --memory | --cpus | --image | --append | \
      --console | --qmp)
      [ $# -ge 2 ] || usage
      case $1 in
        --nics) nics=$2 ;;
        --nic) cables+=("$2") ;;
        --ssh) ssh=$2 ;;
        --disk) disk=$2 ;;
        --stick) stick=$2 ;;
        --credential) credential=$2 ;;
        --fw-cfg) fw_cfg=$2 ;;
        --memory) memory=$2 ;;
        --cpus) cpus=$2 ;;
        --image) image=$2 ;;
        --append) append=$2 ;;
        --console) console=$2 ;;
        --qmp) qmp=$2 ;;
      esac
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[ -n "$nics" ] || { if [ ${#cables[@]} -gt 0 ]; then nics=0; else nics=2; fi; }
[ -e "$image/disk.img" ] || fail "there is no image: image/build.sh"
command -v qemu-system-x86_64 >/dev/null || image/packages.sh qemu-system-x86 ovmf mtools dosfstools

scratch=$(mktemp -d /tmp/prv-boot-XXXXXX)
trap 'rm -rf "$scratch"' EXIT

# Some machines have KVM, and a guest hangs in it: a boot sector that ends QEMU by itself (isa-debug-exit) shows it.
kvm_works() {
  [ -w /dev/kvm ] || return 1
  { printf '\xba\xf4\x00\xb0\x00\xee\xf4\xeb\xfd'; head -c 501 /dev/zero; printf '\x55\xaa'; } >"$scratch/sector"
  local status=0
  timeout 2 qemu-system-x86_64 -accel kvm -nodefaults -display none -device isa-debug-exit,iobase=0xf4,iosize=1 \
    -drive file="$scratch/sector",format=raw >/dev/null 2>&1 || status=$?
  [ $status = 1 ]
}

options=(-nodefaults -no-user-config -display none -m "$memory" -smp "$cpus" -machine q35)
[ -n "$acceleration" ] || { if kvm_works; then acceleration=kvm; else acceleration=tcg; fi; }
# Without AVX, and without what a kernel does against faults of real processors: where one is emulated, each costs more
# than it brings. A kernel that counts the timer's ticks while this machine is busy finds too few, and stops.
if [ $acceleration = kvm ]; then options+=(-accel kvm -cpu host)
else options+=(-accel tcg -cpu 'Nehalem,+rdrand') append+=' mitigations=off no_timer_check'; fi

if [ -z "$disk" ]; then
  options+=(-drive "file=$image/disk.img,format=raw,if=virtio,snapshot=on")
else
  [ -e "$disk" ] || cp --sparse=always "$image/disk.img" "$disk"
  options+=(-drive "file=$disk,format=raw,if=virtio,cache=writethrough")
fi
if [ -n "$firmware" ]; then
  variables=${disk:-$scratch/disk}.vars
  [ -e "$variables" ] || cp /usr/share/OVMF/OVMF_VARS_4M.fd "$variables"
  exec 8<>"$variables"
  options+=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
    -drive "if=pflash,format=raw,file=/dev/fd/8")
else
  options+=(-kernel "$image/vmlinuz" -initrd "$image/initrd"
    -append "root=PARTLABEL=portreeve-a $(cat "$image/cmdline") $append")
fi

if [ -n "$stick" ]; then
  size=$(($(du -smL "$stick" | cut -f 1) + 8))
  truncate -s "${size}M" "$scratch/stick.img"
  mkfs.fat -n PORTREEVE "$scratch/stick.img" >/dev/null
  for name in "$stick"/*; do mcopy -s -i "$scratch/stick.img" "$name" ::; done
  exec 7<"$scratch/stick.img"
  options+=(-drive "file=/dev/fd/7,format=raw,if=virtio,readonly=on")
fi
[ -z "$credential" ] ||
  options+=(-smbios "type=11,value=io.systemd.credential.binary:portreeve.dsc=$(base64 -w 0 "$credential")")
[ -z "$fw_cfg" ] || options+=(-fw_cfg "name=opt/io.systemd.credentials/portreeve.dsc,file=$fw_cfg")

# The ports of a disk that is kept have the same MAC addresses each time.
number=0 machine=$(cksum <<<"${disk:-$$}" | cut -d ' ' -f 1)
port() { # NETDEV-OPTIONS
  local mac
  mac=52:54:$(printf '%02x:%02x:%02x:%02x' $((machine >> 16 & 255)) $((machine >> 8 & 255)) $((machine & 255)) $number)
  options+=(-netdev "$1,id=net$number"
    -device "virtio-net-pci,id=nic$number,netdev=net$number,mac=$mac,speed=10000,duplex=full,romfile=")
  number=$((number + 1))
}
for ((n = 0; n < nics; ++n)); do
  if [ $n = 0 ]; then
    port "user,net=192.168.100.0/24,host=192.168.100.2,restrict=on,hostfwd=tcp:127.0.0.1:$ssh-192.168.100.10:22"
    port "hubport,hubid=$n"
  fi
done
for cable in "${cables[@]}"; do
  case $cable in
    tap=*) port "tap,ifname=${cable#tap=},script=no,downscript=no" ;;
    socket=*)
      name=${cable#socket=} server=on
      ! grep -qxF "@$name" <(awk '{ print $8 }' /proc/net/unix) || server=off
      port "stream,server=$server,addr.type=unix,addr.path=$name,addr.abstract=on"
      ;;
    *) usage ;;
  esac
done

if [ -n "$console" ]; then options+=(-serial "file:$console")
elif [ -t 0 ]; then options+=(-serial mon:stdio)
else options+=(-serial stdio); fi
[ -z "$qmp" ] || options+=(-qmp "unix:$qmp,server=on,wait=off")
rm -rf "$scratch" # QEMU has by number what it needs of it
exec qemu-system-x86_64 "${options[@]}" "$@"
