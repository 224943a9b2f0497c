packer {
  required_plugins {
    docker = {
      version = "~> 1"
      source  = "github.com/hashicorp/docker"
    }
  }
}

variable "packages" {
  type    = list(string)
  default = ["curl"]
}

variable "release" {
  type        = string
  description = "not a template: $${x}"

  validation {
    condition     = length(var.release) > 2
    error_message = "A release has at least three characters."
  }
}

locals {
  tags   = [var.release, "latest"]
  script = "apt-get update\napt-get install -y ${join(" ", var.packages)}\n"
}

source "docker" "app" {
  image   = "debian:12"
  commit  = true
  changes = ["ENV RELEASE=${var.release}", "CMD [\"app\"]"]
}

build {
  name = "app"

  source "docker.app" {
    name = "slim"
  }

  dynamic "provisioner" {
    for_each = ["one", "two"]
    iterator = step
    labels   = ["shell"]

    content {
      inline = ["echo ${step.value} $${HOME}"]
    }
  }

  provisioner "shell" {
    only              = ["docker.slim"]
    environment_vars  = ["A=1"]
    inline            = [local.script]
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "example/app"
      tags       = local.tags
    }

    post-processor "docker-push" {}
  }
}
