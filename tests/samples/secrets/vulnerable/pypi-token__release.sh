twine upload -u __token__ -p @pypi-token@ dist/*
