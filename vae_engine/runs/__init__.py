"""Training as a folder that grows: log, control, snapshots, archive, sweeps."""
