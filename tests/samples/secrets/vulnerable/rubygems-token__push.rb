push '@rubygems-token@'
