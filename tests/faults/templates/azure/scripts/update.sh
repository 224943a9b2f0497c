#!/bin/sh
sudo apt-get -y upgrade
