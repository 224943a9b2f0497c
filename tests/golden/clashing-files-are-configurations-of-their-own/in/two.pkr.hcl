source "docker" "app" {
  image  = var.image
  commit = true
}

build {
  name    = "two"
  sources = ["source.docker.app"]
}
