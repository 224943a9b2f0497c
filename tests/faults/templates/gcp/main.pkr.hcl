packer {
  required_plugins {
    googlecompute = {
      source  = "github.com/hashicorp/googlecompute"
      version = ">= 1.1.4"
    }
  }
}

variable "project" {
  type = string
}

variable "zone" {
  type    = string
  default = "europe-west3-a"
}

local "family" {
  expression = "batch-${lower("RUNNER")}"
}

source "googlecompute" "runner" {
  project_id              = var.project
  zone                    = var.zone
  source_image_family     = "debian-12"
  source_image_project_id = ["debian-cloud"]
  machine_type            = "n2-standard-2"
  disk_size               = 40
  disk_type               = "pd-ssd"
  image_name              = "${local.family}-{{timestamp}}"
  image_family            = local.family
  image_labels = {
    team = "batch"
    env  = "prod"
  }
  ssh_username = "packer"
  ssh_timeout  = "5m"
  use_iap      = true
  tags         = ["packer", "iap-ssh"]
}

build {
  name    = "runner"
  sources = ["source.googlecompute.runner"]

  provisioner "shell" {
    script = "scripts/install.sh"
  }

  provisioner "breakpoint" {
    disable = true
    note    = "look at the machine"
  }

  error-cleanup-provisioner "shell" {
    inline = ["journalctl -n 100 --no-pager"]
  }

  post-processor "checksum" {
    checksum_types = ["sha256"]
    output         = "runner_{{ .ChecksumType }}.txt"
  }
}
