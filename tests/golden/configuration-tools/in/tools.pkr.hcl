variable "vars" {
  type      = string
  sensitive = true
}

source "amazon-ebs" "web" {
  ami_name      = "web"
  source_ami    = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  region        = "eu-west-1"
  ssh_username  = "ubuntu"
}

source "docker" "web" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.amazon-ebs.web", "source.docker.web"]

  provisioner "ansible" {
    playbook_file   = "./ansible/site.yml"
    groups          = ["web"]
    user            = "ubuntu"
    use_proxy       = false
    extra_arguments = ["-e", var.vars]
  }
  provisioner "ansible-local" {
    playbook_file = "ansible/site.yml"
    role_paths    = ["ansible/roles/web"]
  }
  # It stands in front of something that changes the machine.
  provisioner "goss" {
    tests         = ["goss/early.yaml"]
    skip_install  = true
    download_path = "/usr/local/bin/goss"
    skip_download = true
  }
  provisioner "chef-solo" {
    cookbook_paths = ["cookbooks"]
    run_list       = ["recipe[app]"]
    max_retries    = 2
  }
  provisioner "goss" {
    tests   = ["goss/late.yaml"]
    inspect = true
  }
}
