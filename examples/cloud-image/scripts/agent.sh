#!/bin/sh -e
apt-get update
apt-get install -y --no-install-recommends git
mkdir -p /var/lib/agent
