const token: string = "@assigned-secret-hex@";
