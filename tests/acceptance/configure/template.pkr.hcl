variable "secret" {
  type      = string
  sensitive = true
}

variable "greeting" {
  type    = string
  default = "it's"
}

# A tool that is to fail.
variable "fails" {
  type    = string
  default = "nothing"
}

source "amazon-ebs" "it" {
  ami_name      = "image"
  source_ami    = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  region        = "eu-west-1"
  ssh_username  = "root"
}

source "docker" "it" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.amazon-ebs.it", "source.docker.it"]

  provisioner "file" {
    source      = "tools/recorder"
    destination = "/bin/recorder"
  }
  provisioner "shell" {
    inline = [
      "mkdir -p /srv /var/log",
      "for tool in ansible-galaxy ansible-playbook aws chef-solo curl inspec puppet salt-call sudo; do ln -sf /bin/recorder /bin/$tool; rm -f /usr/bin/$tool; done",
      "touch /srv/fail-${var.fails}",
    ]
  }

  provisioner "ansible-local" {
    playbook_file           = "ansible/site.yml"
    playbook_dir            = "ansible"
    galaxy_file             = "requirements/both.yml"
    inventory_groups        = ["web", "db"]
    extra_arguments         = ["-e", "'greeting=${var.greeting == "" ? "none" : "a b"}'"]
    clean_staging_directory = true
  }
  provisioner "ansible-local" {
    name              = "several playbooks"
    playbook_files    = ["ansible/site.yml"]
    group_vars        = "ansible/group_vars"
    role_paths        = ["ansible/roles/web"]
    galaxy_file       = "requirements/roles.yml"
    staging_directory = "/tmp/stage"
  }
  provisioner "ansible" {
    playbook_file    = "./ansible/site.yml"
    groups           = ["web"]
    empty_groups     = ["db"]
    user             = "admin"
    galaxy_file      = "requirements/both.yml"
    roles_path       = "ansible/fetched"
    ansible_env_vars = ["ANSIBLE_CONFIG=ansible.cfg"]
    extra_arguments  = ["-vv", "-e", "greeting=${var.greeting}", "-e", var.secret, "-e", "@vars/extra.yml"]
    use_proxy        = false
  }
  provisioner "chef-solo" {
    cookbook_paths = ["cookbooks"]
    data_bags_path = "bags"
    run_list       = ["recipe[app]"]
    json_string    = jsonencode({ b = [1, "<x>"], a = {} })
    version        = "17.10.0"
  }
  provisioner "puppet-masterless" {
    manifest_file           = "manifests/site.pp"
    module_paths            = ["modules"]
    facter                  = { role = "web" }
    extra_arguments         = ["--noop"]
    clean_staging_directory = true
  }
  provisioner "salt-masterless" {
    local_state_tree   = "states"
    local_pillar_roots = "pillar"
    minion_config      = "minion"
    bootstrap_args     = "-X"
  }
  provisioner "goss" {
    tests         = ["goss/goss.yaml"]
    vars_file     = "goss/vars.yaml"
    vars_inline   = { there = "yes" }
    vars_env      = { GOSS_X = "1" }
    format        = "tap"
    skip_download = true
  }
  provisioner "inspec" {
    profile          = "profile"
    attributes       = ["vars/extra.yml"]
    inspec_env_vars  = ["CHEF_LICENSE=accept"]
    valid_exit_codes = [0, 100]
  }
}
