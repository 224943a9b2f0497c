source "docker" "limited" {
  image   = "debian:12-slim"
  commit  = true
  cap_add = ["SYS_PTRACE"]
}

build {
  sources = ["source.docker.limited"]

  provisioner "file" {
    source      = "motd"
    destination = "/etc/motd"
  }
}
