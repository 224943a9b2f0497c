variable "python" {
  type    = string
  default = "3.12"
}

variable "tag" {
  type = string
}

variable "registry_user" {
  type    = string
  default = "ci"
}

variable "registry_password" {
  type      = string
  sensitive = true
}
