source "amazon-ebs" "web" {
  ami_name      = "web"
  source_ami    = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  region        = "eu-west-1"
  ssh_username  = "ubuntu"
}

build {
  sources = ["source.amazon-ebs.web"]

  provisioner "ansible" {
    playbook_file   = "ansible/site.yml"
    extra_arguments = ["--vault-password-file=~/.vault"]
  }
  provisioner "chef-client" {
    server_url          = "https://chef.example.com"
    validation_key_path = "key.pem"
    node_name           = "web"
  }
  provisioner "salt-masterless" {
    local_state_tree = "states"
    formulas         = ["git::https://example.com/formulas.git//nginx"]
  }
  provisioner "chef-solo" {
    config_template = "solo.rb"
    guest_os_type   = "unix"
  }
}
