"""Every way to the posterior of real images that this engine has, against the exact one."""
