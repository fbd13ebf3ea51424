package dev.whence.vectorstore.wrong;

import ai.djl.ndarray.NDManager;
import dev.whence.attributor.Verdict;
import io.milvus.client.MilvusClient;

public record UsesAnEngineOfAnotherPackage(NDManager manager, MilvusClient client, Verdict verdict) {}
