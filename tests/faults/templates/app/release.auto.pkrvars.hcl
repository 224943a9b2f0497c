tag               = "1.4.2"
registry_password = "correct-horse"
