# The classic workflow: a base image, packages, the application, a name, a registry.

packer {
  required_plugins {
    docker = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/docker"
    }
  }
}

variable "base" {
  type        = string
  default     = "debian:12-slim"
  description = "What the image starts from."
}

variable "version" {
  type        = string
  default     = "1.4.0"
  description = "The version of the site, which is also the image's tag."
}

source "docker" "web" {
  image  = var.base
  commit = true
  changes = [
    "ENV SITE_VERSION=${var.version}",
    "EXPOSE 8080",
    "USER 33", # www-data
    "CMD [\"nginx\", \"-g\", \"daemon off;\"]",
  ]
}

build {
  sources = ["source.docker.web"]

  provisioner "shell" {
    environment_vars = ["DEBIAN_FRONTEND=noninteractive"]
    inline = [
      "apt-get update",
      "apt-get install -y --no-install-recommends nginx",
      "rm -rf /var/lib/apt/lists/*",
      "mkdir -p /srv/site",
    ]
  }

  provisioner "file" {
    source      = "${path.root}/site/"
    destination = "/srv/site"
  }

  provisioner "file" {
    content     = "server { listen 8080; root /srv/site; }\n"
    destination = "/etc/site.conf"
  }

  provisioner "shell" {
    script = "${path.root}/scripts/finish.sh"
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "registry.example.com/shop/web"
      tags       = [var.version, "latest"]
    }
    post-processor "docker-push" {}
  }

  post-processor "manifest" {
    output = "packer-manifest.json"
  }
}
