FROM {{{ imagebuilder:parentImage }}}
{{{ imagebuilder:environments }}}
USER root
ENV A="b c"
WORKDIR /work
LABEL x="{""{y"
{{{ imagebuilder:components }}}
USER app:staff
ENTRYPOINT ["/bin/app"]
WORKDIR /work/relative
CMD ["bash"]
