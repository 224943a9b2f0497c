#!/bin/sh -e
groupadd --system app
useradd --system --gid app --home-dir /app app
