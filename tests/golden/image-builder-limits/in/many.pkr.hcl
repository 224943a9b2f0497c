variable "region" {
  default = "eu-west-1"
}

source "amazon-ebs" "many" {
  ami_name      = "many"
  region        = var.region
  instance_type = "t3.micro"
  source_ami    = "ami-0123456789abcdef0"
  ssh_username  = "root"
}

build {
  sources = ["source.amazon-ebs.many"]

  dynamic "provisioner" {
    labels   = ["shell"]
    for_each = range(24)
    content {
      name   = "step-${provisioner.value}"
      inline = ["echo ${provisioner.value}"]
    }
  }

  provisioner "shell" {
    script = "scripts/long.sh"
  }

  provisioner "shell" {
    scripts = ["scripts/long.sh", "scripts/longer.sh"]
  }

  provisioner "file" {
    source      = "scripts/longer.sh"
    destination = "/opt/"
  }
}
