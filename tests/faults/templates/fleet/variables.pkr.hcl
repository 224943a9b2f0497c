packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0, < 2.0.0"
    }
    docker = {
      source  = "github.com/hashicorp/docker"
      version = ">= 1.0.0"
    }
    ansible = {
      source  = "github.com/hashicorp/ansible"
      version = ">= 1.1.1"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "major" {
  type    = number
  default = 3

  validation {
    condition     = var.major > 0 && var.major < 100
    error_message = "The major version is between 1 and 99."
  }
}

variable "users" {
  type = list(object({
    name  = string
    admin = bool
  }))
  default = [{ name = "ops", admin = true }]
}

variable "labels" {
  type = map(string)
  default = {
    Owner = "platform"
    Stage = "test"
  }
}

locals {
  version = "${var.major}.${local.minor}"
  minor   = length(data.http.motd.body) > 100 ? 2 : 1
}
