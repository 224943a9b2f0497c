packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3"
    }
    windows-update = {
      source  = "github.com/rgl/windows-update"
      version = "0.16.7"
    }
  }
}

variable "admin_password" {
  type      = string
  sensitive = true
}

variable "subnet" {
  type    = string
  default = "subnet-0aa11bb22cc33dd44"
}

data "amazon-ami" "base" {
  filters = {
    name             = "Windows_Server-2022-English-Full-Base-*"
    root-device-type = "ebs"
  }
  owners      = ["amazon"]
  most_recent = true
  region      = "us-east-1"
}

source "amazon-ebs" "windows" {
  region         = "us-east-1"
  source_ami     = data.amazon-ami.base.id
  instance_type  = "m6i.large"
  ami_name       = "windows-2022-{{timestamp}}"
  subnet_id      = var.subnet
  communicator   = "winrm"
  winrm_username = "Administrator"
  winrm_use_ssl  = true
  winrm_insecure = true
  winrm_timeout  = "20m"
  user_data_file = "scripts/winrm.ps1"
  imds_support   = "v2.0"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  assume_role {
    role_arn     = "arn:aws:iam::123456789012:role/packer"
    session_name = "packer"
  }
}

build {
  name    = "windows"
  sources = ["source.amazon-ebs.windows"]

  provisioner "powershell" {
    script            = "scripts/features.ps1"
    elevated_user     = "Administrator"
    elevated_password = var.admin_password
    execution_policy  = "bypass"
    valid_exit_codes  = [0, 3010]
  }

  provisioner "windows-restart" {
    restart_timeout       = "15m"
    restart_check_command = "powershell -command \"& {Write-Output 'up'}\""
  }

  provisioner "windows-update" {
    search_criteria = "IsInstalled=0"
    filters         = ["exclude:$_.Title -like '*Preview*'", "include:$true"]
    update_limit    = 25
  }

  provisioner "windows-shell" {
    inline = ["dir c:\\"]
  }

  provisioner "powershell" {
    inline           = ["Write-Host ${build.ID}", "& 'C:/Program Files/Amazon/EC2Launch/EC2Launch.exe' sysprep"]
    environment_vars = ["STAGE=seal"]
  }

  post-processor "manifest" {
    output = "windows.json"
  }
}
