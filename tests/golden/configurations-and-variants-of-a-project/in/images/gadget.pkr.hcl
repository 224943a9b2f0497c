source "gadget" "small" {
  size = "big"
  part {
    nam = "lid"
  }
}

source "docker" "gadget" {
  image  = "debian:12-slim"
  commit = true
}

build {
  sources = ["source.gadget.small", "source.docker.gadget"]
}
