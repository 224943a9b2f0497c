release = "2.0"
