variable "version" {
  type    = string
  default = "1.0"
}
variable "token" {
  type      = string
  sensitive = true
  default   = "hunter2"
}
locals {
  name = "app-${var.version}"
  full = "${local.name}-x"
}
source "docker" "app" {
  image  = "debian:${var.version}"
  commit = true
  changes = ["LABEL v=${local.full}"]
}
build {
  name    = "web"
  sources = ["source.docker.app"]
  provisioner "shell" {
    inline           = ["echo ${local.name}"]
    environment_vars = ["T=${var.token}"]
  }
  post-processors {
    post-processor "docker-tag" {
      repository = "r/${local.name}"
      tags = ["a"]
    }
  }
}
