#!/bin/bash
set -euo pipefail
sudo mkdir -p /srv/site
sudo cp -r /tmp/site/. /srv/site/
echo "$RELEASE" | sudo tee /srv/site/release.txt
rm -rf /tmp/site
sudo systemctl enable nginx
