#!/bin/sh
# Sets up the checkout as the unprivileged user, by the very target a person runs by hand, and says what is there.
# Debian's Go fetches the toolchain that go.mod names through the Go module proxy.
set -eu
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto GOFLAGS=-buildvcs=false
make setup
make doctor
