variable "token" {
  type      = string
  sensitive = true
  default   = "hunter2 default" nonsense
}

variable "pin" {
  type      = number
  sensitive = true
  default   = "hunter2"
}
