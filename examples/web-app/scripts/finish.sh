#!/bin/sh
set -eu

# The configuration is written by the template with mode 0600; the server reads it as www-data.
chmod 0644 /etc/site.conf
chown -R www-data:www-data /srv/site

echo "site of $PACKER_BUILD_NAME is in place"
