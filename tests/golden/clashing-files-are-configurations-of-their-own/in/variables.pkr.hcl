variable "image" {
  type    = string
  default = "debian:13"
}
