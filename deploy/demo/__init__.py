"""The main job, done over HTTP as a client would do it: nothing here knows how the services work inside."""
