packer {
  required_plugins {
    azure = {
      source  = "github.com/hashicorp/azure"
      version = "~> 2.1"
    }
  }
}

variable "subscription" {
  type = string
}

variable "resource_group" {
  type    = string
  default = "images-rg"
}

variable "location" {
  type    = string
  default = "westeurope"
}

source "azure-arm" "ubuntu" {
  use_azure_cli_auth                = true
  subscription_id                   = var.subscription
  managed_image_resource_group_name = var.resource_group
  managed_image_name                = "ubuntu-base-2204"
  os_type                           = "Linux"
  image_publisher                   = "Canonical"
  image_offer                       = "0001-com-ubuntu-server-jammy"
  image_sku                         = "22_04-lts-gen2"
  location                          = var.location
  vm_size                           = "Standard_D2s_v5"
  os_disk_size_gb                   = 64
  polling_duration_timeout          = "20m"

  azure_tags = {
    cost-centre = "4711"
    stage       = "base"
  }
}

build {
  sources = ["source.azure-arm.ubuntu"]

  provisioner "shell" {
    scripts          = ["scripts/update.sh", "scripts/agents.sh"]
    environment_vars = ["STAGE=base"]
  }

  provisioner "shell" {
    inline          = ["/usr/sbin/waagent -force -deprovision+user", "sync"]
    execute_command = "chmod +x {{ .Path }}; {{ .Vars }} sudo -E sh '{{ .Path }}'"
    inline_shebang  = "/bin/sh -x"
  }
}
