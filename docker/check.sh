#!/bin/bash
# Runs the Dockerfile's steps in a bare Debian root, for machines without a container engine.
#   sudo docker/check.sh [FOLDER]     (needs root, debootstrap and chroot; FOLDER is made and removed, default: a temporary one)
# MIRROR, SUITE    where Debian's packages come from, and which release (default: debootstrap's own mirror, trixie)
# KEEP=1           leaves the root for a look
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
suite=${SUITE:-trixie}
[ "$(id -u)" = 0 ] || { echo "docker/check.sh: needs root for chroot: sudo $0" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "docker/check.sh: debootstrap is missing: apt-get install debootstrap" >&2; exit 2; }
root=${1:-$(mktemp -d)}/root
clean() {
  mountpoint -q "$root/proc" && umount "$root/proc"
  if [ "${KEEP:-}" = 1 ]; then echo "left for a look: $root"; else rm -rf --one-file-system "$root"; fi
}
trap clean EXIT

echo "== a bare Debian $suite"
debootstrap --variant=minbase "$suite" "$root" ${MIRROR:+"$MIRROR"} >/dev/null
mount -t proc proc "$root/proc"
cp /etc/resolv.conf /etc/hosts "$root/etc/"

echo "== docker/install-packages.sh"
mkdir -p "$root/opt/docker"
cp "$here/packages.txt" "$here/install-packages.sh" "$root/opt/docker/"
chroot "$root" sh /opt/docker/install-packages.sh
# A network that checks traffic with its own certificate needs it in here as well.
if [ -d /usr/local/share/ca-certificates ]; then
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
fi
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

echo "== docker/set-up.sh, as the user lab"
git -C "$top" ls-files -z --cached --others --exclude-standard | (cd "$top" && xargs -0 tar c) |
  (mkdir -p "$root/home/lab/transferlab" && tar x -C "$root/home/lab/transferlab")
chroot "$root" chown -R lab:lab /home/lab
as_lab() { chroot "$root" su lab -c "cd ~/transferlab && export GOTOOLCHAIN=auto GOFLAGS=-buildvcs=false && $1"; }
as_lab "sh docker/set-up.sh"

echo "== a notebook, in quick form"
as_lab "bin/kernel run --quick --output /tmp/executed notebooks/01_first_transfer.ipynb"
echo "docker/check.sh: every step ran in a bare Debian $suite"
