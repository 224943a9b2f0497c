# The web server.
# Built every night.

variable "release" {
  type    = string
  default = "1.0"
}

variable "mirror" {
  type      = string
  sensitive = true
}

variable "label" {
  type    = string
  default = null
}

locals {
  label = var.label != null ? var.label : "web-${var.release}"
}

source "docker" "docker" {
  image            = "debian:13"
  commit           = true
  fix_upload_owner = true
}

source "docker" "small" {
  image            = "alpine:3.22"
  commit           = true
  fix_upload_owner = true
}

build {
  description = "Web images"
  sources     = ["source.docker.docker", "source.docker.small"]

  provisioner "file" {
    content     = <<-EOT
      [server]
      release = ${var.release}
    EOT
    destination = "/etc/server.conf"
  }

  provisioner "shell" {
    environment_vars = ["LABEL=${local.label}", "HOME_OF=$${HOME}"]
    inline           = ["apk add curl", "echo {{build_name}} {{build_type}}"]
    only             = ["docker.small"]
  }

  provisioner "shell" {
    inline       = ["echo done"]
    pause_before = "5s"
    override = {
      small = {
        inline = ["echo small"]
      }
    }
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "example/web"
      tags       = split(",", "${var.release},latest")
    }

    post-processor "docker-push" {}
  }
}
