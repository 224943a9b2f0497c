packer {
  required_version = ">= 1.9.0"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

variable "region" {
  type        = string
  default     = "eu-central-1"
  description = "Where the web server's image is built."
}

variable "instance_type" {
  type    = string
  default = "t3.small"
}

variable "release" {
  type    = string
  default = "2024.11"

  validation {
    condition     = length(var.release) > 4
    error_message = "The release is a year and a month."
  }
}

variable "data_disks" {
  type    = list(string)
  default = ["/dev/sdf", "/dev/sdg"]
}

variable "base_tags" {
  type    = map(string)
  default = { Team = "web" }
}

locals {
  stamp = formatdate("YYYYMMDD", timestamp())
  name  = "web-${var.release}-${local.stamp}"
  tags  = merge(var.base_tags, { Name = local.name })
}

source "amazon-ebs" "web" {
  region        = var.region
  instance_type = var.instance_type
  ami_name      = local.name
  ami_regions   = ["eu-west-1", "eu-west-3"]
  ssh_username  = "admin"
  ssh_timeout   = "8m"
  ebs_optimized = true

  source_ami_filter {
    filters = {
      name                = "debian-12-amd64-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    owners      = ["136693071363"]
    most_recent = true
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = 20
    volume_type           = "gp3"
    delete_on_termination = true
  }

  dynamic "launch_block_device_mappings" {
    for_each = var.data_disks
    content {
      device_name = launch_block_device_mappings.value
      volume_size = 50
      encrypted   = true
    }
  }

  tags     = local.tags
  run_tags = { Purpose = "build of ${local.name}" }
}

build {
  name    = "web"
  sources = ["source.amazon-ebs.web"]

  provisioner "file" {
    source      = "scripts/site.conf"
    destination = "/tmp/site.conf"
  }

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo apt-get install -y nginx",
      "sudo install -m 0644 /tmp/site.conf /etc/nginx/conf.d/site.conf",
    ]
    environment_vars = ["DEBIAN_FRONTEND=noninteractive"]
    pause_before     = "10s"
    max_retries      = 3
  }

  provisioner "shell" {
    script          = "scripts/harden.sh"
    execute_command = "chmod +x {{ .Path }}; sudo {{ .Vars }} {{ .Path }}"
    timeout         = "5m"
  }

  post-processor "manifest" {
    output     = "manifest.json"
    strip_path = true
    custom_data = {
      release = var.release
    }
  }
}
