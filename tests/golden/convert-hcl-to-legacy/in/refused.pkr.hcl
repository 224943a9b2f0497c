packer {
  required_plugins {
    docker = {
      source  = "github.com/hashicorp/docker"
      version = "~> 1"
    }
  }
}

variable "sizes" {
  type    = list(number)
  default = [1, 2]
}

variable "port" {
  type        = string
  default     = "22"
  description = "Where it listens."
}

locals {
  total = length(var.sizes)
}

source "docker" "app" {
  image    = "debian:${local.total}"
  commit   = true
  ssh_port = var.port
}

build {
  name    = "web"
  sources = ["source.docker.app"]

  provisioner "shell" {
    name   = "first"
    inline = ["echo ${source.name}", "echo ${join(",", ["a"])}"]
  }
}
