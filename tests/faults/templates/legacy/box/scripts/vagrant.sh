#!/bin/sh
echo vagrant
