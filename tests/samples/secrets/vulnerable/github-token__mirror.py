clone("@github-token@")
