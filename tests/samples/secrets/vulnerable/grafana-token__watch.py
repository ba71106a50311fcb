watch("@grafana-token@")
