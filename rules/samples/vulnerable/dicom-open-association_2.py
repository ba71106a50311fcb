from pynetdicom import AE, evt
from pynetdicom.sop_class import CTImageStorage


def serve(handlers):
    archive = AE()
    archive.add_supported_context(CTImageStorage)
    archive.start_server(("127.0.0.1", 104), block=True, evt_handlers=handlers)
