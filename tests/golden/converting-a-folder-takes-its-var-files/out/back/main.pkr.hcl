source "docker" "app" {
  image  = var.image
  commit = true
}

build {
  sources = ["source.docker.app"]

  provisioner "shell" {
    inline = var.commands
  }
}
