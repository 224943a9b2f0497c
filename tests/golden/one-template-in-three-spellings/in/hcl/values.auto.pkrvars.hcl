release = "1.4"
