pin = ["hunter2"]
