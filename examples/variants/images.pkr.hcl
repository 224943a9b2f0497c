# Two images from one set of steps: what differs is said where it differs.

source "docker" "runtime" {
  image    = "debian:12-slim"
  commit   = true
  platform = "linux/amd64"
  changes  = ["LABEL org.opencontainers.image.title=${source.name}", "WORKDIR /app"]
}

build {
  name = "service"

  source "source.docker.runtime" {}

  source "source.docker.runtime" {
    name = "debug"
  }

  provisioner "shell" {
    inline = [
      "apt-get update",
      "apt-get install -y --no-install-recommends ${join(" ", local.packages[source.name])}",
      "rm -rf /var/lib/apt/lists/*",
    ]
  }

  provisioner "shell" {
    only = ["docker.debug"]
    env = {
      PROMPT = "debug $ "
    }
    inline = ["printf '%s' \"$PROMPT\" > /etc/debug-prompt"]
  }

  dynamic "provisioner" {
    labels   = ["shell"]
    for_each = fileset("scripts", "*.sh")
    content {
      script = "${path.root}/scripts/${provisioner.value}"
    }
  }

  post-processor "docker-tag" {
    repository = "${var.registry}/${source.name}"
    tags       = ["12"]
  }
}
