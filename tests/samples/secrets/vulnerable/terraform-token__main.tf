credentials "app" { value = "@terraform-token@" }
