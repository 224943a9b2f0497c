packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = ">= 1.1.0"
    }
    vagrant = {
      source  = "github.com/hashicorp/vagrant"
      version = ">= 1.1.5"
    }
  }
}

variable "iso_checksum" {
  type    = string
  default = "sha256:64d727dd5785ae5fcfd3ae8ffbede5f40cca96f1580aaa2820e8b99dae989d94"
}

variable "headless" {
  type    = bool
  default = true
}

variable "cpus" {
  type    = number
  default = 2
}

locals {
  boot = "auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg"
}

source "qemu" "debian" {
  iso_url          = "https://cdimage.example.org/debian-12.4.0-amd64-netinst.iso"
  iso_checksum     = var.iso_checksum
  output_directory = "output-debian"
  accelerator      = "kvm"
  format           = "qcow2"
  disk_size        = "20G"
  cpus             = var.cpus
  memory           = 2048
  headless         = var.headless
  net_device       = "virtio-net"
  http_directory   = "http"
  http_port_min    = 8100
  http_port_max    = 8200
  boot_wait        = "5s"
  boot_command     = ["<esc><wait>", local.boot, "<enter>"]
  communicator     = "ssh"
  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  ssh_port         = 22
  ssh_timeout      = "40m"
  shutdown_command = "sudo /sbin/poweroff"
  qemuargs         = [["-cpu", "host"], ["-vga", "std"]]
}

build {
  sources = ["source.qemu.debian"]

  provisioner "shell" {
    inline            = ["sudo reboot"]
    expect_disconnect = true
    skip_clean        = true
  }

  provisioner "shell" {
    inline              = ["uname -a"]
    pause_before        = "30s"
    start_retry_timeout = "10m"
  }

  post-processors {
    post-processor "vagrant" {
      output              = "debian-12.box"
      compression_level   = 9
      keep_input_artifact = true
    }
    post-processor "checksum" {
      checksum_types = ["sha512"]
    }
  }
}
