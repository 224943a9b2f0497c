variable "image" {
  type = string
}

variable "commands" {
  type    = list(string)
  default = ["true"]
}
