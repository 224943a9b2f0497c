region = "us-west-2"
major  = 4
labels = {
  Owner = "qa"
}
users = [
  {
    name  = "qa"
    admin = false
  },
]
