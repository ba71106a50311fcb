app = App("@slack-token@")
