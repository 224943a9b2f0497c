# An AMI with a web server, compiled into a pipeline of EC2 Image Builder:
#   formwork compile examples/aws-web-server --target aws-image-builder

packer {
  required_plugins {
    amazon = {
      version = ">= 1.3.0"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

variable "release" {
  type        = string
  default     = "2.3.1"
  description = "The version of the site."
}

variable "api_token" {
  type        = string
  sensitive   = true
  description = "What the site's agent signs in with."
}

variable "kms_key" {
  type        = string
  description = "The key that the copies in the other Region are encrypted with."
}

data "amazon-ami" "base" {
  filters = {
    name                = "al2023-ami-2023*-x86_64"
    virtualization-type = "hvm"
  }
  owners      = ["amazon"]
  most_recent = true
}

source "amazon-ebs" "web" {
  ami_name        = "web-${var.release}-{{timestamp}}"
  ami_description = "The site, release ${var.release}"
  region          = "eu-west-1"
  instance_type   = "t3.small"
  source_ami      = data.amazon-ami.base.id
  ssh_username    = "ec2-user"

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = 20
    volume_type           = "gp3"
    delete_on_termination = true
    encrypted             = true
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  ami_regions        = ["eu-central-1"]
  region_kms_key_ids = { "eu-central-1" = var.kms_key }
  ami_users          = ["123456789012"]
  deprecate_at       = timeadd(timestamp(), "2160h")

  tags = {
    Release    = var.release
    BuiltFrom  = "packer"
  }
  run_tags = {
    Team = "web"
  }
}

build {
  sources = ["source.amazon-ebs.web"]

  provisioner "shell" {
    name            = "packages"
    execute_command = "chmod +x {{ .Path }}; sudo env {{ .Vars }} {{ .Path }}"
    inline = [
      "dnf -y upgrade",
      "dnf -y install nginx",
    ]
    max_retries = 2
  }

  # A new kernel needs a new start.
  provisioner "shell" {
    inline            = ["sudo reboot"]
    expect_disconnect = true
  }

  provisioner "file" {
    source      = "files/site"
    destination = "/tmp"
  }

  provisioner "shell" {
    script           = "scripts/install-site.sh"
    environment_vars = ["RELEASE=${var.release}"]
  }

  provisioner "shell" {
    script = "scripts/agent.sh"
    env    = { API_TOKEN = var.api_token }
  }

  post-processor "manifest" {
    output = "manifest.json"
  }
}
