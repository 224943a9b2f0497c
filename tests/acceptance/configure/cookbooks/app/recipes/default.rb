file '/srv/chef'
