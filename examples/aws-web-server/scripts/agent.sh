#!/bin/bash
set -euo pipefail
# A template of the agent's own; braces in a script stay what they are.
printf 'name = {{ hostname }}\ntoken = %s\n' "$API_TOKEN" | sudo tee /etc/agent.conf > /dev/null
sudo chmod 0600 /etc/agent.conf
