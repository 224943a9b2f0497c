FROM {{{ imagebuilder:parentImage }}}
{{{ imagebuilder:environments }}}
{{{ imagebuilder:components }}}
ENV SHOP_RELEASE=1.4.2
WORKDIR /srv
EXPOSE 8080
USER api
ENTRYPOINT ["/usr/bin/python3", "-m", "http.server"]
CMD ["8080"]
