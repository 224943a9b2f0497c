//! For each summary of Packer's a template that earns it, with the code of ours and the line of its cause.
//!
//! Needs no records. The line is the one that ends with `# here`; a source and a build are added to what has no build.

/// A template that is wrong in one way.
pub(crate) struct Minimal {
    pub(crate) summary: &'static str,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    /// What the user gives besides: `-var NAME`, `env NAME`, `-only`, `-except`, `-var-file NAME` with its text.
    pub(crate) given: &'static [(&'static str, &'static str)],
}

const fn case(summary: &'static str, code: &'static str, text: &'static str) -> Minimal {
    Minimal { summary, code, text, given: &[] }
}

const fn with(
    summary: &'static str,
    code: &'static str,
    text: &'static str,
    given: &'static [(&'static str, &'static str)],
) -> Minimal {
    Minimal { summary, code, text, given }
}

/// Every way to go wrong. `main.pkr.json` where the text begins with `{`, or with `json:`.
pub(crate) const MINIMAL: &[Minimal] = &[
    // Files.
    with("Could not guess format of x.txt", "unknown-var-file-format", "", &[("-var-file x.txt", "a = 1")]),
    with("Failed to read file", "missing-file", "", &[("-var-file missing.hcl", "")]),
    // Structure.
    case("Argument or block definition required", "invalid-argument", "[] # here"),
    case("Argument or block definition required", "unexpected-closing-bracket", "} # here"),
    case("Invalid argument name", "invalid-argument", "\"a\" = 1 # here"),
    case("Invalid block definition", "invalid-block", "locals x! { # here\n}"),
    case("Missing newline after argument", "missing-newline", "locals {\n  a = 1 b = 2 # here\n}"),
    case("Missing newline after block definition", "missing-newline", "locals {\n} locals {} # here"),
    case(
        "Invalid single-argument block definition",
        "invalid-block",
        "variable \"a\" { type = string, default = 1 } # here",
    ),
    case("Unclosed configuration block", "unclosed-block", "locals { # here\n  a = 1\n"),
    case("Attribute redefined", "duplicate-argument", "variable \"a\" {\n  default = 1\n  default = 2 # here\n}"),
    case(
        "Duplicate argument",
        "source-argument-repeated",
        "source \"null\" \"x\" {\n  communicator = \"none\"\n}\nbuild {\n  source \"null.x\" {\n    communicator = \"none\" # here\n  }\n}",
    ),
    case("Invalid string literal", "template-in-label", "variable \"a${1}\" { # here\n}"),
    case("Unsupported block type", "unknown-block", "foo { # here\n}"),
    case("Unsupported block type", "attribute-as-block", "variable \"a\" {\n  default { # here\n  }\n}"),
    case("Unsupported argument", "unknown-attribute", "variable \"a\" {\n  default = 1\n  nullable = true # here\n}"),
    case("Unsupported argument", "block-as-attribute", "variable \"a\" {\n  default = 1\n  validation = {} # here\n}"),
    case("Missing name for source", "wrong-labels", "source \"null\" { # here\n}"),
    case("Missing type for source", "wrong-labels", "source { # here\n}"),
    case("Extraneous label for locals", "wrong-labels", "locals \"x\" { # here\n}"),
    case(
        "Duplicate nested block",
        "duplicate-block",
        "source \"vsphere-clone\" \"x\" {\n  customize {\n  }\n  customize { # here\n  }\n}\nbuild {\n  sources = [\"vsphere-clone.x\"]\n}",
    ),
    case(
        "Incorrect attribute value type",
        "wrong-type",
        "source \"null\" \"x\" {\n  ssh_port = \"a\" # here\n}\nbuild {\n  sources = [\"null.x\"]\n}",
    ),
    case("Unexpected \"x\" block", "unknown-block", "locals {\n  x { # here\n  }\n}"),
    case("Unexpected \"x\" block", "unknown-block", "variables {\n  x { # here\n  }\n}"),
    case("Unsuitable value type", "not-constant", "local \"a\" {\n  expression = 1\n  sensitive = \"x\" # here\n}"),
    // Tokens.
    case("Invalid character", "invalid-character", "locals {\n  a = 1 @ 2 # here\n}"),
    case("Invalid expression", "expected-expression", "locals {\n  a = # here\n}"),
    case("Invalid escape sequence", "invalid-escape", "locals {\n  a = \"\\q\" # here\n}"),
    case("Unterminated template string", "unterminated-string", "locals {\n  a = \"x # here"),
    case("Unterminated template string", "unterminated-heredoc", "locals {\n  a = <<X # here\n y"),
    case("Invalid multi-line string", "unterminated-string", "locals {\n  a = \"x # here\n\"\n}"),
    case("Extra characters after expression", "missing-newline", "locals {\n  a = \"x\" \"y\" # here\n}"),
    case("Invalid number literal", "invalid-number", "locals {\n  a = 1.2.3 # here\n}"),
    case("Unsupported operator", "invalid-character", "locals {\n  a = 1 & 2 # here\n}"),
    // The `packer` block.
    case(
        "Unsupported Packer Core version",
        "unsupported-packer-version",
        "packer {\n  required_version = \"< 1\" # here\n}",
    ),
    case("Invalid version constraint", "invalid-version-constraint", "packer {\n  required_version = \"x\" # here\n}"),
    case(
        "Invalid version constraint",
        "invalid-version-constraint",
        "packer {\n  required_plugins {\n    a = { version = \"= 1.0.0-dev\", source = \"h/o/a\" } # here\n  }\n}",
    ),
    case(
        "Invalid plugin requirement",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    a = \"1\" # here\n  }\n}",
    ),
    case(
        "Invalid required_plugins object",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    a = { version = \"1\", source = \"h/o/a\", x = 1 } # here\n  }\n}",
    ),
    case(
        "No version constraint was set",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    a = { source = \"h/o/a\" } # here\n  }\n}",
    ),
    case(
        "No source was set",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    a = { version = \"1\" } # here\n  }\n}",
    ),
    case(
        "Failed to parse source",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    a = { version = \"1\", source = \"h/packer-a\" } # here\n  }\n}",
    ),
    case(
        "Invalid plugin local name",
        "invalid-required-plugin",
        "packer {\n  required_plugins {\n    A = { version = \"1\", source = \"h/o/a\" } # here\n  }\n}",
    ),
    case(
        "Duplicate required_plugin.\"a\" block",
        "duplicate-required-plugin",
        "packer {\n  required_plugins {\n    a = { version = \"1\", source = \"h/o/a\" }\n  }\n  required_plugins {\n    a = { version = \"1\", source = \"h/o/a\" } # here\n  }\n}",
    ),
    // Variables.
    case("Invalid variable name", "invalid-name", "variable \"1a\" { # here\n  default = 1\n}"),
    case("Invalid local name", "invalid-name", "local \"1a\" { # here\n  expression = 1\n}"),
    case("Invalid data source name", "invalid-name", "data \"null\" \"1a\" { # here\n  input = \"x\"\n}"),
    case("Invalid data resource name", "invalid-name", "data \"1null\" \"a\" { # here\n}"),
    case(
        "Duplicate variable",
        "duplicate-variable",
        "variables {\n  a = 1\n}\nvariable \"a\" { # here\n  default = 1\n}",
    ),
    case("Invalid type specification", "invalid-type", "variable \"a\" {\n  type = list # here\n  default = []\n}"),
    case(
        "Invalid default value for variable",
        "invalid-default",
        "variable \"a\" {\n  type = number\n  default = \"x\" # here\n}",
    ),
    case(
        "Invalid variable validation condition",
        "invalid-validation",
        "variable \"a\" {\n  default = 1\n  validation {\n    condition = true # here\n    error_message = \"No.\"\n  }\n}",
    ),
    case(
        "Invalid reference in variable validation",
        "invalid-validation",
        "variable \"a\" {\n  default = 1\n  validation {\n    condition = var.a == var.b # here\n    error_message = \"No.\"\n  }\n}",
    ),
    case(
        "Invalid validation error message",
        "invalid-validation",
        "variable \"a\" {\n  default = 1\n  validation {\n    condition = var.a == 1\n    error_message = \"no\" # here\n  }\n}",
    ),
    case(
        "Invalid variable validation result",
        "invalid-validation",
        "variable \"a\" {\n  default = 1\n  validation {\n    condition = var.a + 1 # here\n    error_message = \"No.\"\n  }\n}",
    ),
    case(
        "Missing required argument",
        "invalid-validation",
        "variable \"a\" {\n  default = 1\n  validation { # here\n    error_message = \"No.\"\n  }\n}",
    ),
    case(
        "Invalid value for default variable",
        "validation-failed",
        "variable \"a\" {\n  default = 1 # here\n  validation {\n    condition = var.a == 2\n    error_message = \"No.\"\n  }\n}",
    ),
    with("Invalid value for cmd variable", "validation-failed", CHECKED, &[("-var a", "1")]),
    with("Invalid value for env variable", "validation-failed", CHECKED, &[("env PKR_VAR_a", "1")]),
    with("Invalid value for varfile variable", "validation-failed", CHECKED, &[("-var-file v.pkrvars.hcl", "a = 1")]),
    with(
        "Variable declaration in a .pkrvar file",
        "block-in-var-file",
        "",
        &[("-var-file v.pkrvars.hcl", "variable \"a\" {\n}")],
    ),
    with("Undefined -var variable", "undeclared-value", "", &[("-var a", "1")]),
    with("Undefined variable", "undeclared-value", "", &[("-var-file v.pkrvars.hcl", "a = 1")]),
    with("Invalid value for variable", "invalid-value", NUMBER, &[("env PKR_VAR_a", "x")]),
    with("Invalid argument value for -var variable", "invalid-value", NUMBER, &[("-var a", "x")]),
    case("Variables not allowed", "unknown-reference", "variable \"a\" {\n  default = var.b # here\n}"),
    case(
        "Function calls not allowed",
        "unknown-function",
        "variable \"a\" {\n  default = 1\n  description = upper(\"x\") # here\n}",
    ),
    case("Unset variable \"a\"", "unset-variable", "variable \"a\" { # here\n}"),
    case("Unsuitable value type", "not-constant", "variable \"a\" {\n  default = 1\n  sensitive = \"x\" # here\n}"),
    // Locals and data sources.
    case(
        "Duplicate local definition",
        "duplicate-local",
        "locals {\n  a = 1\n}\nlocal \"a\" { # here\n  expression = 1\n}",
    ),
    case(
        "Duplicate data block",
        "duplicate-data-source",
        "data \"null\" \"a\" {\n  input = \"x\"\n}\ndata \"null\" \"a\" { # here\n  input = \"x\"\n}",
    ),
    case("failed to prepare execution graph", "reference-cycle", "locals {\n  a = local.a # here\n}"),
    case("failed to prepare execution graph", "undeclared-local", "locals {\n  a = try(local.b, 1) # here\n}"),
    case("failed to prepare execution graph", "undeclared-data-source", "locals {\n  a = can(data.null.b) # here\n}"),
    case("Unknown data type nope", "unknown-component", "data \"nope\" \"a\" { # here\n}"),
    case(
        "1 error(s) occurred:\n\n* The `input` must be specified",
        "required-attribute",
        "data \"null\" \"a\" { # here\n}",
    ),
    // Sources and builds.
    case("Missing build block", "no-build", "locals {} # here\n# no build {"),
    case(
        "Duplicate source block",
        "duplicate-source",
        "source \"null\" \"y\" {\n  communicator = \"none\"\n}\nsource \"null\" \"y\" { # here\n  communicator = \"none\"\n}",
    ),
    case("missing source reference", "build-without-source", "build { # here\n}"),
    case("Invalid source reference", "invalid-source-reference", "build {\n  sources = [\"x\"] # here\n}"),
    case("Unknown source null.y", "unknown-source", "build {\n  sources = [\"null.y\"] # here\n}"),
    case(
        "Unknown source type nope",
        "unknown-component",
        "source \"nope\" \"x\" { # here\n}\nbuild {\n  sources = [\"nope.x\"]\n}",
    ),
    case(
        "Unsuitable value type",
        "needs-known-value",
        "data \"null\" \"a\" {\n  input = \"x\"\n}\nbuild {\n  name = data.null.a.output # here\n  sources = [\"null.x\"]\n}\nsource \"null\" \"x\" {\n  communicator = \"none\"\n}",
    ),
    case(
        "Unsuitable value type",
        "wrong-type",
        "build {\n  sources = \"null.x\" # here\n}\nsource \"null\" \"x\" {\n  communicator = \"none\"\n}",
    ),
    case("Unsuitable value type", "not-a-whole-number", "provisioner:  max_retries = 1.5 # here"),
    case("Unknown provisioner type \"nope\"", "unknown-component", "build:  provisioner \"nope\" { # here\n  }"),
    case(
        "Unknown error-cleanup-provisioner type \"nope\"",
        "unknown-component",
        "build:  error-cleanup-provisioner \"nope\" { # here\n  }",
    ),
    case("Unknown post-processor type \"nope\"", "unknown-component", "build:  post-processor \"nope\" { # here\n  }"),
    case(
        "Only one error-cleanup-provisioner is allowed",
        "duplicate-block",
        "build:  error-cleanup-provisioner \"shell-local\" {\n    inline = [\"x\"]\n  }\n  error-cleanup-provisioner \"shell-local\" { # here\n    inline = [\"x\"]\n  }",
    ),
    case(
        "Only one hcp_packer_registry is allowed",
        "duplicate-block",
        "hcp_packer_registry {\n}\nhcp_packer_registry { # here\n}",
    ),
    case("Failed to parse pause_before duration", "invalid-duration", "provisioner:  pause_before = \"10\" # here"),
    case("Failed to parse timeout duration", "invalid-duration", "provisioner:  timeout = \"x\" # here"),
    case(
        "only one of 'only' or 'except' may be specified",
        "only-and-except",
        "provisioner:  only = [\"null.x\"]\n    except = [\"null.y\"] # here",
    ),
    case(
        "provisioner's override block must be an HCL object",
        "invalid-override",
        "provisioner:  override = \"x\" # here",
    ),
    case(
        "provisioner's override.'x' block must be an HCL object",
        "invalid-override",
        "provisioner:  override = { x = 1 } # here",
    ),
    case(
        "hcp_packer_registry.bucket_name can only contain between 3 and 36 ASCII letters, numbers and hyphens",
        "invalid-attribute-value",
        "hcp_packer_registry {\n  bucket_name = \"a\" # here\n}",
    ),
    case(
        "hcp_packer_registry.labels and hcp_packer_registry.bucket_labels are mutually exclusive",
        "conflicting-attributes",
        "hcp_packer_registry {\n  labels = { a = \"b\" }\n  bucket_labels = { a = \"b\" } # here\n}",
    ),
    case(
        "the argument hcp_packer_registry.labels has been deprecated",
        "deprecated",
        "hcp_packer_registry {\n  labels = { a = \"b\" } # here\n}",
    ),
    case(
        "Build block level hcp_packer_registry are deprecated",
        "deprecated",
        "build:  hcp_packer_registry { # here\n  }",
    ),
    case(
        "Multiple HCP Packer registry block declaration",
        "duplicate-block",
        "hcp_packer_registry {\n}\nbuild {\n  sources = [\"null.x\"]\n  hcp_packer_registry { # here\n  }\n}\nsource \"null\" \"x\" {\n  communicator = \"none\"\n}",
    ),
    with("Invalid -only pattern [x: unexpected end of input", "bad-pattern", "", &[("-only", "[x")]),
    with("Invalid -except pattern [x: unexpected end of input", "bad-pattern", "", &[("-except", "[x")]),
    with(
        "an 'only' option was passed, but not all matches were found for the given build.",
        "selects-nothing",
        "",
        &[("-only", "x")],
    ),
    with("an 'except' option was passed, but did not match any build.", "selects-nothing", "", &[("-except", "x")]),
    // Bodies of steps, which Packer tells in a detail.
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "unknown-attribute",
        "provisioner:  nope = 1 # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "unknown-block",
        "provisioner:  nope { # here\n    }",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "wrong-type",
        "provisioner:  valid_exit_codes = [\"x\"] # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "conflicting-attributes",
        "provisioner:  script = \"x\" # here",
    ),
    case(
        "Failed preparing provisioner-block \"file\" \"\"",
        "required-attribute",
        "build:  provisioner \"file\" { # here\n    content = \"x\"\n  }",
    ),
    case(
        "Failed preparing provisioner-block \"file\" \"\"",
        "invalid-attribute-value",
        "build:  provisioner \"file\" {\n    content = \"x\"\n    destination = \"/x\"\n    direction = \"up\" # here\n  }",
    ),
    case(
        "Failed preparing provisioner-block \"shell\" \"\"",
        "missing-file",
        "build:  provisioner \"shell\" {\n    script = \"nope.sh\" # here\n  }",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "unknown-reference",
        "provisioner:  tempfile_extension = nope.x # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "missing-attribute",
        "provisioner:  tempfile_extension = build.nope # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "invalid-operand",
        "provisioner:  valid_exit_codes = [build.Port + 1] # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "template-engine-syntax",
        "provisioner:  tempfile_extension = \"{{ if }}\" # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "unknown-engine-function",
        "provisioner:  tempfile_extension = \"{{ nope }}\" # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "engine-function-unavailable",
        "provisioner:  tempfile_extension = \"{{ env `X` }}\" # here",
    ),
    case(
        "Failed preparing provisioner-block \"shell-local\" \"\"",
        "template-engine-error",
        "provisioner:  tempfile_extension = \"{{ split `a` `-` 3 }}\" # here",
    ),
    // Expressions.
    case("Unknown variable", "unknown-reference", "locals {\n  a = nope # here\n}"),
    case("Unsupported attribute", "undeclared-variable", "locals {\n  a = var.nope # here\n}"),
    case("Unsupported attribute", "missing-attribute", "locals {\n  a = { b = 1 }.c # here\n}"),
    case(
        "Unsupported attribute",
        "undeclared-local",
        "build {\n  name = local.nope # here\n  sources = [\"null.x\"]\n}\nsource \"null\" \"x\" {\n  communicator = \"none\"\n}\nlocals {\n  a = 1\n}",
    ),
    case("Unsupported attribute", "unknown-reference", "locals {\n  a = build.x # here\n}"),
    case("Missing map element", "missing-attribute", "locals {\n  a = convert({ b = 1 }, map(number)).c # here\n}"),
    case("Invalid index", "invalid-index", "locals {\n  a = [1][3] # here\n}"),
    case("Attempt to index null value", "invalid-index", "locals {\n  a = null[0] # here\n}"),
    case("Invalid operand", "invalid-operand", "locals {\n  a = 1 + \"x\" # here\n}"),
    case("Operation failed", "invalid-operand", "locals {\n  a = 0 / 0 # here\n}"),
    case("Incorrect condition type", "invalid-condition", "locals {\n  a = \"x\" ? 1 : 2 # here\n}"),
    case("Null condition", "invalid-condition", "locals {\n  a = null ? 1 : 2 # here\n}"),
    case(
        "Inconsistent conditional result types",
        "inconsistent-conditional",
        "locals {\n  a = true ? [1] : { a = 1 } # here\n}",
    ),
    case("Invalid template interpolation value", "no-text", "locals {\n  a = \"x${[1]}\" # here\n}"),
    case("Invalid object key", "invalid-object-key", "locals {\n  a = { ([1]) = 1 } # here\n}"),
    case("Duplicate object key", "invalid-object-key", "locals {\n  a = { for x in [1, 2] : \"k\" => x } # here\n}"),
    case("Iteration over non-iterable value", "cannot-iterate", "locals {\n  a = [for x in 1 : x] # here\n}"),
    case("Iteration over null value", "cannot-iterate", "locals {\n  a = [for x in null : x] # here\n}"),
    case("Invalid 'for' expression", "invalid-for", "locals {\n  a = [for x [1] : x] # here\n}"),
    case("Invalid template control keyword", "invalid-directive", "locals {\n  a = \"%{ nope }\" # here\n}"),
    case("Unexpected end of template", "invalid-directive", "locals {\n  a = \"%{ if true }x\" # here\n}"),
    case("Invalid legacy index syntax", "invalid-traversal", "locals {\n  b = [1]\n  a = local.b.0.1 # here\n}"),
    case("Invalid attribute name", "invalid-traversal", "locals {\n  b = [1]\n  a = local.b.\"x\" # here\n}"),
    case("Call to unknown function", "unknown-function", "locals {\n  a = nope() # here\n}"),
    case("Not enough function arguments", "wrong-argument-count", "locals {\n  a = upper() # here\n}"),
    case("Too many function arguments", "wrong-argument-count", "locals {\n  a = upper(1, 2) # here\n}"),
    case("Invalid function argument", "invalid-function-argument", "locals {\n  a = upper([]) # here\n}"),
    case("Error in function call", "function-failed", "locals {\n  a = regex(\"x\", \"y\") # here\n}"),
    case("Invalid expanding argument value", "invalid-function-argument", "locals {\n  a = max(1...) # here\n}"),
    // `dynamic`.
    case(
        "Missing required argument",
        "invalid-dynamic",
        "build:  dynamic \"provisioner\" { # here\n    labels = [\"shell-local\"]\n    content {\n    }\n  }",
    ),
    case(
        "Missing \"content\" block",
        "invalid-dynamic",
        "build:  dynamic \"provisioner\" { # here\n    for_each = [1]\n    labels = [\"shell-local\"]\n  }",
    ),
    case(
        "Invalid dynamic for_each value",
        "invalid-dynamic",
        "build:  dynamic \"provisioner\" {\n    for_each = 1 # here\n    labels = [\"shell-local\"]\n    content {\n    }\n  }",
    ),
    case(
        "Invalid dynamic iterator name",
        "invalid-dynamic",
        "build:  dynamic \"provisioner\" {\n    for_each = [1]\n    iterator = \"x\" # here\n    labels = [\"shell-local\"]\n    content {\n    }\n  }",
    ),
    case(
        "Invalid dynamic block label",
        "invalid-dynamic",
        "build:  dynamic \"provisioner\" {\n    for_each = [1]\n    labels = [null] # here\n    content {\n    }\n  }",
    ),
    // HCL in JSON.
    case("Missing JSON value", "json-syntax", "{\"a\": }"),
    case(
        "Extraneous JSON object property",
        "unknown-attribute",
        "{\"variable\": {\"a\": {\"default\": 1, \"nope\": 1}}}",
    ),
    case("Incorrect JSON value type", "wrong-shape", "{\"source\": {\"null\": \"x\"}}"),
    case(
        "Duplicate attribute definition",
        "duplicate-argument",
        "{\"variable\": {\"a\": {\"default\": 1, \"default\": 2}}}",
    ),
    case("Root value must be object", "root-not-object", "json:1"),
];

const CHECKED: &str = "variable \"a\" {\n  type = number\n  validation {\n    condition = var.a == 2\n    error_message = \"No.\"\n  }\n}";

const NUMBER: &str = "variable \"a\" {\n  type = number\n  default = 1\n}";
