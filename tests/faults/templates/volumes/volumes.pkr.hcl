packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.2.8"
    }
  }
}

variable "snapshot_tags" {
  type    = map(string)
  default = { Kind = "data" }
}

source "amazon-ebssurrogate" "root" {
  region                  = "eu-north-1"
  instance_type           = "t3.medium"
  ami_name                = "surrogate-root"
  ami_virtualization_type = "hvm"
  source_ami              = "ami-0123456789abcdef0"
  ssh_username            = "admin"
  boot_mode               = "uefi"
  temporary_key_pair_type = "ed25519"
  ssh_interface           = "public_ip"

  launch_block_device_mappings {
    device_name = "/dev/xvdf"
    volume_size = 10
    volume_type = "io2"
    iops        = 3000
  }

  ami_root_device {
    source_device_name    = "/dev/xvdf"
    device_name           = "/dev/xvda"
    delete_on_termination = true
    volume_size           = 16
    volume_type           = "gp2"
  }
}

source "amazon-ebsvolume" "data" {
  region        = "eu-north-1"
  instance_type = "t3.medium"
  source_ami    = "ami-0123456789abcdef0"
  ssh_username  = "admin"

  ebs_volumes {
    device_name = "/dev/xvdg"
    volume_size = 100
    volume_type = "gp3"
    throughput  = 250
    tags        = var.snapshot_tags
  }
}

build {
  sources = ["source.amazon-ebssurrogate.root", "source.amazon-ebsvolume.data"]

  provisioner "shell" {
    inline = ["lsblk"]
  }

  provisioner "shell" {
    inline      = ["sudo mkfs.ext4 /dev/xvdf"]
    only        = ["amazon-ebssurrogate.root"]
    pause_after = "5s"
    timeout     = "2m30s"
  }
}
