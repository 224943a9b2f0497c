variable "pw" {
  sensitive = true
  default   = "planted"
}
variable "x" {
  default = "1"
}
source "amazon-ebs" "win" {
  ami_name = "win-{{timestamp}}"
  region = "us-east-1"
  instance_type = "t3.large"
  communicator = "winrm"
  winrm_username = "Administrator"
  user_data_file = "settings.ps1"
  source_ami_filter {
    filters = { name = "Windows_Server-2022-English-Full-Base-*" }
    owners = ["amazon"]
    most_recent = true
  }
}
build {
  sources = ["amazon-ebs.win"]
  provisioner "powershell" {
    inline = ["Write-Host 'hi there'", "Install-WindowsFeature Web-Server"]
    environment_vars = ["A=b'c", "PW=${var.pw}", "X=${var.x}"]
    elevated_user = "SYSTEM"
    elevated_password = ""
  }
  provisioner "windows-restart" { restart_timeout = "10m" }
  provisioner "windows-shell" { inline = ["echo on", "dir"] }
  provisioner "windows-restart" { 
   restart_command = "powershell -Command \"x; Restart-Computer\"" 
   check_registry = true
   restart_check_command = "powershell -command \"& {Write-Output 'restarted.'}\""
  }
  provisioner "windows-update" {
    search_criteria = "IsInstalled=0"
    filters = ["exclude:$_.Title -like '*Preview*'", "include:$true"]
  }
  provisioner "file" {
    source = "settings.ps1"
    destination = "C:\\Temp\\settings.ps1"
  }
  provisioner "powershell" { 
    script = "settings.ps1" 
    valid_exit_codes = [0, 3010]
  }
  provisioner "powershell" { inline = ["C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\Scripts\\InitializeInstance.ps1 -Schedule"] }
}
