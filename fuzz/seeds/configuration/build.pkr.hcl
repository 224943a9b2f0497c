variable "x" {
  type    = list(string)
  default = ["a"]
  validation {
    condition     = length(var.x) > 0
    error_message = "Give one."
  }
}
locals { y = [for a in var.x : upper(a)] }
local "s" {
  expression = "${local.y[0]}x"
  sensitive  = true
}
source "docker" "a" {
  image  = "debian:12"
  commit = true
}
build {
  name    = "n"
  sources = ["source.docker.a"]
  provisioner "shell" {
    only   = ["docker.a"]
    inline = ["echo {{ build_name }} ${local.s}"]
  }
  dynamic "provisioner" {
    for_each = local.y
    labels   = ["file"]
    content {
      source      = "a.txt"
      destination = "/tmp/${provisioner.value}"
    }
  }
  post-processors {
    post-processor "docker-tag" { repository = "r" }
    post-processor "manifest" {}
  }
}
