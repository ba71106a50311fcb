connect("@databricks-token@")
