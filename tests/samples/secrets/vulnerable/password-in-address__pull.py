get("https://viewer:@password-in-address@@pacs.clinic.invalid/dicom-web/studies")
