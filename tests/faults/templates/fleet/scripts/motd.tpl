Welcome to ${version} on ${host}
