packer {
  required_plugins {
    virtualbox = {
      source  = "github.com/hashicorp/virtualbox"
      version = ">= 1.1.1"
    }
    vagrant = {
      source  = "github.com/hashicorp/vagrant"
      version = "~> 1.1"
    }
    ansible = {
      source  = "github.com/hashicorp/ansible"
      version = "~> 1.1"
    }
  }
}

variable "iso" {
  type = object({
    url = string
    sum = string
  })
  default = {
    url = "https://releases.example.org/ubuntu-22.04.iso"
    sum = "sha256:5e38b55d57d94ff029719342357325ed3bda38fa80054f9330dc789cd2d43931"
  }
}

variable "box_version" {
  type    = string
  default = "1.0.0"
}

source "virtualbox-iso" "ubuntu" {
  guest_os_type        = "Ubuntu_64"
  iso_url              = var.iso.url
  iso_checksum         = var.iso.sum
  guest_additions_mode = "upload"
  hard_drive_interface = "sata"
  disk_size            = 40000
  cpus                 = 2
  memory               = 4096
  headless             = true
  format               = "ova"
  cd_files             = ["scripts/user-data", "scripts/meta-data"]
  cd_label             = "cidata"
  boot_wait            = "10s"
  boot_command         = ["c<wait>", "linux /casper/vmlinuz autoinstall<enter>", "boot<enter>"]
  shutdown_command     = "echo 'ubuntu' | sudo -S shutdown -P now"
  shutdown_timeout     = "15m"
  ssh_username         = "ubuntu"
  ssh_password         = "ubuntu"
  ssh_timeout          = "30m"
  vboxmanage = [
    ["modifyvm", "{{.Name}}", "--nat-localhostreachable1", "on"],
  ]
}

build {
  sources = ["source.virtualbox-iso.ubuntu"]

  provisioner "ansible" {
    playbook_file   = "scripts/site.yml"
    user            = "ubuntu"
    use_proxy       = false
    extra_arguments = ["--extra-vars", "version=${var.box_version}"]
  }

  provisioner "shell" {
    scripts         = ["scripts/clean.sh"]
    execute_command = "echo 'ubuntu' | sudo -S env {{ .Vars }} sh {{ .Path }}"
  }

  post-processor "vagrant" {
    output               = "ubuntu-${var.box_version}.box"
    compression_level    = 6
    vagrantfile_template = "scripts/Vagrantfile"
  }
}
