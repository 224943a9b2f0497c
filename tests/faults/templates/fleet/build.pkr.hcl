build {
  name = "fleet"

  source "amazon-ebs.base" {
    name     = "api"
    ami_name = "api-${local.version}"
  }

  source "amazon-ebs.base" {
    name     = "jobs"
    ami_name = "jobs-${local.version}"
  }

  source "docker.local" {
    name = "dev"
  }

  provisioner "shell-local" {
    inline           = ["echo building ${source.name} from ${source.type}"]
    environment_vars = ["VERSION=${local.version}"]
  }

  provisioner "ansible" {
    playbook_file = "playbooks/site.yml"
    groups        = ["api"]
    only          = ["amazon-ebs.api", "amazon-ebs.jobs"]
  }

  provisioner "shell" {
    inline = [for user in var.users : "sudo useradd -m ${user.name}"]
    except = ["docker.dev"]
  }

  provisioner "shell" {
    inline = [
      templatefile("scripts/motd.tpl", { version = local.version, host = build.Host }),
    ]
  }

  post-processor "shell-local" {
    inline = ["echo done ${build.PackerRunUUID}"]
  }
}
