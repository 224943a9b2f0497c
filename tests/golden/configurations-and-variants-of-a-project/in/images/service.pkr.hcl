variable "base" {
  type = string
}

variable "packages" {
  type    = list(string)
  default = ["ca-certificates"]
}

source "docker" "service" {
  image  = var.base
  commit = true
}

build {
  sources = ["source.docker.service"]

  provisioner "shell" {
    inline = ["apt-get update && apt-get install -y ${join(" ", var.packages)}"]
  }

  post-processor "docker-tag" {
    name       = "tags"
    repository = "service"
  }
}
