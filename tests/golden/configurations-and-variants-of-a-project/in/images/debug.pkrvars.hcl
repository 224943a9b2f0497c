packages = ["ca-certificates", "strace"]
