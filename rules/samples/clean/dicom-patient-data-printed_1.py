import sys

from pydicom import dcmread

dataset = dcmread(sys.argv[1])
print(f"Series: {dataset.SeriesInstanceUID}")
