packages = ["ca-certificates", "lsb-release"]
