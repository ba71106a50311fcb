ENGINE = "postgresql+psycopg://router:@database-password@@db.clinic.invalid:5432/studies"
