source "docker" "web" {
  image  = "debian:13"
  commit = true
}

source "null" "probe" {
  communicator = "none"
}

build {
  sources = ["source.docker.web", "source.null.probe"]

  provisioner "shell" {
    only   = ["docker.web"]
    inline = ["echo hello"]
  }
}
