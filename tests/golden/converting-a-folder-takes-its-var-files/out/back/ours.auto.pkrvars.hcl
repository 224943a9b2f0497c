# Ours.
image = "debian:13"
