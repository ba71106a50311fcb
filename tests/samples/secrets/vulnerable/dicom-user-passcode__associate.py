identity.user_identity_type = 2
identity.secondary_field = b"@dicom-user-passcode@"
