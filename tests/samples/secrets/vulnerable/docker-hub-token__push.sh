docker login -u robot -p @docker-hub-token@
