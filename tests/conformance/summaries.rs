//! Which of our codes means which of Packer's summaries.

/// A summary of Packer's.
pub(crate) struct Summary {
    /// Its text, or the start of it where `starts` is set.
    pub(crate) text: &'static str,
    pub(crate) starts: bool,
    /// Codes of ours that say the same.
    pub(crate) codes: &'static [&'static str],
}

const fn is(text: &'static str, codes: &'static [&'static str]) -> Summary {
    Summary { text, starts: false, codes }
}

const fn starts(text: &'static str, codes: &'static [&'static str]) -> Summary {
    Summary { text, starts: true, codes }
}

/// What is wrong inside of a component's body: Packer says so in the detail only, or the plugin says it.
pub(crate) const BODY: &[&str] = &[
    "attribute-as-block",
    "block-as-attribute",
    "conflicting-attributes",
    "duplicate-block",
    "engine-function-unavailable",
    "function-failed",
    "invalid-attribute-value",
    "invalid-function-argument",
    "invalid-operand",
    "missing-attribute",
    "missing-file",
    "needs-known-value",
    "required-attribute",
    "template-engine-error",
    "template-engine-syntax",
    "unknown-attribute",
    "unknown-block",
    "unknown-engine-function",
    "unknown-function",
    "unknown-reference",
    "wrong-type",
];

/// The first that fits counts.
pub(crate) const SUMMARIES: &[Summary] = &[
    // Files.
    is("", &["load-error"]),
    starts("Could not find any config file in", &["load-error"]),
    starts("Could not guess format of", &["unknown-var-file-format"]),
    is("Failed to open file", &["missing-file"]),
    is("Failed to read file", &["missing-file"]),
    is("no such file", &["missing-file"]),
    // Structure.
    is("Argument or block definition required", &["invalid-argument", "unexpected-closing-bracket"]),
    is("Invalid argument name", &["invalid-argument"]),
    is("Invalid block definition", &["invalid-block"]),
    is("Missing newline after argument", &["missing-newline"]),
    is("Missing newline after block definition", &["missing-newline"]),
    is("Invalid single-argument block definition", &["invalid-block"]),
    is("Unclosed configuration block", &["unclosed-block"]),
    is("Attribute redefined", &["duplicate-argument"]),
    is("Duplicate argument", &["source-argument-repeated"]),
    is("Invalid string literal", &["template-in-label"]),
    starts("Unexpected \"", &["unknown-block"]),
    is("Unsupported block type", &["unknown-block", "attribute-as-block"]),
    is("Unsupported argument", &["unknown-attribute", "block-as-attribute"]),
    starts("Missing name for", &["wrong-labels"]),
    starts("Missing type for", &["wrong-labels"]),
    starts("Extraneous label for", &["wrong-labels"]),
    is("Missing required argument", &["invalid-dynamic", "invalid-validation"]),
    is("Duplicate nested block", &["duplicate-block"]),
    is("Incorrect attribute value type", &["wrong-type"]),
    // Tokens.
    is("Invalid character", &["invalid-character"]),
    is("Invalid expression", &["expected-expression"]),
    is("Invalid escape sequence", &["invalid-escape"]),
    is("Unterminated template string", &["unterminated-string", "unterminated-heredoc"]),
    is("Invalid multi-line string", &["unterminated-string"]),
    is("Extra characters after expression", &["missing-newline"]),
    is("Invalid number literal", &["invalid-number"]),
    is("Unsupported operator", &["invalid-character"]),
    // The `packer` block.
    is("Unsupported Packer Core version", &["unsupported-packer-version"]),
    is("Invalid version constraint", &["invalid-version-constraint"]),
    is("Invalid plugin requirement", &["invalid-required-plugin"]),
    is("Invalid required_plugins object", &["invalid-required-plugin"]),
    is("Invalid required_plugins syntax", &["invalid-required-plugin"]),
    is("No version constraint was set", &["invalid-required-plugin"]),
    is("No source was set", &["invalid-required-plugin"]),
    is("Invalid source", &["invalid-required-plugin"]),
    is("Failed to parse source", &["invalid-required-plugin"]),
    is("Invalid plugin local name", &["invalid-required-plugin"]),
    starts("Duplicate required_plugin.", &["duplicate-required-plugin"]),
    // Variables.
    is("Invalid variable name", &["invalid-name"]),
    is("Invalid local name", &["invalid-name"]),
    is("Invalid data source name", &["invalid-name"]),
    is("Invalid data resource name", &["invalid-name"]),
    is("Duplicate variable", &["duplicate-variable"]),
    is("Invalid type specification", &["invalid-type"]),
    is("Invalid default value for variable", &["invalid-default"]),
    is("Invalid variable validation condition", &["invalid-validation"]),
    is("Invalid reference in variable validation", &["invalid-validation"]),
    is("Invalid validation error message", &["invalid-validation"]),
    is("Invalid variable validation result", &["invalid-validation"]),
    is("Invalid value for default variable", &["validation-failed"]),
    is("Invalid value for env variable", &["validation-failed"]),
    is("Invalid value for varfile variable", &["validation-failed"]),
    is("Invalid value for cmd variable", &["validation-failed"]),
    is("Variable declaration in a .pkrvar file", &["block-in-var-file"]),
    is("Undefined variable", &["undeclared-value"]),
    is("Undefined -var variable", &["undeclared-value"]),
    is("Invalid value for variable", &["invalid-value"]),
    is("Invalid argument value for -var variable", &["invalid-value"]),
    is("Variables not allowed", &["unknown-reference", "invalid-value"]),
    is("Function calls not allowed", &["unknown-function"]),
    starts("Unset variable", &["unset-variable"]),
    // Locals and data.
    is("Duplicate local definition", &["duplicate-local"]),
    is("Duplicate data block", &["duplicate-data-source"]),
    is("failed to prepare execution graph", &["reference-cycle", "undeclared-local", "undeclared-data-source"]),
    starts("Unknown data type", &["unknown-component"]),
    // Sources and builds.
    is("Duplicate source block", &["duplicate-source"]),
    is("missing source reference", &["build-without-source"]),
    is("Invalid source reference", &["invalid-source-reference"]),
    starts("Unknown source type", &["unknown-component", "unknown-source"]),
    starts("Unknown source", &["unknown-source"]),
    is(
        "Unsuitable value type",
        &["needs-known-value", "wrong-type", "not-a-whole-number", "not-constant", "invalid-dynamic", "unset-variable"],
    ),
    starts("Unknown provisioner type", &["unknown-component"]),
    starts("Unknown error-cleanup-provisioner type", &["unknown-component"]),
    starts("Unknown post-processor type", &["unknown-component"]),
    is("Only one error-cleanup-provisioner is allowed", &["duplicate-block"]),
    is("Only one hcp_packer_registry is allowed", &["duplicate-block"]),
    is("Failed to parse pause_before duration", &["invalid-duration"]),
    is("Failed to parse timeout duration", &["invalid-duration"]),
    is("only one of 'only' or 'except' may be specified", &["only-and-except"]),
    starts("provisioner's override", &["invalid-override"]),
    is(
        "hcp_packer_registry.labels and hcp_packer_registry.bucket_labels are mutually exclusive",
        &["conflicting-attributes"],
    ),
    starts("hcp_packer_registry.labels and", &["conflicting-attributes"]),
    starts("hcp_packer_registry.", &["invalid-attribute-value"]),
    starts("the argument hcp_packer_registry.labels has been deprecated", &["deprecated"]),
    is("Multiple HCP Packer registry block declaration", &["duplicate-block"]),
    is("Build block level hcp_packer_registry are deprecated", &["deprecated"]),
    starts("Invalid -only pattern", &["bad-pattern"]),
    starts("Invalid -except pattern", &["bad-pattern"]),
    starts("an 'only' option was passed", &["selects-nothing"]),
    starts("an 'except' option was passed", &["selects-nothing"]),
    is("Missing build block", &["no-build"]),
    starts("Failed preparing provisioner-block", BODY),
    starts("Failed preparing post-processor-block", BODY),
    // Expressions.
    is("Unknown variable", &["unknown-reference"]),
    is("Unsupported attribute", &["missing-attribute", "undeclared-variable", "undeclared-local", "unknown-reference"]),
    is("Missing map element", &["missing-attribute"]),
    is("Invalid index", &["invalid-index"]),
    is("Attempt to index null value", &["invalid-index"]),
    is("Invalid operand", &["invalid-operand"]),
    is("Operation failed", &["invalid-operand"]),
    is("Incorrect condition type", &["invalid-condition"]),
    is("Null condition", &["invalid-condition"]),
    is("Inconsistent conditional result types", &["inconsistent-conditional"]),
    is("Invalid template interpolation value", &["no-text"]),
    is("Invalid object key", &["invalid-object-key"]),
    is("Duplicate object key", &["invalid-object-key"]),
    is("Iteration over non-iterable value", &["cannot-iterate"]),
    is("Iteration over null value", &["cannot-iterate"]),
    is("Invalid 'for' expression", &["invalid-for"]),
    is("Invalid template control keyword", &["invalid-directive"]),
    is("Unexpected end of template", &["invalid-directive"]),
    is("Invalid legacy index syntax", &["invalid-traversal"]),
    is("Invalid attribute name", &["invalid-traversal"]),
    is("Call to unknown function", &["unknown-function"]),
    is("Not enough function arguments", &["wrong-argument-count"]),
    is("Too many function arguments", &["wrong-argument-count"]),
    is("Invalid function argument", &["invalid-function-argument"]),
    is("Error in function call", &["function-failed"]),
    is("Invalid expanding argument value", &["invalid-function-argument"]),
    // `dynamic`.
    is("Invalid dynamic for_each value", &["invalid-dynamic"]),
    is("Invalid dynamic iterator name", &["invalid-dynamic"]),
    is("Missing \"content\" block", &["invalid-dynamic"]),
    is("Invalid dynamic block label", &["invalid-dynamic"]),
    // HCL in JSON.
    is("Missing JSON value", &["json-syntax"]),
    is("Extraneous JSON object property", &["unknown-attribute"]),
    is("Incorrect JSON value type", &["wrong-shape"]),
    is("Missing block label", &["wrong-labels"]),
    is("Duplicate attribute definition", &["duplicate-argument"]),
    is("Root value must be object", &["root-not-object"]),
    // What a component says of its configuration.
    starts("target required", &["required-attribute"]),
    starts("the `url` must be specified", &["required-attribute"]),
    starts("the `method` must be one of", &["invalid-attribute-value"]),
    starts("Direction must be one of", &["invalid-attribute-value"]),
    starts("unknown configuration key", &["unknown-attribute"]),
];

/// The codes that say what Packer says; nothing where the table has no such summary.
pub(crate) fn codes(summary: &str) -> Option<Vec<&'static str>> {
    if let Some((_, codes)) = LEGACY.iter().find(|(part, _)| summary.contains(part)) {
        return Some(codes.to_vec());
    }
    if summary.contains("error(s) occurred") || summary.contains("error occurred") {
        return Some(BODY.to_vec());
    }
    SUMMARIES
        .iter()
        .find(|known| if known.starts { summary.starts_with(known.text) } else { summary == known.text })
        .map(|known| known.codes.to_vec())
}

/// Parts of what is said of legacy templates, which has no summary; the first that fits counts.
const LEGACY: &[(&str, &[&str])] = &[
    ("missing 'type'", &["missing-type"]),
    ("type is required", &["missing-type"]),
    ("builder with name", &["duplicate-builder"]),
    ("at least one builder must be defined", &["no-builder"]),
    ("Unknown root level key", &["unknown-root-key"]),
    ("Failed to cast root level comment", &["json-value-kind"]),
    ("source data must be an array", &["json-value-kind"]),
    ("expected a map", &["json-value-kind"]),
    ("expected type", &["json-value-kind", "wrong-type"]),
    ("sequence not allowed to be nested", &["json-value-kind"]),
    ("bad format", &["json-value-kind"]),
    ("specified builder", &["unknown-builder"]),
    ("override '", &["unknown-builder"]),
    ("may be specified", &["only-and-except"]),
    ("unknown configuration key: '\"name\"'", &["not-in-legacy-json"]),
    ("required variable not set", &["unset-variable"]),
    ("Failed to interpolate", &["unset-variable", "reference-cycle"]),
    ("error interpolating default value", &["unknown-engine-function", "template-engine-syntax"]),
    ("template has duplicate field", &["duplicate-argument"]),
    ("Error parsing JSON", &["json-syntax"]),
    ("(offset ", &["json-syntax"]),
    ("Failed to parse file as legacy JSON template", IN_LEGACY_PARSE),
    ("min_version is invalid", &["invalid-version-constraint"]),
    ("This template requires Packer version", &["unsupported-packer-version"]),
    ("error decoding 'pause_before'", &["invalid-duration"]),
    ("unknown by Packer", &["unknown-component"]),
    ("Failed to initialize build", &["unknown-component", "wrong-type"]),
    ("Failed to prepare build", BODY),
];

/// What Packer finds when it reads a legacy template, before it looks at a value.
pub(crate) const IN_LEGACY_PARSE: &[&str] = &[
    "duplicate-argument",
    "duplicate-builder",
    "invalid-duration",
    "json-syntax",
    "json-value-kind",
    "load-error",
    "missing-type",
    "unknown-root-key",
];

/// What `-syntax-only` finds: what stands in single files, and what is given to variables.
pub(crate) const IN_PARSE: &[&str] = &[
    "block-in-var-file",
    "duplicate-argument",
    "duplicate-data-source",
    "duplicate-local",
    "duplicate-variable",
    "invalid-block",
    "invalid-default",
    "invalid-name",
    "invalid-required-plugin",
    "invalid-type",
    "invalid-value",
    "invalid-version-constraint",
    "json-syntax",
    "load-error",
    "unclosed-block",
    "unsupported-packer-version",
];
