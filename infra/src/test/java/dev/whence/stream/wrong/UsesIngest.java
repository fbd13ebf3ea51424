package dev.whence.stream.wrong;

import dev.whence.ingest.wrong.UsesAnAttributor;

public record UsesIngest(UsesAnAttributor ofIngest) {}
