doctl auth init -t @digitalocean-token@
