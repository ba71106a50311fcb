"""A DICOM router: receives images, checks them, and sends them where the rules say."""
