connect("Server=db.clinic.invalid;Database=studies;User Id=router;Password=@connection-string@;")
