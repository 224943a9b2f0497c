variable "profile" { default = "" }
variable "ami" { default = "" }
variable "subnet" { default = "" }
source "amazon-ebs" "y" {
  ami_name      = "app-{{timestamp}}"
  region        = "eu-west-1"
  instance_type = "t3.small"
  source_ami    = "${var.ami}"
  source_ami_filter {
    filters     = { name = "al2023-ami-2023*-x86_64" }
    owners      = ["amazon"]
    most_recent = true
  }
  ssh_username         = "ec2-user"
  iam_instance_profile = "${var.profile}"
  subnet_id            = var.subnet
}
build { sources = ["amazon-ebs.y"] }
