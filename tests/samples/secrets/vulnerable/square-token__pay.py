charge("@square-token@")
