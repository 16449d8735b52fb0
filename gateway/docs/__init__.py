"""The pages for people who build on this: served from files of this repository, without a request to anyone else."""
