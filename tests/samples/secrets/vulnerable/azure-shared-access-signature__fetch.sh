fetch "https://images.blob.core/ct?sv=2022&sp=r&sig=@azure-shared-access-signature@"
