# The web server.
packer {
  required_version = ">= 1.7.0"
}

variable "release" {
  type    = string
  default = "1.0"
}

variable "home" {
  type    = string
  default = env("HOME")
}

variable "mirror" {
  default   = "https://deb.example.org"
  sensitive = true
}

variable "label" {
  type    = string
  default = null
}

locals {
  label = var.label != null ? var.label : "web-${upper(var.release)}"
}

source "docker" "docker" {
  image            = "debian:13"
  commit           = true
  fix_upload_owner = true
}

source "amazon-ebs" "small" {
  ami_name      = "${local.label}-{{timestamp}}"
  instance_type = "t3.micro"
  region        = "eu-west-1"
  ssh_username  = "admin"

  source_ami_filter {
    filters = {
      name = "debian-13-*"
    }
    owners      = ["136693071363"]
    most_recent = true
  }

  # Its disks.
  launch_block_device_mappings {
    device_name = "/dev/sda1"
    volume_size = 20
  }

  launch_block_device_mappings {
    device_name = "/dev/sdb"
  }
}

build {
  description = "Web images"
  sources     = ["source.docker.docker", "source.amazon-ebs.small"]

  provisioner "file" {
    content     = <<-EOT
      [server]
      release = ${var.release} # $${HOME}
    EOT
    destination = "/etc/server.conf"
  }

  provisioner "shell" {
    environment_vars = ["MIRROR=${var.mirror}", "HOME_OF=${var.home}"]
    execute_command  = "sudo env {{ .Vars }} {{ .Path }}"
    inline           = ["echo ${build.ID} {{build_name}}"]
    only             = ["amazon-ebs.small"]
    pause_before     = "5s"
    override = {
      small = {
        inline = ["echo small"]
      }
    }
  }

  post-processor "manifest" {
    except = ["docker.docker"]
    output = "manifest.json"
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "example/web"
      only       = ["docker.docker"]
    }

    post-processor "docker-push" {
      only = ["docker.docker"]
    }
  }
}
