package dev.whence.schemas.wrong;

import dev.whence.vectorstore.ReferenceCollection;

public record UsesAVectorStore(ReferenceCollection collection) {}
