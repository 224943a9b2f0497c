# The web server.

variable "release" {
  type        = string
  description = "Release, as `1.2`."
  default     = "1.0" # moves with every sprint
}

locals {
  tags = { team = "web", (var.release) = true }
}

source "docker" "app" {
  image  = "debian:13"
  commit = true
  # Literal for the shell, not ours.
  changes = ["ENV HOME=$${HOME}", "LABEL tags=${jsonencode(local.tags)}"]
}

build {
  sources = ["source.docker.app"]

  provisioner "file" {
    content     = <<-EOT
      [server]
        port = ${8000 + 80}
    EOT
    destination = "/etc/server.conf"
  }

  # Last, because it cleans up.
  provisioner "shell" {
    execute_command = "{{ .Vars }} sh {{ .Path }}"
    inline = [
      "echo \"${var.release}\"", # told on purpose
      "rm -rf /tmp/*",
    ]
  }
}
