source "amazon-ebs" "base" {
  region        = var.region
  instance_type = "c6i.large"
  source_ami    = data.amazon-ami.ubuntu.id
  ssh_username  = "ubuntu"
  encrypt_boot  = true
  ami_users     = []

  tag {
    key   = "Version"
    value = local.version
  }

  dynamic "tag" {
    for_each = var.labels
    content {
      key   = tag.key
      value = tag.value
    }
  }
}

source "docker" "local" {
  image   = "ubuntu:22.04"
  discard = true
}

data "amazon-ami" "ubuntu" {
  region      = var.region
  owners      = ["099720109477"]
  most_recent = true
  filters = {
    name                = "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*"
    virtualization-type = "hvm"
    architecture        = "x86_64"
  }
}

data "http" "motd" {
  url = "https://example.org/motd"
}
