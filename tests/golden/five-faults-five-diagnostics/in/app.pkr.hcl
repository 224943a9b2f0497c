variable "release" {
  type    = string
  default = "1.0"
}

source "docker" "app" {
  image   = "debian:13"
  comit   = true
  discard = "perhaps"
}

build {
  sources = ["source.docker.ap"]

  provisioner "shell" {
    inline = ["echo ${var.relase}"]
  }
}

locals {
  broken = [1, 2
  other  = 3
}
