a=1 # one
longer=[1,{b=2}]//two
block "x"{
c="${ f(
 d) }"
e=<<-EOT
    text ${ g }
  EOT
}
