//! The front ends: text in, the tree of [`syntax`](crate::syntax) out.
//!
//! Comes in: files of a [`SourceMap`](crate::source::SourceMap). Goes out: a tree for each, whatever the file holds;
//! where it could not be read the tree has a hole and the sink a diagnostic. What names mean is left to `resolve`.

pub mod data;
pub mod hcl;
pub mod json;
pub mod legacy;
mod shared;
pub mod yaml;

use crate::diagnostic::Declaration;

/// Everything that reading can complain about, sorted by code.
pub const DECLARATIONS: &[&Declaration] = &[
    &shared::DUPLICATE_ARGUMENT,
    &legacy::DUPLICATE_BUILDER,
    &hcl::parser::EXPECTED_EXPRESSION,
    &hcl::structure::INVALID_ARGUMENT,
    &hcl::structure::INVALID_BLOCK,
    &hcl::parser::INVALID_CHARACTER,
    &hcl::template::INVALID_DIRECTIVE,
    &hcl::literal::INVALID_ESCAPE,
    &hcl::collections::INVALID_FOR,
    &hcl::template::INVALID_HEREDOC,
    &hcl::template::INVALID_INTERPOLATION,
    &hcl::expression::INVALID_NUMBER,
    &hcl::expression::INVALID_TRAVERSAL,
    &data::json::JSON_SYNTAX,
    &legacy::JSON_VALUE_KIND,
    &hcl::structure::MISSING_NEWLINE,
    &hcl::collections::MISSING_SEPARATOR,
    &legacy::MISSING_TYPE,
    &shared::NESTING_TOO_DEEP,
    &legacy::NO_BUILDER,
    &legacy::NOT_IN_LEGACY,
    &data::ROOT_NOT_OBJECT,
    &hcl::structure::TEMPLATE_IN_LABEL,
    &hcl::structure::UNCLOSED_BLOCK,
    &hcl::parser::UNCLOSED_BRACKET,
    &hcl::template::UNCLOSED_INTERPOLATION,
    &hcl::structure::UNEXPECTED_CLOSING_BRACKET,
    &legacy::UNKNOWN_BUILDER,
    &legacy::UNKNOWN_ROOT_KEY,
    &hcl::parser::UNTERMINATED_COMMENT,
    &hcl::template::UNTERMINATED_HEREDOC,
    &hcl::template::UNTERMINATED_STRING,
    &data::WRONG_SHAPE,
    &yaml::reader::YAML_1_1_VALUE,
    &yaml::reader::YAML_ALIAS,
    &yaml::reader::YAML_KEY,
    &yaml::reader::YAML_SYNTAX,
    &yaml::reader::YAML_TAG,
];
