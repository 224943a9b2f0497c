source "docker" "app" {
  image  = var.image
  commit = true
}

build {
  name    = "one"
  sources = ["source.docker.app"]
}
