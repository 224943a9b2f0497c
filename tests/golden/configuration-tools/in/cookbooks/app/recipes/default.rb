file '/srv/app' do
  content 'app'
end
