source "docker" "app" {
  image = "debian:13"

build {
  sources = ["source.docker.app"]
}
