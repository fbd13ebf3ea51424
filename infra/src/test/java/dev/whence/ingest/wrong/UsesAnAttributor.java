package dev.whence.ingest.wrong;

import dev.whence.attributor.Attributor;

public record UsesAnAttributor(Attributor attributor) {}
