source "docker" "a" {
  image = "${var.a}/b" # c
  list  = [1, 2.5e3, for_x, -a.b[0].c.*.d[*].e, f(x...), { a = 1, (b) : 2 }]
  text  = <<-EOT
    %{ if a ~} x %{ else } y %{ endif }
    %{ for k, v in c }${k}$${v}%{ endfor }
    EOT
  one { a = b ? c : d && !e || f >= 1 }
}
