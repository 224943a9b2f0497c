#!/bin/sh
set -eu

apt-get update
apt-get install --yes --no-install-recommends python3
rm -rf /var/lib/apt/lists/*
useradd --system api
dpkg-query --show > /srv/packages.txt
