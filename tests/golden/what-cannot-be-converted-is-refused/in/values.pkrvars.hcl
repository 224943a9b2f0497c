release = "1.2"
