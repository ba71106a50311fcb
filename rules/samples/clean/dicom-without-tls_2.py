from pynetdicom import AE
from pynetdicom.sop_class import MRImageStorage


def forward(dataset, host, context):
    ae = AE(ae_title="ROUTER")
    ae.add_requested_context(MRImageStorage)
    association = ae.associate(host, 104, ae_title="ARCHIVE", tls_args=(context, host))
    association.send_c_store(dataset)
