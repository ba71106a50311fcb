charge("@shopify-token@")
