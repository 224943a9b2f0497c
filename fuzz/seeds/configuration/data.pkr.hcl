packer {
  required_version = ">= 1.7"
  required_plugins {
    docker = { version = "~> 1", source = "github.com/hashicorp/docker" }
  }
}
variable "secret" { sensitive = true }
data "amazon-ami" "a" { filters = { name = "x-*" } }
source "null" "a" { communicator = "none" }
build {
  source "null.a" { ssh_host = data.amazon-ami.a.id }
  provisioner "shell-local" { inline = ["echo ${var.secret} ${build.ID}"] }
  error-cleanup-provisioner "shell" { script = "a.sh" }
}
