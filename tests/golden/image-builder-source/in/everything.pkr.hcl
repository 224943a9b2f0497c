variable "account" {}

variable "subnet" {}

variable "key" {
  sensitive = true
  default   = "planted"
}

source "amazon-ebs" "all" {
  access_key                  = "nobody"
  secret_key                  = var.key
  ami_name                    = "all (release) {{isotime `2006-01-02`}}"
  ami_description             = "Built by ${var.account}"
  ami_groups                  = ["all"]
  ami_org_arns                = ["arn:aws:organizations::123456789012:organization/o-abcdefghij"]
  ami_regions                 = ["us-east-1", "eu-west-1"]
  ami_users                   = [var.account]
  associate_public_ip_address = true
  deprecate_at                = "2027-01-01T00:00:00Z"
  encrypt_boot                = true
  force_delete_snapshot       = true
  force_deregister            = true
  iam_instance_profile        = "arn:aws:iam::123456789012:instance-profile/builder"
  instance_type               = "m5.large"
  kms_key_id                  = "alias/images"
  region                      = "eu-west-1"
  region_kms_key_ids          = { "us-east-1" = "alias/copies", "eu-west-1" = "alias/images" }
  run_tags                    = { Name = "builder", Team = "images" }
  shutdown_behavior           = "terminate"
  skip_region_validation      = true
  snapshot_tags               = { A = "b" }
  source_ami                  = "ami-0123456789abcdef0"
  spot_price                  = "auto"
  ssh_username                = "ubuntu"
  ssh_timeout                 = "10m"
  subnet_id                   = var.subnet
  tags = {
    Base  = "{{ .SourceAMI }}"
    Name  = "{{ .SourceAMIName }}"
    Built = timestamp()
    Where = "{{ .BuildRegion }}"
  }
  user_data = "#!/bin/sh\necho hello\n"

  ami_block_device_mappings {
    device_name = "/dev/sdb"
    volume_size = 10
  }

  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_size           = 30
    volume_type           = "gp3"
    delete_on_termination = true
  }

  launch_block_device_mappings {
    device_name = "/dev/sdb"
    volume_size = 20
  }

  metadata_options {
    http_endpoint           = "enabled"
    http_tokens             = "required"
    instance_metadata_tags  = "enabled"
  }
}

source "amazon-ebs" "search" {
  ami_name      = "search-{{timestamp}}"
  instance_type = "m5.large"
  region        = "eu-west-1"
  ssh_username  = "ubuntu"

  source_ami_filter {
    filters = {
      name       = "our-own-*"
      "tag:team" = "images"
    }
    owners      = ["self"]
    most_recent = true
  }
}

build {
  sources = ["source.amazon-ebs.all", "source.amazon-ebs.search"]

  provisioner "shell" {
    inline = ["echo {{ build_name }} > /etc/image"]
  }

  provisioner "ansible" {
    playbook_file = "play.yml"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/etc/image"
    destination = "image"
  }

  post-processor "shell-local" {
    inline = ["echo done"]
  }
}
