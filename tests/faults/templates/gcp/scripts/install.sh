#!/bin/sh
echo runner
