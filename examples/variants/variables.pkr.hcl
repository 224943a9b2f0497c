variable "registry" {
  type    = string
  default = "registry.example.com/runtime"
}

variable "tools" {
  type        = list(string)
  default     = ["ca-certificates", "curl"]
  description = "Packages of every image."
}

variable "debug_tools" {
  type    = list(string)
  default = ["strace", "gdb"]
}

locals {
  packages = {
    runtime = var.tools
    debug   = concat(var.tools, var.debug_tools)
  }
}
