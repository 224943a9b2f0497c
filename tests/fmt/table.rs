//! Texts and how `packer fmt` lays them out: what they show, before, after. Some of the rules are surprising; all of this
//! is what HashiCorp's formatter gives. A line end directly behind an opening quote is not part of a text.

/// The table.
pub(crate) const TABLE: &[(&str, &str, &str)] = &[
    (
        "`=` is aligned over neighbouring lines, and a blank line, a comment or a block ends that",
        r##"
one=1
three   =   3

x = 1
# note
longer=2
b {}
z= 1
"##,
        r##"
one   = 1
three = 3

x = 1
# note
longer = 2
b {}
z = 1
"##,
    ),
    (
        "comments at the ends of lines are aligned over neighbouring lines",
        r##"
a = 1 # one
longer = 22   // two
b {# three
  c = 1
}
"##,
        r##"
a      = 1  # one
longer = 22 // two
b {         # three
  c = 1
}
"##,
    ),
    (
        "blocks are indented by two",
        "source   \"null\"  \"a\"{\ncommunicator=\"none\"\n        inner {\n\tkey=\"v\"\n   }\n}\n",
        r##"
source "null" "a" {
  communicator = "none"
  inner {
    key = "v"
  }
}
"##,
    ),
    (
        "lines that open several brackets indent once",
        r##"
a = [{
b = 1
}, {
c = [
1,
]
}]
d = f({
 e = 1 })
"##,
        r##"
a = [{
  b = 1
  }, {
  c = [
    1,
  ]
}]
d = f({
e = 1 })
"##,
    ),
    (
        "brackets closed out of step",
        r##"
a = [[
1
],
[
2
]]
b = 1
"##,
        r##"
a = [[
  1
  ],
  [
    2
]]
b = 1
"##,
    ),
    (
        "a block on one line",
        r##"
b{a=1}
c{ }
d   {}
"##,
        r##"
b { a = 1 }
c {}
d {}
"##,
    ),
    (
        "lists, calls and parentheses hold nothing off",
        r##"
a=[ 1,2 ,3 ]
b=max( 1 , 2 ... )
c=( 1+2 )
d=[ ]
"##,
        r##"
a = [1, 2, 3]
b = max(1, 2...)
c = (1 + 2)
d = []
"##,
    ),
    (
        "objects hold their braces off",
        r##"
a={b=1,cc:2}
d={}
e={ }
f={"k"=[{}]}
"##,
        r##"
a = { b = 1, cc : 2 }
d = {}
e = {}
f = { "k" = [{}] }
"##,
    ),
    (
        "items of an object are aligned like arguments",
        r##"
a={
b=1
longer=2
"q" : 3
(p)=4
}
"##,
        r##"
a = {
  b      = 1
  longer = 2
  "q" : 3
  (p) = 4
}
"##,
    ),
    (
        "operators stand apart, signs do not",
        r##"
a=1+2*-3
b=! x
c=- 1
d=a-b
e=x?-y:- z
f=[- 1,-2]
g=a==- 1&&! b||c>=2
h=f(-1) -1
"##,
        r##"
a = 1 + 2 * -3
b = !x
c = -1
d = a-b
e = x ? -y : -z
f = [-1, -2]
g = a == -1 && !b || c >= 2
h = f(-1) - 1
"##,
    ),
    (
        "dots, indexes and splats",
        r##"
a=b . c
d=e [ 0 ] [ "k" ]
f=g[ * ].h
i=g.*.h
j=f(x) [0]
"##,
        r##"
a = b.c
d = e[0]["k"]
f = g[*].h
i = g.*.h
j = f(x)[0]
"##,
    ),
    (
        "for expressions",
        r##"
a=[for x in y:x]
b={for k,v in m:k=>v...if v>1}
c=[for x in[1]:x if in[0]]
"##,
        r##"
a = [for x in y : x]
b = { for k, v in m : k => v... if v > 1 }
c = [for x in [1] : x if in [0]]
"##,
    ),
    (
        "interpolations",
        r##"
a="${ b }-${c }"
d="${~ e ~}"
f="${{a=1}}"
g="${b}${ c}${"${ d }"}"
"##,
        r##"
a = "${b}-${c}"
d = "${~e~}"
f = "${ { a = 1 } }"
g = "${b}${c}${"${d}"}"
"##,
    ),
    (
        "directives",
        r##"
a="%{ if  b }x%{else}y%{ endif ~}"
"##,
        r##"
a = "%{if b}x%{else}y%{endif~}"
"##,
    ),
    (
        "the text of strings stays",
        r##"
a="  two  spaces ${ x }  $${ y } 100%  "
"##,
        r##"
a = "  two  spaces ${x}  $${ y } 100%  "
"##,
    ),
    (
        "the text of heredocs stays, its expressions do not",
        "a=<<EOT\n   keep   this ${ x+1 }\n\ttab\nEOT\nlonger=1\nb {\nc=<<-EOT\n        d\n      EOT\n}\n",
        "a      = <<EOT\n   keep   this ${x + 1}\n\ttab\nEOT\nlonger = 1\nb {\n  c = <<-EOT\n        d\n      EOT\n}\n",
    ),
    (
        "a heredoc in a list",
        r##"
a=[<<EOT
text [ {
EOT
,<<EOT
more
EOT
]
"##,
        r##"
a = [<<EOT
text [ {
EOT
  , <<EOT
more
EOT
]
"##,
    ),
    (
        "an interpolation over several lines",
        r##"
a="${f(
x,
  y )}"
b=<<EOT
  ${ f({
z=1
}) } rest
EOT
"##,
        r##"
a = "${f(
  x,
y)}"
b = <<EOT
  ${f({
z = 1
})} rest
EOT
"##,
    ),
    (
        "comments keep their text",
        r##"
#no space
//  two
/* a
      b */
x {
      # inner   text
  a/* i */=1/* j */
}
"##,
        r##"
#no space
//  two
/* a
      b */
x {
  # inner   text
  a /* i */ = 1 /* j */
}
"##,
    ),
    (
        "a condition over several lines",
        r##"
a=(
b?
c:
  d
)
e=(
b ?
c
: d
)
"##,
        r##"
a = (
  b ?
  c :
  d
)
e = (
  b ?
  c
  : d
)
"##,
    ),
    (
        "spaces at the ends of lines go, empty lines stay",
        "a = 1  \t\n   \n\n\t\nb = 2 \n",
        r##"
a = 1



b = 2
"##,
    ),
    (
        "line ends of Windows stay",
        "a=1\r\nbbb=2 # c\r\n\r\nx {\r\ny=1\r\n}\r\n",
        "a   = 1\r\nbbb = 2 # c\r\n\r\nx {\r\n  y = 1\r\n}\r\n",
    ),
    ("a missing end of the last line stays missing, with the spaces there", "a=1\nbb=2 \t", "a  = 1\nbb = 2  "),
    ("a comment that ends the file", "a=1 # x\nbb=22 /* y */", "a  = 1  # x\nbb = 22 /* y */"),
    (
        "a byte-order mark goes",
        "\u{feff}a=1\n",
        r##"
a = 1
"##,
    ),
    (
        "columns are counted in characters that are seen",
        "a=\"é\" # 1\nb=\"日本\" # 2\nc=\"👩\u{200d}👩\u{200d}👧\" # 3\nd=\"e\u{301}\" # 4\ne=\"हिन्दी\" # 5\nf=\"क्षि\" # 6\nzzzzzz=\"x\" # 7\n",
        "a      = \"é\"   # 1\nb      = \"日本\"  # 2\nc      = \"👩\u{200d}👩\u{200d}👧\"   # 3\nd      = \"e\u{301}\"   # 4\ne      = \"हिन्दी\" # 5\nf      = \"क्षि\"  # 6\nzzzzzz = \"x\"   # 7\n",
    ),
    ("nothing", "", ""),
    ("only spaces", " \t ", "   "),
];
