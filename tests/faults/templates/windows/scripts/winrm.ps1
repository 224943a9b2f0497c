winrm quickconfig -q
