describe file('/srv/x')
