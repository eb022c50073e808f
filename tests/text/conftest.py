from hypothesis import settings

settings.register_profile("text", deadline=None)  # a busy machine must not fail a property
settings.load_profile("text")
