# What changes from build to build is a parameter of the pipeline; what is secret never stands in a generated file.

variable "index_url" {
  type        = string
  description = "Where packages come from. Has no default: the pipeline asks for it."
}

variable "index_token" {
  type        = string
  sensitive   = true
  description = "Opens the package index."
}

variable "tag" {
  type    = string
  default = "dev"
}

source "docker" "service" {
  image   = "alpine:3.20"
  commit  = true
  changes = ["LABEL org.opencontainers.image.version=${var.tag}", "ENTRYPOINT [\"/usr/bin/service\"]", "CMD []"]
}

build {
  sources = ["source.docker.service"]

  provisioner "shell" {
    environment_vars = [
      "INDEX_URL=${var.index_url}",
      "INDEX_TOKEN=${var.index_token}",
    ]
    inline = [
      "test -n \"$INDEX_TOKEN\"",
      "echo \"packages come from $INDEX_URL\"",
      "mkdir -p /etc/service",
    ]
  }

  provisioner "file" {
    source      = "${path.root}/config/service.conf"
    destination = "/etc/service/service.conf"
  }

  post-processor "docker-tag" {
    repository = "registry.example.com/service"
    tags       = [var.tag]
  }
}
