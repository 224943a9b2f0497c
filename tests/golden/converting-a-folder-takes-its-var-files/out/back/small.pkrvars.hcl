image    = "alpine:3.22"
commands = ["echo $${HOME}"]
