#!/bin/sh -e
mkdir -p /app
