#!/bin/sh
# Installs what set-up needs from Debian and makes the unprivileged user that everything else runs as.
# Runs as root: in docker/*.Dockerfile, and in a bare Debian root by docker/check.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
xargs -r apt-get install -y -q --no-install-recommends <"$here/packages.txt"
rm -rf /var/lib/apt/lists/*
id lab >/dev/null 2>&1 || useradd --create-home --uid 1000 --shell /bin/bash lab
