# A template for a cloud's machine image, taken to a container: its base has to be named,
#   formwork compile examples/cloud-image --target dockerfile --set dockerfile.base=ubuntu:24.04

variable "region" {
  type    = string
  default = "eu-central-1"
}

source "amazon-ebs" "agent" {
  ami_name      = "ci-agent-{{timestamp}}"
  instance_type = "t3.small"
  region        = var.region
  ssh_username  = "ubuntu"

  source_ami_filter {
    filters = {
      name                = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"
      virtualization-type = "hvm"
    }
    owners      = ["099720109477"]
    most_recent = true
  }
}

build {
  sources = ["source.amazon-ebs.agent"]

  provisioner "shell" {
    execute_command = "chmod +x {{ .Path }}; sudo {{ .Vars }} {{ .Path }}"
    scripts         = ["${path.root}/scripts/agent.sh"]
  }
}
