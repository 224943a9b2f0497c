packer {
  required_plugins {
    docker = {
      source  = "github.com/hashicorp/docker"
      version = ">= 1.0.8"
    }
  }
}

source "docker" "app" {
  image       = "python:${var.python}-slim"
  commit      = true
  pull        = true
  run_command = ["-d", "-i", "-t", "--entrypoint=/bin/sh", "{{ .Image }}"]
  changes = [
    "ENV APP_HOME=/srv/app",
    "WORKDIR /srv/app",
    "EXPOSE 8080",
    "CMD [\"python\", \"-m\", \"app\"]",
  ]
}

source "docker" "worker" {
  image   = "python:${var.python}-slim"
  commit  = true
  changes = ["USER nobody", "ENTRYPOINT [\"celery\"]"]
}

build {
  sources = ["source.docker.app", "source.docker.worker"]

  provisioner "shell" {
    inline = ["mkdir -p /srv/app", "pip install --no-cache-dir gunicorn==22.0"]
  }

  provisioner "file" {
    source      = "docker/requirements.txt"
    destination = "/srv/app/requirements.txt"
    only        = ["docker.app"]
  }

  provisioner "shell" {
    inline           = ["pip install -r /srv/app/requirements.txt"]
    environment_vars = ["PIP_NO_CACHE_DIR=1"]
    override = {
      worker = {
        inline = ["pip install celery"]
      }
    }
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "registry.example.com/shop/app"
      tags       = [var.tag, "latest"]
    }
    post-processor "docker-push" {
      login          = true
      login_server   = "registry.example.com"
      login_username = var.registry_user
      login_password = var.registry_password
    }
  }

  post-processor "manifest" {
    output = "images.json"
    except = ["docker.worker"]
  }
}
