login @bitbucket-app-password@
