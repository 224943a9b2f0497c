packer {
  required_plugins {
    proxmox = {
      source  = "github.com/hashicorp/proxmox"
      version = ">= 1.2.2"
    }
  }
}

variable "node" {
  type    = string
  default = "pve1"
}

variable "token" {
  type      = string
  sensitive = true
}

source "proxmox-iso" "k8s" {
  proxmox_url = "https://pve.example.org:8006/api2/json"
  username    = "packer@pve!ci"
  token       = var.token
  node        = var.node

  vm_name              = "k8s-node"
  template_description = "Node of the cluster."
  os                   = "l26"
  cores                = 2
  memory               = 4096
  scsi_controller      = "virtio-scsi-pci"
  qemu_agent           = true

  boot_iso {
    iso_file = "local:iso/debian-12.iso"
    unmount  = true
  }

  network_adapters {
    model  = "virtio"
    bridge = "vmbr0"
  }

  disks {
    type         = "scsi"
    disk_size    = "30G"
    storage_pool = "ceph"
    format       = "raw"
  }

  http_directory = "http"
  boot_wait      = "8s"
  boot_command   = ["<esc>", "auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg<enter>"]
  ssh_username   = "root"
  ssh_password   = "packer"
  ssh_timeout    = "25m"
}

build {
  sources = ["source.proxmox-iso.k8s"]

  provisioner "shell" {
    inline = ["apt-get install -y containerd", "cloud-init clean"]
  }

  provisioner "file" {
    content     = "net.ipv4.ip_forward = 1"
    destination = "/etc/sysctl.d/99-k8s.conf"
  }
}
