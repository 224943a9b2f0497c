#!/bin/sh
echo agents
