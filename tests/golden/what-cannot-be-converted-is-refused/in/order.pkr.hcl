source "docker" "app" {
  image  = "debian:13"
  commit = true
}

build {
  sources = ["source.docker.app"]

  post-processor "manifest" {
    output = "first.json"
  }

  post-processors {
    post-processor "manifest" {
      output = "second.json"
    }
  }

  post-processor "manifest" {
    output = "third.json"
  }
}
