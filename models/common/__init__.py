from . import one_writer
