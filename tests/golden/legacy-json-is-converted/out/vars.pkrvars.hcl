mirror  = "https://mirror.example"
release = "1.2"
