HEADERS = {"Accept": "application/dicom+json", "Authorization": "Basic @basic-auth-header@"}
