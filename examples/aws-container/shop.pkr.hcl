# Container images, compiled into pipelines of EC2 Image Builder that push them to ECR:
#   formwork compile examples/aws-container --target aws-image-builder

packer {
  required_plugins {
    docker = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/docker"
    }
  }
}

variable "release" {
  type        = string
  default     = "1.4.2"
  description = "The version of the shop."
}

locals {
  registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
}

# What the others start from; its pipeline runs first.
source "docker" "base" {
  image  = "debian:12"
  commit = true
}

source "docker" "api" {
  image  = "${local.registry}/shop/base:12"
  commit = true
  changes = [
    "ENV SHOP_RELEASE=${var.release}",
    "WORKDIR /srv",
    "EXPOSE 8080",
    "USER api",
    "ENTRYPOINT [\"/usr/bin/python3\", \"-m\", \"http.server\"]",
    "CMD [\"8080\"]",
  ]
}

build {
  name    = "base"
  sources = ["source.docker.base"]

  provisioner "shell" {
    script = "scripts/install.sh"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/srv/packages.txt"
    destination = "reports/"
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "${local.registry}/shop/base"
      tags       = ["12"]
    }
    post-processor "docker-push" {
      ecr_login    = true
      login_server = "https://${local.registry}/"
    }
  }
}

build {
  name    = "api"
  sources = ["source.docker.api"]

  provisioner "file" {
    source      = "files/api.conf"
    destination = "/etc/api.conf"
  }

  provisioner "shell" {
    inline = ["mkdir -p /srv/shop", "echo \"$RELEASE\" > /srv/shop/release"]
    env    = { RELEASE = var.release }
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "${local.registry}/shop/api"
      tags       = [var.release, "latest"]
    }
    post-processor "docker-push" {
      ecr_login    = true
      login_server = "https://${local.registry}/"
    }
  }
}
