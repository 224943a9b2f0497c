packer {
  required_plugins {
    amazon = {
      version = ">= 1.3.0"
      source  = "github.com/hashicorp/amazon"
    }
    docker = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/docker"
    }
  }
}

locals {
  registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
}

# Its repository is told by its names.
source "docker" "tagged" {
  image    = "public.ecr.aws/debian/debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  platform = "linux/arm64"
  commit   = true
  changes = [
    "LABEL prompt=\"{{`{{`}}name}}\" quote='{{`{{`}}'",
    "CMD [\"{{`{{{`}}\"]",
  ]
  login          = true
  login_username = "somebody"
  login_password = "something"
}

# An AMI in the same project.
source "amazon-ebs" "tagged" {
  ami_name      = "tagged"
  region        = "eu-west-1"
  instance_type = "t3.micro"
  source_ami    = "ami-0123456789abcdef0"
  ssh_username  = "root"
}

# Options tell what it does not.
source "docker" "told" {
  image            = "debian:12"
  commit           = true
  exec_user        = "root"
  fix_upload_owner = true
  run_command      = ["-d", "-i", "-e", "A=b c", "-w", "/srv/app", "--label=x={{`{{`}}y", "--cap-add=NET_ADMIN", "--entrypoint=/bin/sh", "--", "{{.Image}}"]
  tmpfs            = ["/scratch"]
  author           = "somebody"
  changes = [
    "entrypoint [\"ignored\"]",
    "ENTRYPOINT [\"/bin/app\"]",
    "WORKDIR relative",
  ]
}

# Much of it is nothing that a Docker build can do.
source "docker" "refused" {
  image      = "debian:12"
  commit     = true
  privileged = true
  platform   = "linux/s390x"
  volumes    = { "/a" = "/b" }
  changes    = ["ONBUILD RUN echo {{`{{`}}", "STOPSIGNAL SIGTERM"]
}

source "docker" "exported" {
  image       = "debian:12"
  export_path = "image.tar"
}

source "docker" "made" {
  discard = true
  build {
    path = "Dockerfile"
  }
}

build {
  sources = [
    "source.docker.tagged",
    "source.amazon-ebs.tagged",
    "source.docker.told",
    "source.docker.refused",
    "source.docker.exported",
    "source.docker.made",
  ]

  provisioner "file" {
    source      = "files"
    destination = "/opt"
  }

  provisioner "shell" {
    only              = ["docker.refused"]
    inline            = ["echo a", "reboot"]
    expect_disconnect = true
  }

  provisioner "file" {
    only        = ["docker.told"]
    direction   = "download"
    sources     = ["/var/log/", "/etc/os-release"]
    destination = "logs/"
  }

  post-processors {
    post-processor "docker-tag" {
      only       = ["docker.tagged"]
      repository = "${local.registry}/team/tagged"
      tags       = ["1.0"]
    }
    post-processor "docker-push" {
      only         = ["docker.tagged"]
      ecr_login    = true
      login_server = "https://${local.registry}/"
    }
  }

  post-processor "docker-tag" {
    only       = ["docker.told", "docker.refused"]
    repository = "registry.example.com/team/app"
    tags       = ["1.0", "latest"]
  }

  post-processor "docker-save" {
    only = ["docker.refused"]
    path = "saved.tar"
  }
}
