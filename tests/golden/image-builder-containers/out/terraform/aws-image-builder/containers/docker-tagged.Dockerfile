FROM {{{ imagebuilder:parentImage }}}
{{{ imagebuilder:environments }}}
{{{ imagebuilder:components }}}
LABEL prompt="{""{name}}" quote='{''{'
CMD ["{\u007b{"]
