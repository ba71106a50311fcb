publish("@atlassian-token@")
